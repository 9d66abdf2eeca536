"""Which records a run uses: those that are there, those it makes, or those of its first try."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from drift.days.blocks import Block, BlockRecord
from drift.days.records.blocks_before import BlocksBefore, blocks_to_see
from drift.days.records.calendar import BlockCalendar, BlockKind
from drift.days.records.choosing import why_not
from drift.days.records.made.block_reading import ROWS_AT_ONCE, PastBlockReader
from drift.days.records.made.later_uses import LaterUses
from drift.days.records.made.making import BlockMaker
from drift.days.records.measured.measure import Measuring
from drift.days.records.measured.views_added import with_view_of
from drift.days.records.own_blocks import OwnBlock, due, late_rows, own_blocks, own_record
from drift.days.records.stored.pin import PinnedDays, read_pin, write_pin
from drift.days.records.stored.store import RecordStore, StoredRecord
from drift.observations.window_images import WindowImages
from drift.run_request import run_id
from drift.workplace import Workplace
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from reference_stats.image_uses import moments_of
from reports.conditional_writes import StillAllowed
from reports.words.numbers import counted

_MINUTE_S = 60.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """What a run has read, and how it measures it.

    Attributes
    ----------
    place, request, predictions, measuring, window
        As for `known_days`.
    calendar
        How time is cut.
    own
        The blocks that the window consists of.
    """

    place: Workplace
    request: WindowRequest
    predictions: PredictionRows
    measuring: Measuring
    window: WindowImages
    calendar: BlockCalendar
    own: tuple[OwnBlock, ...]

    @classmethod
    def of(
        cls,
        place: Workplace,
        request: WindowRequest,
        predictions: PredictionRows,
        measuring: Measuring,
        window: WindowImages,
    ) -> Gathering:
        """Return how a run gathers its records; the parameters are those of `known_days`."""
        calendar = BlockCalendar.of(request, predictions.window, place.job.day_zone)
        return cls(
            place=place,
            request=request,
            predictions=predictions,
            measuring=measuring,
            window=window,
            calendar=calendar,
            own=own_blocks(calendar, predictions, window),
        )

    def write_own_blocks(self, store: RecordStore, known: frozenset[Block]) -> None:
        """Write the records of the window's own blocks that are not there, or not with the view.

        A block that cannot show what is normal is left to the run that will need it: until then
        its rows and images may have come.
        """
        seen = store.without_view if self.window.views is not None else frozenset()
        for one in due(self.own, known - seen, self.place.clock()):
            record = own_record(one, self.window, self.measuring)
            if why_not(record, self.place.job, blocks=len(self.own)):
                continue
            if one.block not in known:
                store.create(record)
            else:
                self._add_view(store, store.read([one.block]).get(one.block), record)

    def late_rows(
        self,
        store: RecordStore,
        known: frozenset[Block],
        used: Iterable[StoredRecord | None],
    ) -> int:
        """Return how many rows came after the records of their blocks, as far as it is seen.

        Parameters
        ----------
        known
            The blocks that there were records of before this run.
        used
            The records that it uses.
        """
        if self.calendar.kind is BlockKind.ROWS:
            return 0
        own = store.read(one.block for one in self.own if one.block in known)
        there = [*own.values(), *(one for one in used if one is not None)]
        return late_rows(self.predictions, [one.record for one in there])

    def chosen(
        self, store: RecordStore, known: frozenset[Block], still_allowed: StillAllowed
    ) -> tuple[dict[Block, StoredRecord | None], int]:
        """Return the records that this run uses, None where one cannot be read, and pin them."""
        job, run = self.place.job, run_id(self.place.job, self.request)
        scales = self.measuring.scales
        choice = PinnedDays.of(job, self.request.rows, scales.profile_id, scales.view_id)
        pin = read_pin(self.place, run)
        if pin.pinned is not None and pin.pinned.is_for(choice):
            used = store.read_pinned(pin.pinned.readable)
            if {block: one.digest for block, one in used.items()} == pin.pinned.readable:
                return {**dict.fromkeys(pin.pinned.digests), **used}, pin.pinned.not_made
            logger.warning(
                "the days that run %s used are no longer there as they were; it uses those that "
                "are there now",
                run,
            )
        stored, not_made = self._stored(store, known)
        digests = {block: "" if one is None else one.digest for block, one in stored.items()}
        choice = replace(choice, digests=digests, not_made=not_made)
        write_pin(self.place, run, choice, pin, still_allowed)
        return stored, not_made

    def _stored(
        self, store: RecordStore, known: frozenset[Block]
    ) -> tuple[dict[Block, StoredRecord | None], int]:
        """Return the records that are there, and those that there is time to make."""
        before = self._before
        wanted = before.wanted(known)
        there: dict[Block, StoredRecord | None] = {**store.read(wanted)}
        there |= {block: None for block in wanted if block in store.broken}
        stops_at = time.monotonic() + self.place.job.baseline.most_minutes * _MINUTE_S
        to_see = blocks_to_see(store, wanted, there)
        maker = self._maker(stops_at)
        made = 0
        for record in before.missing(maker, wanted, known, there):
            there[record.block] = store.create(record)
            made += 1
        if made:
            logger.info("%s of normal days measured", counted(made, "block"))
        if maker.not_made:
            logger.info(
                "%s of normal days not measured yet: later runs go on",
                counted(maker.not_made, "block"),
            )
        self._add_views(store, to_see, there, stops_at)
        return there, maker.not_made

    def _add_views(
        self,
        store: RecordStore,
        blocks: Sequence[Block],
        there: dict[Block, StoredRecord | None],
        stops_at: float,
    ) -> None:
        """Add the model's view to the records of blocks that lack it, as far as there is time.

        Parameters
        ----------
        blocks
            Newest first.
        there
            The records so far; those with a view take their places.
        """
        if not blocks:
            return
        maker = self._maker(stops_at)
        for made in maker.of_blocks(blocks, self._before.rows_a_block):
            there[made.block] = self._add_view(store, there[made.block], made)
        seen = len([block for block in blocks if block not in store.without_view])
        logger.info(
            "%s of %s of normal days seen by the model%s",
            f"{seen:,}",
            counted(len(blocks), "block"),
            "" if seen == len(blocks) else "; later runs go on with the others",
        )

    def _add_view(
        self, store: RecordStore, record: StoredRecord | None, made: BlockRecord
    ) -> StoredRecord | None:
        """Write a record with the view of one that was made now; return what is there then."""
        if record is None or made.view is None:
            return record
        return store.create(with_view_of(record.record, made))

    @property
    def _before(self) -> BlocksBefore:
        return BlocksBefore(
            calendar=self.calendar,
            days=self.place.job.baseline.days,
            log_rows=self.predictions.log_rows,
        )

    def _maker(self, stops_at: float) -> BlockMaker:
        later = LaterUses()
        rows = self.window.rows
        later.add(rows["image"].to_numpy(dtype=object), moments_of(rows["timestamp"]))
        reader = PastBlockReader(
            self.place,
            self.measuring.most_images,
            later,
            by_rows=self.calendar.kind is BlockKind.ROWS,
            out_of_time=lambda: time.monotonic() >= stops_at,
            rows_at_once=ROWS_AT_ONCE,
        )
        return BlockMaker(reader, self.measuring)
