"""The records of a job for a person to look at, and made anew where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from drift.days.blocks import Block, BlockRecord
from drift.days.records.calendar import BlockCalendar, BlockKind
from drift.days.records.choosing import UNREADABLE, chosen_by_rows, why_not
from drift.days.records.known_days import KnownDays
from drift.days.records.made.block_reading import ROWS_AT_ONCE, PastBlockReader
from drift.days.records.made.later_uses import LaterUses
from drift.days.records.made.making import BlockMaker
from drift.days.records.made.reading import LoggedStretch
from drift.days.records.measured.measure import Measuring
from drift.days.records.measured.scales import ProfileScales, SeenReference
from drift.days.records.measured.views_added import without_view
from drift.days.records.stored.store import RecordStore
from drift.days.sums import BothSums, FamilySums
from drift.workplace import Workplace
from jobs.errors import InputError
from jobs.times.windows import TimeWindow, WindowRequest
from reference_stats.profiles.profile import ReferenceProfile
from reports.conditional_writes import StillAllowed

# Rows are read many blocks at a time where nothing tells how many a block has.
_ROWS_A_BLOCK = 10_000.0
# Names that are used anew every day or every week are met within it.
_LOOK_BEHIND = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockState:
    """A block that a run would look at.

    Attributes
    ----------
    record
        What is kept of it; None where nothing is, or it cannot be read.
    why_not
        Why it does not show what is normal; empty where it does.
    """

    block: Block
    record: BlockRecord | None
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was made anew.

    Attributes
    ----------
    written
        How many records were written.
    not_made
        How many blocks could not be measured; their records stay as they were.
    """

    written: int
    not_made: int


NOT_MADE = "not measured yet"


def block_states(
    place: Workplace, request: WindowRequest, profile_id: str, view_id: str = ""
) -> list[BlockState]:
    """Return the blocks before a window, newest first, as far as it is known what they are.

    Of blocks of rows those are known that were measured.

    Parameters
    ----------
    view_id
        Which model looks at images: `ViewDefinition.id`; empty where none does.
    """
    store = RecordStore(place, profile_id, request.rows, view_id=view_id)
    calendar = _calendar(place, request)
    known = store.list()
    blocks = _blocks(place, calendar, known)
    stored = store.read(blocks)
    count = len(calendar.window_blocks())
    states = []
    for block in blocks:
        found = stored.get(block)
        if found is not None:
            reason = why_not(found.record, place.job, blocks=count)
        else:
            reason = UNREADABLE if block in known else NOT_MADE
        record = None if found is None else found.record
        states.append(BlockState(block=block, record=record, why_not=reason))
    return states


def past_of(
    place: Workplace,
    request: WindowRequest,
    profile: ReferenceProfile,
    states: Sequence[BlockState],
    seen: SeenReference | None = None,
) -> KnownDays:
    """Return the blocks before a window that may show what is normal, and a window without images.

    Parameters
    ----------
    states
        Of all blocks before it.
    seen
        What a model saw in the reference; None where no model looks at images.
    """
    calendar = _calendar(place, request)
    records = [one.record for one in states[::-1] if one.record is not None and not one.why_not]
    blocks = [record.block for record in records]
    own = calendar.window_blocks()
    nothing = FamilySums(images=0, effective=0.0)
    return KnownDays(
        scales=ProfileScales.of(profile, place.job.detection.burst, seen),
        records=tuple(records),
        positions=calendar.positions(blocks),
        phases=calendar.phases(blocks),
        dates=calendar.dates(blocks),
        window=BothSums(features=nothing, predictions=nothing),
        window_positions=calendar.positions(own),
        window_phases=calendar.phases(own),
        window_dates=calendar.dates(own),
        window_weights=np.full(len(own), 1 / max(len(own), 1)),
        unit=calendar.unit,
    )


def rebuild(
    place: Workplace,
    request: WindowRequest,
    profile: ReferenceProfile,
    still_allowed: StillAllowed,
    told: Callable[[BlockRecord], None],
    seen: SeenReference | None = None,
) -> Rebuilt:
    """Measure the blocks before a window anew, newest first, and write their records.

    The blocks of the window itself that have records are among them. It takes as long as it takes:
    `baseline.most_minutes` is for runs.

    Parameters
    ----------
    still_allowed
        Raises where the lock was lost; it is asked before every write.
    told
        Called with every record that was written.
    seen
        What a model saw in the reference; None where no model looks at images. Where one does, the
        record without its view is written too: it stands where another model comes.

    Raises
    ------
    ObjectError
        If the records cannot be listed.
    PublishError
        If a record cannot be written.
    """
    measuring = Measuring.of(place.job, profile, seen)
    store = RecordStore(place, profile.id, request.rows, still_allowed, measuring.scales.view_id)
    calendar = _calendar(place, request)
    known = store.list()
    own = [block for block in calendar.window_blocks()[::-1] if block in known]
    blocks = [*own, *(block for block in _blocks(place, calendar, known) if block not in own)]
    reader = PastBlockReader(
        place,
        measuring.most_images,
        _behind(place, blocks[0].end) if blocks else LaterUses(),
        by_rows=calendar.kind is BlockKind.ROWS,
        out_of_time=lambda: False,
    )
    maker = BlockMaker(reader, measuring)
    written = 0
    for record in maker.of_blocks(blocks, float(request.rows or _ROWS_A_BLOCK)):
        if record.view is not None:
            store.replace(without_view(record))
        if store.replace(record):
            written += 1
            told(record)
    store.save_rollup()
    return Rebuilt(written=written, not_made=maker.not_made)


def _behind(place: Workplace, end: datetime) -> LaterUses:
    """Return the uses of images in the days behind a moment; none where the log has too many."""
    later = LaterUses()
    request = WindowRequest(end=end + _LOOK_BEHIND, last=_LOOK_BEHIND, most_rows=ROWS_AT_ONCE)
    try:
        stretch = LoggedStretch.of(place, request)
    except InputError:
        return later
    later.add(*stretch.named)
    return later


def _calendar(place: Workplace, request: WindowRequest) -> BlockCalendar:
    # Where a window of rows begins is not asked of the log: its blocks are those that are there.
    window = TimeWindow(start=request.start or request.end, end=request.end)
    return BlockCalendar.of(request, window, place.job.day_zone)


def _blocks(place: Workplace, calendar: BlockCalendar, known: frozenset[Block]) -> list[Block]:
    days = place.job.baseline.days
    if calendar.kind is BlockKind.ROWS:
        return list(chosen_by_rows(known, calendar.window.end, days))
    return list(calendar.blocks_before(days))
