"""Which blocks before a window have to be looked at, by whoever looks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from drift.days.blocks import Block
from drift.days.records.calendar import BlockCalendar, BlockKind
from drift.days.records.choosing import chosen_by_rows, distance_of_blocks, end_before
from drift.days.records.stored.store import RecordStore, StoredRecord

Made_co = TypeVar("Made_co", covariant=True)


class BlockSource(Protocol[Made_co]):
    """Makes something of past blocks, newest first."""

    def of_blocks(self, blocks: Sequence[Block], rows_a_block: float) -> Iterator[Made_co]:
        """Yield what is made of some blocks, as of `PastBlockReader`."""
        ...

    def of_rows(
        self, rows: int, end: datetime, number: int, distance: timedelta = ...
    ) -> Iterator[Made_co]:
        """Yield what is made of blocks of rows, as of `PastBlockReader`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BlocksBefore:
    """The blocks before a window.

    Attributes
    ----------
    calendar
        How time is cut, seen from the window.
    days
        `baseline.days`.
    log_rows
        How many rows the log has in the window.
    """

    calendar: BlockCalendar
    days: int
    log_rows: int

    @property
    def rows_a_block(self) -> float:
        """About how many rows the log has in a block."""
        own = len(self.calendar.window_blocks())
        return float(self.calendar.rows or max(1.0, self.log_rows / own))

    def wanted(self, known: Collection[Block]) -> tuple[Block, ...]:
        """Return the blocks that the window is held beside, newest first.

        Of blocks of rows those that are known.
        """
        if self.calendar.kind is BlockKind.ROWS:
            return chosen_by_rows(known, self.calendar.window.start, self.days)
        return self.calendar.blocks_before(self.days)

    def missing(
        self,
        source: BlockSource[Made_co],
        wanted: Sequence[Block],
        known: Collection[Block],
        there: Mapping[Block, StoredRecord | None],
    ) -> Iterator[Made_co]:
        """Yield what a source makes of the blocks that there are no records of.

        Parameters
        ----------
        wanted
            As `wanted` returns them.
        known
            The blocks that there are objects of.
        there
            Their records; None for those that cannot be read.
        """
        rows = self.calendar.rows
        if rows is None:
            missing = [block for block in wanted if block not in known]
            return source.of_blocks(missing, self.rows_a_block)
        oldest = there.get(wanted[-1]) if wanted else None
        if oldest is not None and oldest.record.rows < rows:
            # The log begins there.
            return iter(())
        distance = distance_of_blocks(self.days)
        start = self.calendar.window.start
        edge = end_before(wanted[-1], distance) if wanted else start
        return source.of_rows(rows, edge, self.days - len(wanted), distance)


def blocks_to_see(
    store: RecordStore, wanted: Sequence[Block], there: Mapping[Block, StoredRecord | None]
) -> list[Block]:
    """Return the blocks whose records lack the view of the model of the store, newest first.

    A block without images, such as one before the log began, has nothing to be seen.
    """
    return [
        block for block in wanted if block in store.without_view and _has_images(there.get(block))
    ]


def _has_images(stored: StoredRecord | None) -> bool:
    return stored is not None and stored.record.logged > 0
