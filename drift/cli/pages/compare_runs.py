"""``drift compare``: two runs of a job, or two parts of their traffic, read from their reports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from drift.across_runs.find_run import find_run_now
from drift.where.pictures.thumbnail_reading import thumbnails
from drift.workplace import Workplace
from jobs.errors import InputError, ObjectMissingError, UsageError
from reports.findings.places import SegmentTest
from reports.findings.run import RunFindings
from reports.json_report.reading import NoReportError, read_findings
from reports.pages.links import link_by_template
from reports.pages.run.thumbnails import within_budget
from reports.pages.two_runs.differences import ComparedSides, compare_sides
from reports.pages.two_runs.page import MOST_PICTURES, comparison_html
from reports.pages.two_runs.sides import ComparedSide
from reports.publishing.publish import PAGE_NAME, REPORT_NAME, run_prefix
from reports.words.numbers import listed

# Some of those that stand out may have been deleted since.
_SPARE = 4


def compared_runs(
    place: Workplace, first: str, second: str, segments: tuple[str, ...] = ()
) -> ComparedSides:
    """Return two runs beside each other.

    Parameters
    ----------
    first, second
        As of `find_run`; they may be one run where two segments are named.
    segments
        None, one or two of ``COLUMN=VALUE``: the part of each run's traffic; one is that of both.

    Raises
    ------
    UsageError
        If there is no such run, or a segment was not tested in it.
    InputError
        If a report is gone or cannot be understood.
    """
    parts = (segments * 2)[:2] if segments else ("", "")
    sides = [
        _side(place, wanted, part) for wanted, part in zip((first, second), parts, strict=True)
    ]
    if sides[0] == sides[1]:
        raise UsageError(
            f"{first!r} and {second!r} are both the run {sides[0].findings.run_id}. Expected two "
            "runs, or two segments of one: --segment model_version=1 --segment model_version=2."
        )
    return compare_sides(*sides)


def comparison_page(place: Workplace, compared: ComparedSides) -> bytes:
    """Return the page of two sides, with pictures of images that stand out as they are now."""
    pictures = (_pictures(place, compared.first), _pictures(place, compared.second))
    return comparison_html(compared, pictures)


def _side(place: Workplace, wanted: str, segment: str) -> ComparedSide:
    row = find_run_now(place, wanted)
    folder = run_prefix(place.prefix, row.run_id)
    findings = _report(place, f"{folder}/{REPORT_NAME}", row.window_end)
    part = _part(findings, segment) if segment else None
    page = _page(place, f"{folder}/{PAGE_NAME}", row.run_id)
    return ComparedSide(findings=findings, part=part, page=page)


def _report(place: Workplace, name: str, window_end: str) -> RunFindings:
    again = f"Repeat the run: drift run JOB.toml --until {window_end}"
    try:
        return read_findings(place.bucket.read(name).data)
    except ObjectMissingError:
        raise InputError(
            f"{place.bucket.url_of(name)}: the report of the run is gone, although the history "
            f"knows it. {again}"
        ) from None
    except NoReportError as error:
        raise InputError(
            f"{place.bucket.url_of(name)} is no report that this version understands: {error}. "
            f"{again}"
        ) from None


def _part(findings: RunFindings, segment: str) -> SegmentTest:
    column, _, value = segment.partition("=")
    tests = findings.segment_tests
    tested = () if tests is None else tests.tested
    for one in tested:
        if (one.column, one.value) == (column, value):
            return one
    left = () if tests is None else tests.not_tested
    reasons = [one.reason for one in left if (one.column, one.value) == (column, value)]
    if reasons:
        raise UsageError(
            f"--segment {segment}: not tested in {findings.run_id}: {reasons[0]}. A report holds "
            f"figures of tested parts only. {_once_tested(findings)}, or compare the images "
            "of the two parts with drift.compare in Python (docs/compare.md)."
        )
    known = listed([f"{one.column}={one.value}" for one in tested]) or "none"
    raise UsageError(
        f"--segment {segment}: the run {findings.run_id} tested no such part. Tested there: "
        f"{known}. Which columns are parts of the traffic, segments.columns says; of a "
        f"column that was added later, repeat the run: {_again(findings)}"
    )


def _once_tested(findings: RunFindings) -> str:
    return f"Once enough days know it, repeat the run ({_again(findings)})"


def _again(findings: RunFindings) -> str:
    return f"drift run JOB.toml --until {findings.window.end}"


def _page(place: Workplace, name: str, run_id: str) -> str | None:
    """Return the link to a run's own page, from a page that may lie anywhere."""
    template = place.job.reports.link_template
    url = place.bucket.url_of(name)
    if "://" not in url:
        return Path(url).as_uri()
    return link_by_template(template, job=place.job.name, path=name, run_id=run_id)


def _pictures(place: Workplace, side: ComparedSide) -> Mapping[str, bytes]:
    if not (place.job.reports.thumbnails and place.job.has_images):
        return {}
    images = [one.image for one in side.shown][: MOST_PICTURES + _SPARE]
    return within_budget(thumbnails(place, images, {}), most_pictures=MOST_PICTURES)
