"""What has to hold in a bucket: at every moment, and after a repeated run."""

from __future__ import annotations

import csv
import gzip
import io
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

import jsonschema
import pyarrow.parquet as pq

from benchmarks.chaos_parts.day_records import untrue_days
from benchmarks.chaos_parts.stores import LOCK, REPORTS
from benchmarks.clock_fields import without_clock
from reports.json_report.report import report_schema

JOB = f"{REPORTS}/dogs"
RUN_FILES = ("report.html", "report.json", "evidently.html", "evidently.json")
_NO_PICTURE = b'<span class="muted">no picture</span>'
_PICTURE = re.compile(rb'<img src="data:image/[^>]*>|' + re.escape(_NO_PICTURE))
# Where a typical reference image could not be read, another one is shown.
_TYPICAL = re.compile(
    rb'<li>(?:<a href="[^"]*">)?<img src="([^"]*)" alt="Typical reference image \d+"'
    rb' title="([^"]*)">(?:</a>)?</li>'
)
_CACHE = f"{REPORTS}/features/"
# Beside the records of days there are caches, which name versions of objects.
_QUALITY_OF_DAY = re.compile(r"/\d{4}-\d{2}-\d{2}\.json$")
_SCHEMA = report_schema()
Objects = Mapping[str, bytes]


def half_shown(objects: Objects) -> list[str]:
    """Return what is not whole, or named and not there; to be called at any moment."""
    whole = {name for name in objects if _is_whole(name, objects[name])}
    problems = [f"{name} is not whole" for name in objects if name not in whole]
    named = set(_named_by_latest(objects)) | set(_named_by_pages(objects)) | _named_by_rows(objects)
    problems += [f"{name} is named and not there" for name in sorted(named - set(objects))]
    return problems + list(untrue_days({name: objects[name] for name in sorted(whole)}))


def differences(objects: Objects, expected: Objects) -> list[str]:
    """Return in what a bucket differs from an undisturbed one, but for the clock fields.

    What the clock fields are, `without_clock` says. The parts of the feature cache are compared by
    their rows: how these are spread over parts, and in which version of an image they were
    computed, may differ. Copies of day records with their versions are not compared.
    """
    ours = {name for name in objects if not _is_cache(name)}
    theirs = {name for name in expected if not _is_cache(name)}
    problems = [f"{name} is missing" for name in sorted(theirs - ours)]
    problems += [f"{name} is not to be there" for name in sorted(ours - theirs)]
    problems += [
        f"{name} differs"
        for name in sorted(ours & theirs)
        if without_clock(name, objects[name]) != without_clock(name, expected[name])
    ]
    if _cached_rows(objects) != _cached_rows(expected):
        problems.append("the feature cache holds other rows")
    return problems


def foreign_content(objects: Objects, *known: Objects) -> list[str]:
    """Return the objects whose content is in none of the known states of the bucket."""
    return [
        f"{name} holds what no run would write"
        for name, data in objects.items()
        if name != LOCK
        and not _is_cache(name)
        and without_clock(name, data)
        not in {without_clock(name, state[name]) for state in known if name in state}
    ]


def lacks_only_pictures(page: bytes, whole: bytes) -> bool:
    """Return whether a page is the whole one, but for pictures in whose place it says so."""
    page, whole = (without_clock(f"/{RUN_FILES[0]}", one) for one in (page, whole))
    typical, expected_typical = (
        {name: picture for picture, name in _TYPICAL.findall(one)} for one in (page, whole)
    )
    if any(typical[name] != expected_typical[name] for name in typical.keys() & expected_typical):
        return False
    page, whole = (_TYPICAL.sub(b"", one) for one in (page, whole))
    shown, expected = _PICTURE.findall(page), _PICTURE.findall(whole)
    is_same = _PICTURE.sub(b"<>", page) == _PICTURE.sub(b"<>", whole)
    return is_same and all(
        ours in {theirs, _NO_PICTURE} for ours, theirs in zip(shown, expected, strict=True)
    )


def _is_cache(name: str) -> bool:
    is_rollup = name.startswith(f"{JOB}/days/") and name.endswith(".gz")
    of_quality = name.startswith(f"{JOB}/quality/") and not _QUALITY_OF_DAY.search(name)
    is_copy = name.startswith(f"{JOB}/copies/")
    return is_rollup or of_quality or is_copy or name.startswith(_CACHE)


def _is_whole(name: str, data: bytes) -> bool:
    try:
        if name.endswith((".json", "/lock")):
            document = json.loads(data)
            if name.endswith(("/report.json", "/latest.json")):
                jsonschema.validate(document, _SCHEMA)
        elif name.endswith(".html"):
            return data.rstrip().endswith(b"</html>")
        elif name.endswith(".csv") and name.startswith(REPORTS):
            widths = {len(row) for row in csv.reader(io.StringIO(data.decode(), newline=""))}
            return data.endswith(b"\n") and len(widths) == 1
        elif name.endswith((".gz", ".pack")):
            gzip.decompress(data)
        elif name.endswith(".parquet"):
            pq.read_table(io.BytesIO(data))
    except (ValueError, OSError, EOFError, jsonschema.ValidationError):
        return False
    return True


def _named_by_latest(objects: Objects) -> Iterator[str]:
    latest = objects.get(f"{JOB}/latest.json")
    if latest is None:
        return
    document = json.loads(latest)
    yield from (f"{JOB}/runs/{document['run_id']}/{file}" for file in RUN_FILES)
    if document["affected_table"]:
        yield f"{JOB}/runs/{document['run_id']}/{document['affected_table']['file']}"
    yield f"{JOB}/profiles/{document['profile']['id']}/profile.json"


def _named_by_pages(objects: Objects) -> Iterator[str]:
    """Follow every link from the index on."""
    waiting, seen = [f"{JOB}/index.html"], set[str]()
    while waiting:
        page = waiting.pop()
        if page in seen or page not in objects:
            continue
        seen.add(page)
        for link in re.findall(rb'(?:href|src)="([^"#]+)', objects[page]):
            address = unquote(link.decode())
            if re.match(r"[a-z]+:", address):
                continue
            name = posixpath.normpath(posixpath.join(posixpath.dirname(page), address))
            # Any other name is that of an image, and the faults may take images away.
            if not name.startswith(f"{REPORTS}/"):
                continue
            yield name
            # Evidently's page is a program; what it quotes is no link.
            if name.endswith(".html") and not name.endswith("/evidently.html"):
                waiting.append(name)


def _named_by_rows(objects: Objects) -> set[str]:
    rows = [name for name in objects if re.fullmatch(rf"{JOB}/history/[^/]+\.json", name)]
    runs = [posixpath.basename(name).removesuffix(".json") for name in rows]
    pinned = objects.get(f"{JOB}/profiles/pinned.json")
    named = {f"{JOB}/runs/{run}/{file}" for run in runs for file in RUN_FILES}
    if pinned is not None:
        folder = f"{JOB}/profiles/{json.loads(pinned)['id']}"
        named |= {f"{folder}/{file}" for file in ("profile.json", "features.parquet")}
    return named


def _cached_rows(objects: Objects) -> set[str]:
    rows: set[str] = set()
    for name, data in objects.items():
        if name.startswith(_CACHE):
            table = pq.read_table(io.BytesIO(data)).drop_columns(["version"])
            # An image's path begins with its bucket.
            images = [str(path).rpartition("/")[2] for path in table["image"].to_pylist()]
            numbers = table.drop_columns(["image"]).to_pylist()
            rows |= {f"{image} {row}" for image, row in zip(images, numbers, strict=True)}
    return rows
