"""The pages of the runs around one: each is told of the run that is published beside it.

What is found is read before and written under conditions, as everything is that others write too.
A neighbour's page that cannot be read or written costs a link, never the run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from jobs.buckets.bucket import HTML, Bucket, StoredObject
from jobs.errors import ObjectError, UnsafeNameError
from reports.conditional_writes import StillAllowed, put_if_unchanged, read_if_there
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow
from reports.pages.links import JobLinks
from reports.pages.run.navigation.neighbours import neighbours_of
from reports.pages.run.navigation.strip import RUNS_IN_STRIP
from reports.pages.run.navigation.turns import Turn, with_turn, without_links

_ATTEMPTS = 3
_AT_ONCE = 16
Change = Callable[[bytes], bytes]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourPage:
    """The page of a run beside the one that is published.

    Attributes
    ----------
    name
        Its object.
    stored
        What it was a moment ago; None where there is none.
    change
        Puts the link into it.
    """

    name: str
    stored: StoredObject | None
    change: Change


def look_at_neighbours(
    bucket: Bucket, links: JobLinks, rows: Sequence[HistoryRow], findings: RunFindings
) -> tuple[NeighbourPage, ...]:
    """Return the pages of the runs right before and after a run, of those that have one.

    Parameters
    ----------
    links
        The links from a run's page to others.
    rows
        All rows of the job's history.
    """
    around = neighbours_of(rows, findings.run_id, findings.window.end, links.pruned)
    link = links.to_run(findings.run_id)
    pages = []
    for row, turn in ((around.previous, Turn.NEXT), (around.next, Turn.PREVIOUS)):
        if row is not None:
            name = _page_name(links, row)
            change = _puts(turn, link)
            pages.append(NeighbourPage(name=name, stored=_read(bucket, name), change=change))
    return tuple(pages)


def link_neighbours(
    bucket: Bucket, pages: Sequence[NeighbourPage], still_allowed: StillAllowed
) -> None:
    """Let the pages lead to the run; what fails is only logged.

    Call it once the run's own files are there, and before its row of the history is: a run that is
    killed in between is not in the history, and the next one takes its place in these pages.
    """
    for page in pages:
        try:
            _rewrite(bucket, page, still_allowed)
        except ObjectError as error:
            logger.warning("%s Its page does not lead to this run.", error.message)


def unlink_runs(
    bucket: Bucket,
    links: JobLinks,
    rows: Sequence[HistoryRow],
    gone: frozenset[str],
    still_allowed: StillAllowed,
) -> None:
    """Take the links to runs without a report out of the pages of the runs around them.

    Parameters
    ----------
    links
        The links from a run's page to others, made of `rows`.
    gone
        The runs that have no report, or are about to have none.

    Raises
    ------
    ObjectError
        If a page could not be read or written.
    """
    gone_links = [links.to_run(run_id) or "" for run_id in sorted(gone)]

    def unlink(row: HistoryRow) -> None:
        around = neighbours_of(rows, row.run_id, row.window_end, gone)

        def change(page: bytes) -> bytes:
            for turn, other in ((Turn.PREVIOUS, around.previous), (Turn.NEXT, around.next)):
                page = with_turn(page, turn, None if other is None else links.to_run(other.run_id))
            return without_links(page, gone_links)

        name = _page_name(links, row)
        try:
            stored = read_if_there(bucket, name)
        except UnsafeNameError:
            # Anyone who may write to the bucket can write a row with such an id; no run has it.
            return
        _rewrite(bucket, NeighbourPage(name=name, stored=stored, change=change), still_allowed)

    with ThreadPoolExecutor(_AT_ONCE) as writers:
        list(writers.map(unlink, _around(rows, gone)))


def _around(rows: Sequence[HistoryRow], gone: Container[str]) -> list[HistoryRow]:
    """Return the runs whose pages may lead to one of `gone`: those near it that have a report."""
    found: dict[str, HistoryRow] = {}
    # How many runs ago the last one went, and the last one that stays.
    since, before = RUNS_IN_STRIP, None
    for row in rows:
        if row.run_id in gone:
            if before is not None:
                found[before.run_id] = before
            since = 0
            continue
        since += 1
        if since < RUNS_IN_STRIP:
            found[row.run_id] = row
        before = row
    return list(found.values())


def _page_name(links: JobLinks, row: HistoryRow) -> str:
    return f"{links.prefix}/runs/{row.run_id}/report.html"


def _puts(turn: Turn, link: str | None) -> Change:
    return lambda page: with_turn(page, turn, link)


def _read(bucket: Bucket, name: str) -> StoredObject | None:
    try:
        return read_if_there(bucket, name)
    except ObjectError as error:
        logger.warning("%s Its page does not lead to this run.", error.message)
        return None


def _rewrite(bucket: Bucket, page: NeighbourPage, still_allowed: StillAllowed) -> None:
    stored = page.stored
    for _ in range(_ATTEMPTS):
        if stored is None:
            return
        data = page.change(stored.data)
        if data == stored.data:
            return
        still_allowed()
        if put_if_unchanged(bucket, page.name, data, stored.version, HTML) is not None:
            return
        # Somebody accepted or pruned that run meanwhile.
        stored = read_if_there(bucket, page.name)
