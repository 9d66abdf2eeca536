"""The images that the missing records of past blocks want, without measuring any of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from drift.days.blocks import Block
from drift.days.records.blocks_before import BlocksBefore, blocks_to_see
from drift.days.records.calendar import BlockCalendar, BlockKind
from drift.days.records.made.block_reading import BlockBatch, PastBlockReader
from drift.days.records.made.later_uses import LaterUses
from drift.days.records.stored.pin import PinnedDays, read_pin
from drift.days.records.stored.store import RecordStore, StoredRecord
from drift.run_request import run_id
from drift.workplace import Workplace
from jobs.images.locations import ImageLocation, RefusedLocation
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from reference_stats.image_uses import WantedImages, moments_of

_MINUTE_S = 60.0


def images_of_unmade_blocks(
    place: Workplace,
    request: WindowRequest,
    predictions: PredictionRows,
    located: Sequence[ImageLocation | RefusedLocation],
    *,
    profile_id: str | None,
    view_id: str,
) -> Iterator[WantedImages]:
    """Yield the images that a run would measure of the blocks before its window.

    A repeated run uses the records of its first attempt, and so nothing is yielded for it.

    Parameters
    ----------
    predictions, located
        The rows of the window, and where the image of each is.
    profile_id
        The pinned profile; None where none is pinned yet, so that there is no record at all.
    view_id
        Which model looks at images; empty where none does.

    Raises
    ------
    ObjectError
        If the folder of the records cannot be listed.
    """
    job = place.job
    if not job.baseline.days or job.detection.basis == "reference":
        return
    calendar = BlockCalendar.of(request, predictions.window, job.day_zone)
    before = BlocksBefore(calendar=calendar, days=job.baseline.days, log_rows=predictions.log_rows)
    reader = _reader(place, calendar, predictions, located)
    known: frozenset[Block] = frozenset()
    there: dict[Block, StoredRecord | None] = {}
    to_see: list[Block] = []
    wanted = before.wanted(known)
    if profile_id is not None:
        if _is_pinned(place, request, profile_id, view_id):
            return
        store = RecordStore(place, profile_id, request.rows, view_id=view_id)
        known = store.list()
        wanted = before.wanted(known)
        there = {**store.read(wanted)}
        to_see = blocks_to_see(store, wanted, there)
    for batch in before.missing(reader, wanted, known, there):
        yield _wanted(batch, reader)
    if to_see:
        reader = _reader(place, calendar, predictions, located)
        for batch in reader.of_blocks(to_see, before.rows_a_block):
            yield _wanted(batch, reader)


def _wanted(batch: BlockBatch, reader: PastBlockReader) -> WantedImages:
    """Return the images of a batch; what follows them is told now, before others are read."""
    wanted = batch.stretch.wanted(batch.rows, reader.later)
    followed = {} if wanted.followed is None else wanted.followed()
    return replace(wanted, followed=lambda: followed)


def _is_pinned(place: Workplace, request: WindowRequest, profile_id: str, view_id: str) -> bool:
    pinned = read_pin(place, run_id(place.job, request)).pinned
    choice = PinnedDays.of(place.job, request.rows, profile_id, view_id)
    return pinned is not None and pinned.is_for(choice)


def _reader(
    place: Workplace,
    calendar: BlockCalendar,
    predictions: PredictionRows,
    located: Sequence[ImageLocation | RefusedLocation],
) -> PastBlockReader:
    later = LaterUses()
    named = np.array([isinstance(one, ImageLocation) for one in located], dtype=np.bool_)
    paths = [one.path for one in located if isinstance(one, ImageLocation)]
    later.add(np.array(paths, dtype=object), moments_of(predictions.fields["timestamp"])[named])
    stops_at = time.monotonic() + place.job.baseline.most_minutes * _MINUTE_S
    return PastBlockReader(
        place,
        place.job.baseline.images_per_day,
        later,
        by_rows=calendar.kind is BlockKind.ROWS,
        out_of_time=lambda: time.monotonic() >= stops_at,
    )
