"""The blocks that a window consists of: their records come from what the run has read anyway."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.days.blocks import Block, BlockRecord
from drift.days.records.calendar import BlockCalendar, BlockKind
from drift.days.records.made.reading import rows_in
from drift.days.records.measured.drawing import drawn_rows
from drift.days.records.measured.measure import BlockCounts, Measuring, block_record, take_rows
from drift.observations.window_images import WindowImages
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import to_moment
from reference_stats.image_uses import moments_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBlock:
    """A block of a window.

    Attributes
    ----------
    block, counts
        Which one, and what it holds.
    rows
        Its rows among those of `WindowImages`.
    analysed
        How many of the window's images lie in it by their first row and could be measured.
    """

    block: Block
    counts: BlockCounts
    rows: NDArray[np.int64]
    analysed: int


def own_blocks(
    calendar: BlockCalendar, predictions: PredictionRows, window: WindowImages
) -> tuple[OwnBlock, ...]:
    """Return the blocks of a window, in order of time."""
    accepted = moments_of(predictions.fields["timestamp"])
    moments = moments_of(window.rows["timestamp"])
    names = window.rows["image"].to_numpy(dtype=object)
    analysed = window.features.index.to_numpy(dtype=np.int64)
    first = analysed[np.unique(window.images_of_rows[analysed], return_index=True)[1]]
    found = []
    for block in calendar.window_blocks():
        rows, all_rows = (np.flatnonzero(_inside(block, one)) for one in (moments, accepted))
        by_rows = calendar.kind is BlockKind.ROWS
        boxes = predictions.boxes
        in_log = len(all_rows) if boxes is None else boxes.log_rows(all_rows)
        kept = len(rows) if window.log_rows is None else len(np.unique(window.log_rows[rows]))
        counts = BlockCounts(
            rows=in_log if by_rows else rows_in(predictions, block, in_log),
            images=len(pd.unique(names[rows])),
            refused=in_log - kept,
        )
        many = int(_inside(block, moments[first]).sum())
        found.append(OwnBlock(block=block, counts=counts, rows=rows, analysed=many))
    return tuple(found)


def weights_of(own: Sequence[OwnBlock]) -> NDArray[np.float64]:
    """Return the share of the window's images that lie in each block; all 0 where there is none."""
    images = np.array([one.analysed for one in own], dtype=np.float64)
    return images / max(float(images.sum()), 1.0)


def own_record(one: OwnBlock, window: WindowImages, measuring: Measuring) -> BlockRecord:
    """Return the record of a block of the window."""
    names = window.rows["image"].to_numpy(dtype=object)[one.rows]
    # Of a large window only what is drawn is copied.
    drawn = one.rows[drawn_rows(names, measuring.most_images)]
    return block_record(one.block, one.counts, take_rows(window, drawn), measuring)


def due(own: Iterable[OwnBlock], known: frozenset[Block], now: datetime) -> list[OwnBlock]:
    """Return the blocks that are over and have images, and of which there is no record yet."""
    return [one for one in own if one.block not in known and one.analysed and one.block.end <= now]


def late_rows(predictions: PredictionRows, records: Iterable[BlockRecord]) -> int:
    """Return how many rows came into blocks after their records, as far as this run sees them."""
    more = (rows_in(predictions, one.block, one.rows) - one.rows for one in records)
    return sum(max(0, one) for one in more)


def _inside(block: Block, moments: NDArray[np.int64]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = moments >= to_moment(block.start)
    return inside & (moments < to_moment(block.end))
