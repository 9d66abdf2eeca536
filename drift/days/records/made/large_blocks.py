"""Blocks with more rows than are to be held at a time: read part by part, drawn images kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.days.blocks import Block
from drift.days.records.made.reading import LoggedStretch, rows_at
from drift.days.records.measured.drawing import name_hashes
from drift.days.records.measured.measure import BlockCounts
from drift.workplace import Workplace
from jobs.boxes.image_boxes import joined
from jobs.errors import TooManyRowsError
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest

# A day in stretches of half an hour.
_MOST_PARTS = 48
_MINUTE = timedelta(minutes=1)


def read_large_block(
    place: Workplace, block: Block, most_images: int, rows_at_once: int, *, by_rows: bool
) -> LoggedStretch:
    """Return the rows of the drawn images of a block; what else it holds is only counted.

    It is read in more and more parts until each has no more rows than are to be held at a time.
    The image names with the smallest hashes of all are among those of each part that has them, so
    that the same ones are drawn as of the whole block.

    Parameters
    ----------
    by_rows
        As of `LoggedStretch.counts`.

    Raises
    ------
    ObjectError
        If the log cannot be read, or has too many rows in one of 48 parts.
    """
    parts = 2
    while True:
        try:
            return _in_parts(place, block, parts, most_images, rows_at_once, by_rows)
        except TooManyRowsError:
            if parts >= _MOST_PARTS:
                raise
            parts = min(2 * parts, _MOST_PARTS)


def _in_parts(
    place: Workplace,
    block: Block,
    parts: int,
    most_images: int,
    rows_at_once: int,
    by_rows: bool,
) -> LoggedStretch:
    kept: list[LoggedStretch] = []
    images = np.zeros(0, dtype=np.uint64)
    rows = refused = 0
    for part in _cut(block, parts):
        request = WindowRequest(end=part.end, last=part.end - part.start, most_rows=rows_at_once)
        stretch = LoggedStretch.of(place, request)
        counts = stretch.counts(part, by_rows=by_rows or not _is_in_minutes(block))
        rows, refused = rows + counts.rows, refused + counts.refused
        images = np.union1d(images, name_hashes(pd.unique(stretch.named[0])))
        kept.append(_only(stretch, stretch.drawn(part, most_images)))
    counted = BlockCounts(rows=rows, images=len(images), refused=refused)
    return replace(_joined(kept), counted={block: counted})


def _cut(block: Block, parts: int) -> Iterator[Block]:
    """Yield about so many parts of a block, oldest first; they meet at whole minutes."""
    edges = [block.start]
    for number in range(1, parts):
        edge = _whole_minute(block.start + number * (block.end - block.start) / parts)
        if edges[-1] < edge < block.end:
            edges.append(edge)
    for start, end in zip(edges, [*edges[1:], block.end], strict=True):
        yield Block(start=start, end=end)


def _whole_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _is_in_minutes(block: Block) -> bool:
    return all(_whole_minute(edge) == edge for edge in (block.start, block.end))


def _only(stretch: LoggedStretch, rows: NDArray[np.int64]) -> LoggedStretch:
    return LoggedStretch(
        predictions=rows_at(stretch.predictions, rows),
        located=[stretch.located[row] for row in rows.tolist()] if stretch.located else [],
        names=stretch.names[rows],
        moments=stretch.moments[rows],
    )


def _joined(parts: Sequence[LoggedStretch]) -> LoggedStretch:
    return LoggedStretch(
        predictions=_all_rows([part.predictions for part in parts]),
        located=[one for part in parts for one in part.located],
        names=np.concatenate([part.names for part in parts]),
        moments=np.concatenate([part.moments for part in parts]),
    )


def _all_rows(parts: Sequence[PredictionRows]) -> PredictionRows:
    filled = [part for part in parts if len(part)] or parts[:1]
    boxes = [part.boxes for part in filled if part.boxes is not None]
    return replace(
        filled[0],
        fields=pd.concat([part.fields for part in filled], ignore_index=True),
        raw=pd.concat([part.raw for part in filled], ignore_index=True),
        boxes=joined(boxes) if boxes else None,
    )
