"""What a run knows of the blocks before its window, and of the window on the same scale."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drift.days.blocks import Block, BlockRecord
from drift.days.records.choosing import (
    UNREADABLE,
    counted_reasons,
    since_the_first_rows,
    why_not,
)
from drift.days.records.gathering import Gathering
from drift.days.records.measured.measure import Measuring, window_sums
from drift.days.records.measured.scales import ProfileScales
from drift.days.records.own_blocks import own_record, weights_of
from drift.days.records.stored.store import RecordStore, StoredRecord
from drift.days.sums import BothSums, is_seen
from drift.observations.window_images import WindowImages
from drift.workplace import Workplace
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from reports.conditional_writes import StillAllowed, always_allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDays:
    """The blocks before a window, and the window itself, measured on one scale.

    Attributes
    ----------
    scales
        The scales of the profile.
    records
        The past blocks that may show what is normal, in order of time.
    positions
        Where each of them lies, in blocks from the start of the window on: float64, all below 0.
    phases
        What each of them has in common with others at a distance: the weekday of a day (Monday is
        0), the slot of the day of a shorter block, -1 where blocks have nothing of the kind.
    dates
        A number for the day on which each of them begins, in the zone whose days count.
    window
        The sums over all images of the window.
    window_segments
        The same over the images of each segment value, by segment column and value: see
        `BlockRecord.segments`.
    window_positions, window_phases, window_dates, window_weights
        The same of the blocks that the window consists of, in order of time, and the share of the
        window's images that lie in each; the shares add up to 1 where there are images.
    own_records
        What the records of the window's own blocks say, where it has several; else empty.
    unit
        What a block is: ``"day"``, ``"hour"``, ``"window"`` or ``"500 rows"``.
    kept_out
        How many further blocks were looked at and cannot show what is normal, by reason. Those
        before the log's first rows are not among them.
    not_made
        How many blocks could not be measured yet.
    late_rows
        How many rows came into blocks, those of the window among them, after their records.
    record_digests
        SHA-256 in hex of each of `records` as it is stored.
    """

    scales: ProfileScales
    records: tuple[BlockRecord, ...]
    positions: NDArray[np.float64]
    phases: NDArray[np.int64]
    dates: NDArray[np.int64]
    window: BothSums
    window_positions: NDArray[np.float64]
    window_phases: NDArray[np.int64]
    window_dates: NDArray[np.int64]
    window_weights: NDArray[np.float64]
    unit: str
    own_records: tuple[BlockRecord, ...] = ()
    kept_out: Mapping[str, int] = field(default_factory=dict)
    not_made: int = 0
    late_rows: int = 0
    record_digests: tuple[str, ...] = ()
    window_segments: Mapping[str, Mapping[str, BothSums]] = field(default_factory=dict)

    @property
    def seen(self) -> int:
        """How many of the past blocks the model of ``[model]`` has looked at."""
        return sum(is_seen(record.sums) for record in self.records)

    def digest(self, marks: Iterable[str] = ()) -> str:
        """Return SHA-256 in hex over the records, and over the marks that were used with them.

        Parameters
        ----------
        marks
            What else decides how the records are read, such as accepted runs, in a fixed order.
        """
        whole = hashlib.sha256()
        for text in (*self.record_digests, "", *marks):
            whole.update(text.encode() + b"\n")
        return whole.hexdigest()


def known_days(
    place: Workplace,
    request: WindowRequest,
    predictions: PredictionRows,
    measuring: Measuring,
    window: WindowImages,
    still_allowed: StillAllowed = always_allowed,
) -> KnownDays:
    """Return the blocks before a window; make and write the records that are missing.

    A repeated run uses the records that its first attempt used, whatever was made since.

    Parameters
    ----------
    place
        Nothing is written where it does not write.
    request
        What the window is.
    predictions
        All rows of the window.
    measuring
        How images become sums, on the scales of the profile.
    window
        The rows whose image may be read, with what was measured on the images.
    still_allowed
        Raises where the lock was lost; it is asked before every write.

    Raises
    ------
    ObjectError
        If the folder of the records cannot be listed.
    PublishError
        If it cannot be written down which records the run uses.
    """
    work = Gathering.of(place, request, predictions, measuring, window)
    scales = measuring.scales
    stored: dict[Block, StoredRecord | None] = {}
    not_made = late = 0
    if place.job.baseline.days:
        store = RecordStore(place, scales.profile_id, request.rows, still_allowed, scales.view_id)
        known = store.list()
        work.write_own_blocks(store, known)
        stored, not_made = work.chosen(store, known, still_allowed)
        late = work.late_rows(store, known, stored.values())
        store.save_rollup()
    return _known(work, stored, not_made=not_made, late=late)


def _known(
    work: Gathering, stored: Mapping[Block, StoredRecord | None], *, not_made: int, late: int
) -> KnownDays:
    in_order = [stored[block] for block in sorted(stored)]
    reasons = [
        UNREADABLE if one is None else why_not(one.record, work.place.job, blocks=len(work.own))
        for one in in_order
    ]
    normal = [
        one for one, reason in zip(in_order, reasons, strict=True) if one is not None and not reason
    ]
    blocks = [one.record.block for one in normal]
    own = [one.block for one in work.own]
    window, of_segments = window_sums(work.window, work.measuring)
    return KnownDays(
        scales=work.measuring.scales,
        records=tuple(one.record for one in normal),
        positions=work.calendar.positions(blocks),
        phases=work.calendar.phases(blocks),
        dates=work.calendar.dates(blocks),
        window=window,
        window_segments=of_segments,
        window_positions=work.calendar.positions(own),
        window_phases=work.calendar.phases(own),
        window_dates=work.calendar.dates(own),
        window_weights=weights_of(work.own),
        unit=work.calendar.unit,
        own_records=_own_records(work),
        kept_out=counted_reasons(since_the_first_rows(reasons)),
        not_made=not_made,
        late_rows=late,
        record_digests=tuple(one.digest for one in normal),
    )


def _own_records(work: Gathering) -> tuple[BlockRecord, ...]:
    """Return the window block by block; of a window of one block nothing more is learned so."""
    if len(work.own) == 1:
        return ()
    return tuple(own_record(one, work.window, work.measuring) for one in work.own)
