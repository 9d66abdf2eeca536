"""Says what it takes to measure the normal days before the window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from drift.days.blocks import Block
from drift.days.records.calendar import BlockCalendar, BlockKind
from drift.days.records.stored.store import RecordStore
from drift.observations.segments.segment_values import recorded_segments
from drift.setup.check.images import CheckedImages
from drift.setup.check.result import Check, failed, is_ok, look
from drift.workplace import Workplace
from jobs.errors import DriftError
from jobs.job_file.baseline_settings import FEWEST_IMAGES
from jobs.times.windows import TimeWindow, WindowRequest
from reports.words.numbers import counted, listed

_THING = "normal days"
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysToMeasure:
    """The blocks before a window that runs compare it with.

    Attributes
    ----------
    many, known
        How many there are, and how many of them are measured.
    images_each
        How many images are read of one, about.
    unit, by_rows
        What a block is called, and whether it is so many rows.
    """

    many: int
    known: int
    images_each: int
    unit: str
    by_rows: bool

    @property
    def images(self) -> int:
        """How many images have to be read, at most; none of blocks that are too small."""
        if self.images_each < FEWEST_IMAGES:
            return 0
        return max(0, self.many - self.known) * self.images_each


def check_normal_days(
    place: Workplace,
    request: WindowRequest,
    window: TimeWindow,
    images: CheckedImages,
    profile_id: str | None,
) -> Iterator[Check]:
    """Say how many images of the days before the window have to be read, and how long that takes.

    Parameters
    ----------
    request, window
        What the window was asked to be, and is.
    images
        The images of the window that were tried: those of other days are taken to be like them.
    profile_id
        The pinned profile; None where there is none, so that no day was measured yet.
    """
    baseline = place.job.baseline
    if not baseline.days:
        yield is_ok(_THING, "none: baseline.days is 0, so windows are compared with the reference")
        return
    try:
        days = days_to_measure(place, request, window, images, profile_id)
    except DriftError as error:
        yield failed(_THING, error)
        return
    many, known, each, unit = days.many, days.known, days.images_each, days.unit
    asked = f"{many:,} times {unit}" if days.by_rows else counted(many, unit)
    if known >= many:
        yield _measured(place, request, window, profile_id, asked)
        return
    if images.images and each < FEWEST_IMAGES:
        yield look(
            _THING,
            f"a {unit} of the window holds {counted(each, 'image')}; those of fewer than "
            f"{FEWEST_IMAGES} are no normal days, and windows are compared with the reference",
            'Take a longer window, such as last = "7d".',
        )
        return
    there = f"the {asked} before the window take"
    if known:
        there = f"{known} of the {asked} before the window are measured; the others take"
    yield _cost(there, days.images, images, baseline.most_minutes)


def _measured(
    place: Workplace,
    request: WindowRequest,
    window: TimeWindow,
    profile_id: str | None,
    asked: str,
) -> Check:
    """Say that all blocks are measured, and which segments were not told apart then."""
    found = f"the {asked} before the window are measured"
    wanted = recorded_segments(place.job)
    if profile_id is None or not wanted:
        return is_ok(_THING, found)
    calendar = BlockCalendar.of(request, window, place.job.day_zone)
    store = RecordStore(place, profile_id, calendar.rows)
    try:
        before = [one for one in store.list() if one.end <= window.start]
        newest = sorted(before, key=lambda one: one.start)[-place.job.baseline.days :]
        records = [one.record for one in store.read(newest).values()]
    except DriftError as error:
        return failed(_THING, error)
    lacking = {name: sum(one.lacks_segment(name) for one in records) for name in wanted}
    lacking = {name: many for name, many in lacking.items() if many}
    if not lacking:
        return is_ok(_THING, found)
    without = f"{max(lacking.values())} of them without {listed(list(lacking), most=5)}"
    return look(
        _THING,
        f"{found}, {without}, so that these segments are not tested yet",
        "drift baseline rebuild JOB.toml measures those days with it.",
    )


def days_to_measure(
    place: Workplace,
    request: WindowRequest,
    window: TimeWindow,
    images: CheckedImages,
    profile_id: str | None,
) -> DaysToMeasure:
    """Return which of the blocks before the window have to be measured; as `check_normal_days`.

    Raises
    ------
    DriftError
        If the records cannot be listed.
    """
    calendar = BlockCalendar.of(request, window, place.job.day_zone)
    many, known = _blocks(place, calendar, profile_id)
    each = math.ceil(images.images / len(calendar.window_blocks()))
    return DaysToMeasure(
        many=many,
        known=known,
        images_each=min(place.job.baseline.images_per_day, each),
        unit=calendar.unit,
        by_rows=calendar.kind is BlockKind.ROWS,
    )


def _cost(there: str, wanted: int, images: CheckedImages, most_minutes: float) -> Check:
    minutes = wanted * images.seconds_an_image / _MINUTE_S
    megabytes = math.ceil(wanted * images.bytes_an_image / 1e6)
    found = (
        f"{there} at most {counted(wanted, 'image')}, {megabytes:,} MB and about "
        f"{in_minutes(minutes)}, once"
    )
    if minutes <= most_minutes:
        return is_ok(_THING, found)
    return look(
        _THING,
        f"{found}; a run takes {in_minutes(most_minutes)} of it (baseline.most_minutes)",
        _several_runs(minutes, most_minutes),
    )


def _blocks(place: Workplace, calendar: BlockCalendar, profile_id: str | None) -> tuple[int, int]:
    """Return how many blocks there are before the window, and how many of them are measured."""
    there: frozenset[Block] = frozenset()
    if profile_id is not None:
        there = RecordStore(place, profile_id, calendar.rows).list()
    if calendar.kind is BlockKind.ROWS:
        days = place.job.baseline.days
        return days, min(days, len([one for one in there if one.end <= calendar.window.start]))
    blocks = calendar.blocks_before(place.job.baseline.days)
    return len(blocks), len(there.intersection(blocks))


def _several_runs(minutes: float, most_minutes: float) -> str:
    if not most_minutes:
        return "Runs measure none: set baseline.most_minutes, or drift baseline rebuild once."
    runs = math.ceil(minutes / most_minutes)
    return (
        f"The newest days are measured first, and all of them after about {runs:,} runs. For all "
        "in the first one raise baseline.most_minutes."
    )


def in_minutes(minutes: float) -> str:
    """Return a time in words, rounded up to minutes."""
    if minutes < 1:
        return "a minute" if minutes > 0.5 else "half a minute"
    return counted(math.ceil(minutes), "minute")
