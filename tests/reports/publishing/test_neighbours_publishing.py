"""The pages of the runs around one that is published, or whose report is deleted."""

import dataclasses
import itertools
import re

import pytest

from jobs.buckets.bucket import BINARY, HTML
from jobs.errors import BucketAccessError, LockedError, PublishError
from reports.findings.run import WindowSpan
from reports.history.store import HistoryReader
from reports.pages.links import JobLinks
from reports.pages.run.report import Links, report_html
from reports.publishing.acceptance import mark_page
from reports.publishing.neighbours import unlink_runs
from reports.publishing.publish import publish
from tests.support import findings as examples
from tests.support.memory_bucket import MemoryBucket

JOB = "reports/dogs"
RUNS = JobLinks(job="dogs", prefix=JOB, up="../../")


def run_of_day(day):
    end = f"2025-03-{day:02d}T00:00:00Z"
    span = WindowSpan(start=f"2025-03-{day - 1:02d}T00:00:00Z", end=end)
    return dataclasses.replace(examples.steady(), run_id=f"run-{day:02d}", window=span)


def publish_day(bucket, day, still_allowed=lambda: None, template=None):
    run = run_of_day(day)
    links = Links.of_run(template, job="dogs", prefix=JOB, run_id=run.run_id)
    page = report_html(run, {}, HistoryReader(bucket, JOB).read(), links)
    files = {"report.html": (page, HTML)}
    publish(bucket, JOB, run, files, still_allowed=still_allowed, link_template=template)


def page_of(bucket, day):
    return bucket.objects[f"{JOB}/runs/run-{day:02d}/report.html"].data.decode()


def turns(bucket, day):
    """Return the days that a run's page leads to, the one before and the one after it."""
    found = {
        turn: re.search(rf'id="{turn}-run" href="[^"]*run-(\d+)/report.html"', page_of(bucket, day))
        for turn in ("previous", "next")
    }
    return tuple(None if one is None else int(one[1]) for one in found.values())


@pytest.mark.parametrize("order", list(itertools.permutations((3, 5, 7, 9)))[::5])
def test_in_whichever_order_runs_come_each_page_leads_to_its_neighbours(order):
    bucket = MemoryBucket()

    for day in order:
        publish_day(bucket, day)

    assert {day: turns(bucket, day) for day in order} == {
        3: (None, 5),
        5: (3, 7),
        7: (5, 9),
        9: (7, None),
    }


def test_a_repeated_run_writes_the_same_bytes():
    bucket = MemoryBucket()
    for day in (3, 5, 7):
        publish_day(bucket, day)
    before = {name: stored.data for name, stored in bucket.objects.items()}

    publish_day(bucket, 5)

    after = {name: stored.data for name, stored in bucket.objects.items()}
    changed = {name for name in before if before[name] != after[name]}
    # Its strip knows what the history has learned since; here there is nothing new.
    assert changed == set()


def test_links_go_by_the_template():
    bucket = MemoryBucket()
    for day in (3, 5):
        publish_day(bucket, day, template="https://portal.example/{job}/{run_id}")

    assert 'id="next-run" href="https://portal.example/dogs/run-05"' in page_of(bucket, 3)


@pytest.mark.parametrize("allowed", range(6))
def test_killed_between_any_two_writes_the_next_run_makes_it_good(allowed):
    bucket = MemoryBucket()
    publish_day(bucket, 3)
    checks = itertools.count()

    def lock_lost():
        if next(checks) >= allowed:
            raise LockedError("the lock was lost")

    with pytest.raises(LockedError):
        publish_day(bucket, 5, lock_lost)
    publish_day(bucket, 7)

    is_in_history = f"{JOB}/history/run-05.json" in bucket.objects
    assert turns(bucket, 3) == (None, 5 if is_in_history else 7)
    assert turns(bucket, 7) == (5 if is_in_history else 3, None)


def test_a_neighbour_never_leads_to_half_a_run():
    bucket = MemoryBucket()
    publish_day(bucket, 3)
    write, seen = bucket.write, []

    def watched(name, data, kind=BINARY):
        version = write(name, data, kind)
        if "run-05/report.html" in page_of(bucket, 3):
            seen.append(f"{JOB}/runs/run-05/report.json" in bucket.objects)
        return version

    bucket.write = watched
    publish_day(bucket, 5)

    assert seen
    assert all(seen)


def test_a_neighbours_page_that_cannot_be_written_costs_a_link_and_not_the_run(caplog):
    bucket = MemoryBucket()
    publish_day(bucket, 3)
    replace = bucket.replace

    def refusing(name, data, version, kind=BINARY):
        if "run-03/" in name:
            raise BucketAccessError(name, "permission denied")
        return replace(name, data, version, kind)

    bucket.replace = refusing
    publish_day(bucket, 5)

    assert f"{JOB}/history/run-05.json" in bucket.objects
    assert "run-03/report.html" in caplog.text


def test_a_neighbour_that_is_accepted_meanwhile_gets_both():
    bucket = MemoryBucket()
    publish_day(bucket, 3)
    done = []

    def accept_first():
        if not done:
            done.append(True)
            mark_page(bucket, JOB, "run-03", lambda: None, accepted=True)

    publish_day(bucket, 5, accept_first)

    assert turns(bucket, 3) == (None, 5)
    assert '<p class="flag" id="accepted">' in page_of(bucket, 3)


def unlink(bucket, *days):
    rows = HistoryReader(bucket, JOB).read()
    gone = frozenset(f"run-{day:02d}" for day in days)
    unlink_runs(bucket, RUNS, rows, gone, lambda: None)


def test_no_page_leads_to_deleted_reports_and_neighbours_are_those_that_stay():
    bucket = MemoryBucket()
    for day in range(2, 20):
        publish_day(bucket, day)

    unlink(bucket, 4, 5, 6)

    for day in (2, 3, *range(7, 20)):
        assert not re.search(r'href="[^"]*run-0[456]/', page_of(bucket, day)), day
    assert turns(bucket, 3) == (2, 7)
    assert turns(bucket, 7) == (3, 8)
    assert 'title="5 Mar 2025: steady"' in page_of(bucket, 12)


def test_only_pages_that_may_lead_to_deleted_reports_are_read():
    bucket = MemoryBucket()
    for day in range(2, 29):
        publish_day(bucket, day)
    bucket.reads.clear()

    unlink(bucket, 2, 3, 4)

    read = {name for name in bucket.reads if name.endswith("/report.html")}
    assert read == {f"{JOB}/runs/run-{day:02d}/report.html" for day in range(5, 18)}


def test_a_page_that_cannot_be_unlinked_ends_the_pruning():
    bucket = MemoryBucket()
    for day in (3, 5):
        publish_day(bucket, day)
    bucket.refused.add(f"{JOB}/runs/run-05/")

    with pytest.raises((BucketAccessError, PublishError)):
        unlink(bucket, 3)
