"""Making records of past blocks: read the log, draw, measure, sum up; newest blocks first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np

from drift.days.blocks import Block, BlockRecord
from drift.days.records.made.block_reading import BlockBatch, PastBlockReader
from drift.days.records.measured.measure import BlockCounts, Measuring, block_record, take_rows
from drift.days.sums import FamilySums
from drift.observations.logged_images import LoggedImages
from drift.observations.segments.segment_values import segments_of
from drift.observations.window_images import join
from jobs.errors import InputError
from jobs.times.timestamps import to_moment
from reference_stats.image_uses import moments_of
from reference_stats.outcomes import UnfetchedImage

# A store that did not answer for more images than this is asked again by another run.
_MOST_UNFETCHED = 0.1


class BlockMaker:
    """Makes the records of past blocks from the log and its images; writes nothing itself.

    Parameters
    ----------
    reader
        Reads the blocks from the log.
    measuring
        How images become sums; as many images of a block as the reader draws.
    """

    def __init__(self, reader: PastBlockReader, measuring: Measuring) -> None:
        self._reader = reader
        self._measuring = measuring

    @property
    def not_made(self) -> int:
        """How many blocks were left: there was no time, or something of them cannot be read."""
        return self._reader.not_made

    def of_blocks(self, blocks: Sequence[Block], rows_a_block: float) -> Iterator[BlockRecord]:
        """Yield the records of some blocks; the parameters are those of `PastBlockReader`."""
        for batch in self._reader.of_blocks(blocks, rows_a_block):
            yield from self._records(batch)

    def of_rows(
        self, rows: int, end: datetime, number: int, distance: timedelta = timedelta()
    ) -> Iterator[BlockRecord]:
        """Yield the records of blocks of rows; the parameters are those of `PastBlockReader`."""
        for batch in self._reader.of_rows(rows, end, number, distance):
            yield from self._records(batch)

    def _records(self, batch: BlockBatch) -> Iterator[BlockRecord]:
        stretch, rows = batch.stretch, batch.rows
        counts = {
            block: stretch.counts(block, by_rows=self._reader.by_rows) for block in batch.blocks
        }
        try:
            logged = None
            if len(rows):
                logged = stretch.images(self._reader.place, rows, self._reader.later)
        except InputError as error:
            self._reader.failed(error.message)
            self._reader.not_made += len(batch.blocks)
            return
        yield from self._measured(logged, counts)

    def _measured(
        self, logged: LoggedImages | None, counts: dict[Block, BlockCounts]
    ) -> Iterator[BlockRecord]:
        if logged is None:
            yield from (_without_images(block, one) for block, one in counts.items())
            return
        window = join(logged, segments_of(logged, self._reader.place.job))
        moments = moments_of(window.rows["timestamp"])
        unfetched = np.zeros(len(logged.outcomes), dtype=np.bool_)
        lost = logged.outcomes.lost.items()
        unfetched[[row for row, one in lost if isinstance(one, UnfetchedImage)]] = True
        for block, one in counts.items():
            edges = to_moment(block.start), to_moment(block.end)
            mine = np.flatnonzero((moments >= edges[0]) & (moments < edges[1]))
            if not len(mine):
                yield _without_images(block, one)
            elif unfetched[mine].mean() > _MOST_UNFETCHED:
                self._reader.failed(f"{int(unfetched[mine].sum())} images could not be fetched")
                self._reader.not_made += 1
            else:
                yield block_record(block, one, take_rows(window, mine), self._measuring)


def _without_images(block: Block, counts: BlockCounts) -> BlockRecord:
    nothing = FamilySums(images=0, effective=0.0)
    return BlockRecord(
        block=block,
        rows=counts.rows,
        images=counts.images,
        refused=counts.refused,
        logged=0,
        features=nothing,
        predictions=nothing,
    )
