"""Past blocks in the log: the rows of their drawn images, many blocks in one reading."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from drift.days.blocks import Block
from drift.days.records.choosing import end_before
from drift.days.records.made.large_blocks import read_large_block
from drift.days.records.made.later_uses import LaterUses
from drift.days.records.made.reading import LoggedStretch, batches
from drift.workplace import Workplace
from jobs.errors import InputError, TooManyRowsError
from jobs.times.timestamps import to_datetime, to_moment
from jobs.times.windows import WindowRequest

# As many rows as take some hundred megabytes.
ROWS_AT_ONCE = 250_000
# Whether there is time left is asked between so many images.
_IMAGES_AT_ONCE = 1_200
# Where other machines measure, in so many shards: a model's numbers of them take 150 MB at most.
_SHARDS_AT_ONCE = 20
# What fails so often in one run will not do better in the same run.
_MOST_FAILURES = 3
_MICROSECOND = timedelta(microseconds=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockBatch:
    """Some blocks, and the rows of their drawn images in a stretch of the log.

    Attributes
    ----------
    stretch
        The rows that were read.
    blocks
        The blocks, newest first.
    rows
        Which rows of the stretch name a drawn image; none where the blocks have no image.
    """

    stretch: LoggedStretch
    blocks: Sequence[Block]
    rows: NDArray[np.int64]


class PastBlockReader:
    """Reads past blocks from the log; their images are left to whoever takes the batches.

    A batch has to be done with before the next one is asked for.

    Parameters
    ----------
    place
        The job and its log.
    most_images
        So many images are drawn of a block.
    later
        The uses of images in rows behind the blocks; those of the rows that are read are added.
    by_rows
        Whether blocks are known by their rows, so that only those count that can be read.
    out_of_time
        Whether nothing more is to be begun.
    rows_at_once
        At most so many rows of the log are held at a time.

    Attributes
    ----------
    place, later, by_rows
        As the parameters.
    not_made
        How many blocks were left: there was no time, or something of them could not be read.
    """

    def __init__(
        self,
        place: Workplace,
        most_images: int,
        later: LaterUses,
        *,
        by_rows: bool = False,
        out_of_time: Callable[[], bool],
        rows_at_once: int = ROWS_AT_ONCE,
    ) -> None:
        self.place = place
        self._most_images = most_images
        self.by_rows = by_rows
        self._out_of_time = out_of_time
        self._rows_at_once = rows_at_once
        self._failures = 0
        self.later = later
        self.not_made = 0

    def of_blocks(self, blocks: Sequence[Block], rows_a_block: float) -> Iterator[BlockBatch]:
        """Yield some blocks.

        Parameters
        ----------
        blocks
            Newest first.
        rows_a_block
            About how many rows the log has in a block.
        """
        waiting, most = list(blocks), len(blocks)
        while waiting and not self._stops():
            size = min(most, self._fitting(waiting, rows_a_block))
            read = self._read_some(waiting[:size])
            if read is None:
                most = 1
                self.not_made += 1
                waiting = waiting[1:]
                continue
            chunk, stretch = read
            most = most if len(chunk) == size else len(chunk)
            waiting = waiting[len(chunk) :]
            yield from self._batches(stretch, chunk, chunk[-1].start)
        self.not_made += len(waiting)

    def of_rows(
        self, rows: int, end: datetime, number: int, distance: timedelta = timedelta()
    ) -> Iterator[BlockBatch]:
        """Yield as many blocks of rows before a moment, newest first.

        Where the log begins before, the last one has fewer rows, or none.

        Parameters
        ----------
        distance
            How far the ends of blocks lie apart at least.
        """
        edge, rows_apart = end, rows
        while number > 0 and not self._stops():
            asked = max(rows, min(number * rows_apart, self._rows_at_once))
            request = WindowRequest(end=edge, rows=asked)
            try:
                stretch = LoggedStretch.of(self.place, request)
            except InputError as error:
                self.failed(error.message)
                break
            is_beginning = len(stretch.log_moments) < asked
            blocks = _cut(stretch, rows, edge, distance, with_rest=is_beginning)[:number]
            rows_apart = max(rows, stretch.rows_within(distance, edge))
            edge = end_before(blocks[-1], distance)
            yield from self._batches(stretch, blocks, edge)
            number -= len(blocks)
            if is_beginning:
                return
        self.not_made += number

    def failed(self, why: str) -> None:
        """Note that something could not be read; after three such failures nothing is begun."""
        self._failures += 1
        logger.warning("%s A past day that needs it is left out of what is normal.", why)

    def _batches(
        self, stretch: LoggedStretch, blocks: Sequence[Block], edge: datetime
    ) -> Iterator[BlockBatch]:
        """Yield the blocks of a stretch; what is read next ends at the edge."""
        engine = self.place.elsewhere
        at_once = _IMAGES_AT_ONCE
        if engine is not None:
            at_once = max(at_once, _SHARDS_AT_ONCE * engine.shard_images)
        for together, rows in batches(stretch, blocks, self._most_images, at_once):
            if self._stops():
                self.not_made += len(together)
                continue
            yield BlockBatch(stretch=stretch, blocks=together, rows=rows)
        names, moments = stretch.named
        is_behind = moments >= to_moment(edge)
        self.later.add(names[is_behind], moments[is_behind])

    def _read_some(self, chunk: list[Block]) -> tuple[list[Block], LoggedStretch] | None:
        """Read the newest blocks of a chunk: all of them, or fewer where that does not work."""
        while True:
            try:
                return chunk, self._read(chunk)
            except InputError as error:
                if len(chunk) == 1:
                    self.failed(error.message)
                    return None
                # Too many rows, or something that cannot be read: nearer ones may do.
                chunk = chunk[: len(chunk) // 2]

    def _read(self, chunk: list[Block]) -> LoggedStretch:
        request = WindowRequest(
            end=chunk[0].end,
            last=chunk[0].end - chunk[-1].start,
            most_rows=self._rows_at_once,
        )
        try:
            return LoggedStretch.of(self.place, request)
        except TooManyRowsError:
            if len(chunk) > 1:
                raise
        return read_large_block(
            self.place, chunk[0], self._most_images, self._rows_at_once, by_rows=self.by_rows
        )

    def _fitting(self, blocks: Sequence[Block], rows_a_block: float) -> int:
        """Return how many blocks are likely to fit into one reading of the log."""
        length = blocks[0].end - blocks[0].start
        for number in range(len(blocks), 1, -1):
            stretches = (blocks[0].end - blocks[number - 1].start) / length
            if stretches * rows_a_block <= self._rows_at_once:
                return number
        return 1

    def _stops(self) -> bool:
        return self._failures >= _MOST_FAILURES or self._out_of_time()


def _cut(
    stretch: LoggedStretch, rows: int, end: datetime, distance: timedelta, *, with_rest: bool
) -> list[Block]:
    """Cut rows into blocks of so many, newest first; rows of one time are in one block.

    Parameters
    ----------
    distance
        How far the ends of blocks lie apart at least.
    with_rest
        Whether the rows before them are a block too, and where there is none, the moment before.
    """
    blocks: list[Block] = []
    moments = stretch.log_moments
    stop = len(moments)
    while stop >= rows:
        start = to_datetime(int(moments[stop - rows]))
        blocks.append(Block(start=start, end=end))
        end = end_before(blocks[-1], distance)
        stop = int(np.searchsorted(moments, to_moment(end)))
    if with_rest:
        start = to_datetime(int(moments[0])) if stop else end - _MICROSECOND
        blocks.append(Block(start=start, end=end))
    return blocks
