"""A job's folder with all that a job can leave in it, and whether its links lead somewhere."""

from __future__ import annotations

import dataclasses
import json
import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from jobs.buckets.bucket import HTML, JSON, Bucket
from reference_stats.features.registry import feature_set_id
from reports.findings.run import RunFindings, WindowSpan
from reports.findings.runs import Notice, NoticeKind
from reports.history.history import AcceptedWindow
from reports.publishing.index import INDEX_NAME
from reports.publishing.latest import LATEST_NAME
from reports.publishing.publish import change_row, publish, rebuild_index, run_prefix
from tests.support import findings as examples

REPORTS = "data_drift_reports"
PREFIX = f"{REPORTS}/dogs"
RUN_FILES = {"report.html", "report.json", "evidently.html", "evidently.json"}
OLD_SET = "fs-0123456789ab"
PART = "part-0123456789abcdef.parquet"


def run_id(day: int) -> str:
    """Return the id of the run whose window ends on that day of March 2025."""
    return f"202503{day:02d}T000000Z-1a2b3c4d"


def run_of_day(day: int, profile: str = "p-new") -> RunFindings:
    """Return a run: steady but for 5 to 8 March, compared with that profile."""
    example = examples.drifted() if 5 <= day <= 8 else examples.steady()
    span = WindowSpan(start=f"2025-03-{day - 1:02d}T00:00:00Z", end=f"2025-03-{day:02d}T00:00:00Z")
    summary = dataclasses.replace(example.profile, id=profile, feature_set=feature_set_id())
    return dataclasses.replace(
        example, job="dogs", run_id=run_id(day), window=span, profile=summary
    )


def publish_day(bucket: Bucket, day: int, profile: str = "p-new") -> None:
    """Publish the run of a day, its page with links to the files beside it."""
    page = b'<a href="report.json">1</a><a href="evidently.html">2</a><a href="../../index.html">3'
    publish(
        bucket,
        PREFIX,
        run_of_day(day, profile),
        {
            "report.html": (page, HTML),
            "evidently.html": (b"E" * 1000, HTML),
            "evidently.json": (b"{}", JSON),
        },
    )


def accept_day(bucket: Bucket, day: int) -> None:
    """Mark the run of a day as normal."""
    accepted = AcceptedWindow(statistics={"mean": 5.0}, reference_units=100, current_units=50)
    change_row(bucket, PREFIX, run_id(day), lambda row: dataclasses.replace(row, accepted=accepted))
    rebuild_index(bucket, PREFIX, "dogs")


def write_profile(bucket: Bucket, name: str) -> None:
    """Write the files of a profile; what is in them is not looked at."""
    for file in ("features.parquet", "predictions.parquet", "records.parquet", "profile.json"):
        bucket.write(f"{PREFIX}/profiles/{name}/{file}", name.encode())


def write_record(bucket: Bucket, day: int, notice: Notice) -> None:
    """Write what became of a notification."""
    record = {"run_id": run_id(day), "kind": notice.kind, "since": notice.since, "state": "sent"}
    name = f"{PREFIX}/notifications/{run_id(day)}.json"
    bucket.write(name, json.dumps(record).encode(), JSON)


def fill_job(bucket: Bucket, days: int = 12) -> None:
    """Publish a run a day up to that day, with everything that a job can leave around them.

    The run of day 4 is accepted, days 3 and 4 were compared with the profile ``p-old``, the drift
    of days 5 to 8 was told, a run was killed on day 2 and another one after the last day.
    """
    for day in range(3, days + 1):
        publish_day(bucket, day, "p-old" if day < 5 else "p-new")
    accept_day(bucket, 4)
    for name in ("p-older", "p-old", "p-new"):
        write_profile(bucket, name)
    bucket.write(f"{PREFIX}/profiles/pinned.json", b'{"id": "p-new"}')
    since = "2025-03-05T00:00:00Z"
    write_record(bucket, 3, Notice(kind=NoticeKind.DRIFT, since="2025-03-03T00:00:00Z"))
    write_record(bucket, 5, Notice(kind=NoticeKind.DRIFT, since=since))
    write_record(bucket, 9, Notice(kind=NoticeKind.RECOVERED, since=since))
    for day in (2, days + 1):
        bucket.write(f"{run_prefix(PREFIX, run_id(day))}/evidently.json", b"{}")
    bucket.write(f"{PREFIX}/index/2019-01.html", b"a table that nothing names")
    day = f"{PREFIX}/days/p-older/20250301T000000Z-20250302T000000Z-0123abcd.json"
    bucket.write(day, b"{}")
    for name in (feature_set_id(), OLD_SET):
        bucket.write(f"{REPORTS}/features/{name}/{PART}", b"PAR1")


def names_of(bucket: Bucket, below: str = "") -> set[str]:
    """Return the names of all objects, without the lock and the bucket's own caches."""
    names = {info.name for info in bucket.list(f"{below}/" if below else "")}
    return {name for name in names if not name.endswith("/lock")}


def dead_links(bucket: Bucket) -> list[str]:
    """Return what ``latest.json``, the index and the pages behind it name and is not there."""
    there = names_of(bucket, PREFIX)
    latest = json.loads(bucket.read(f"{PREFIX}/{LATEST_NAME}").data)
    newest = run_prefix(PREFIX, latest["run_id"])
    named = {f"{newest}/{file}" for file in RUN_FILES}
    named.add(f"{PREFIX}/profiles/{latest['profile']['id']}/profile.json")
    return sorted((named | set(_named_by_pages(bucket))) - there)


def _named_by_pages(bucket: Bucket) -> Iterator[str]:
    waiting, seen = [f"{PREFIX}/{INDEX_NAME}"], set[str]()
    while waiting:
        page = waiting.pop()
        if page in seen or page not in names_of(bucket, PREFIX):
            continue
        seen.add(page)
        for link in re.findall(r'href="([^"#]+)', bucket.read(page).data.decode()):
            if link.startswith(("data:", "https:")):
                continue
            name = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(link)))
            if name.startswith(f"{REPORTS}/"):
                yield name
            if name.endswith(".html"):
                waiting.append(name)


def linked_runs(bucket: Bucket) -> set[str]:
    """Return the runs that the index leads to."""
    page = bucket.read(f"{PREFIX}/{INDEX_NAME}").data.decode()
    return set(re.findall(r'href="runs/([^"/]+)/report.html"', page))
