"""What is to be said of the log's rows once all of a window are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.predictions.odd_objects import InnerHeader, RecodedRows
from jobs.predictions.rows.batches import RowBatch
from jobs.predictions.rows.collector import WindowCollector
from jobs.predictions.rows.newest import RejectedPlaces, in_window, newest_rows
from jobs.predictions.rows.rejections import shorten
from jobs.predictions.rows.rows import (
    LogTally,
    NumberColumnTally,
    RejectedRow,
)
from jobs.times.timestamp_parts import Texts


def tally_rows(
    collector: WindowCollector, accepted: RowBatch, numbers: Sequence[NumberColumnTally]
) -> LogTally:
    """Return the counts of a window.

    Parameters
    ----------
    accepted
        Its final rows.
    numbers
        What is to be said of their numbers.
    """
    rejections, start = collector.rejections, collector.start
    if start is not None:
        rejections.forget_before(start)
    rejected = RejectedPlaces(
        timed=tuple(rejections.timed),
        placed=in_window(collector.places.placed(), start, collector.end),
    )
    newest = newest_rows(
        accepted.moments,
        rejected,
        wanted=collector.request.rows,
        start=start,
        end=collector.end,
    )
    tally = rejections.tally(len(accepted), start)
    return replace(
        tally,
        examples=tuple(sorted(_placed(collector, one) for one in tally.examples)),
        newest=replace(newest, first_newer=_first_newer(collector, newest.first_newer)),
        numbers=tuple(one for one in numbers if one.filled),
        headers=_headers_inside(collector),
        recoded=_recoded(collector, accepted),
    )


def _first_newer(collector: WindowCollector, row: RejectedRow | None) -> RejectedRow | None:
    return None if row is None else _placed(collector, row)


def _placed(collector: WindowCollector, row: RejectedRow) -> RejectedRow:
    place = collector.origins.place(row.source, row.line)
    return replace(row, source=place.source, line=place.number, unit=place.unit)


def _headers_inside(collector: WindowCollector) -> tuple[InnerHeader, ...]:
    """Return the headers behind which the window holds rows, and before which it may."""
    start = -1 if collector.start is None else collector.start
    inside = [one for one in collector.headers if start <= one.moment < collector.end]
    return tuple(sorted(inside, key=lambda one: (one.moment, one.source, one.line)))


def _recoded(collector: WindowCollector, accepted: RowBatch) -> tuple[RecodedRows, ...]:
    found = []
    sources = accepted.every_source()
    for source, encoding in sorted(collector.recoded.items()):
        rows = np.flatnonzero(sources == source)
        if not len(rows):
            continue
        count, example = _beyond_ascii(accepted.table.take(pa.array(rows)))
        if count:
            found.append(RecodedRows(source=source, encoding=encoding, rows=count, example=example))
    return tuple(found)


def _beyond_ascii(table: Texts) -> tuple[int, str]:
    """Return how many rows hold a text beyond ASCII, and the first such text."""
    beyond = np.zeros(len(table), np.bool_)
    examples = []
    for name in sorted(table.column_names):
        found = ~pc.fill_null(pc.string_is_ascii(table[name]), True).to_numpy()
        if found.any():
            examples.append((int(np.argmax(found)), name))
        beyond |= found
    if not examples:
        return 0, ""
    row, name = min(examples)
    return int(beyond.sum()), shorten(table[name][row].as_py())
