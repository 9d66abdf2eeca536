"""A level over days: without the reference's own days, and told anew where it has moved on."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from drift.across_runs.marks import MarkedWindow
from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.days.blocks import Block, BlockRecord
from drift.days.judging.compare_days import NormalDays, PastMarks
from drift.days.records.known_days import KnownDays
from drift.days.records.measured.measure import BothSums
from drift.days.scale import ReferenceScale
from drift.days.sums import FamilySums
from drift.verdict.level import LevelPlan, level_over_days, places_of_level
from jobs.job_file.job import DetectionSettings
from jobs.times.windows import TimeWindow
from reports.findings.days import Level, LevelState
from tests.support.columns import lined_up, numeric

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
REFERENCE = np.random.default_rng(1).normal(100, 10, 2_000)
SCALE = ReferenceScale.of(pd.DataFrame({"mean": REFERENCE}))
NOTHING = FamilySums(images=0, effective=0.0)
ACCEPTED = MarkedWindow(run_id="r-9", start=FIRST, end=FIRST + DAY, shifts={"mean": 1.0}, units=300)


def _values(day: int, shift: float) -> np.ndarray:
    random = np.random.default_rng(100 + day)
    return random.normal(100 + 10 * (shift + random.normal(0, 0.1)), 10, 300)


def _past(shifts: list[float], window: float) -> tuple[NormalDays, LinedUp]:
    """Return days whose mean lies so many reference deviations off, and the window after them."""
    records = []
    for day, shift in enumerate(shifts):
        values = pd.DataFrame({"mean": _values(day, shift)})
        block = Block(start=FIRST + day * DAY, end=FIRST + (day + 1) * DAY)
        sums = FamilySums.of(SCALE, values, np.arange(len(values)))
        records.append(_record(block, sums))
    now = _values(len(shifts), window)
    number = len(shifts)
    own = FamilySums.of(SCALE, pd.DataFrame({"mean": now}), np.arange(len(now)))
    known = KnownDays(
        scales=SimpleNamespace(  # type: ignore[arg-type]
            numbers=frozenset(),
            features=SCALE,
            predictions=ReferenceScale.of(pd.DataFrame()),
            classes={},
            view=None,
        ),
        records=tuple(records),
        positions=np.arange(-number, 0, dtype=np.float64),
        phases=np.arange(number) % 7,
        dates=np.arange(number),
        window=BothSums(features=own, predictions=NOTHING),
        window_positions=np.zeros(1),
        window_phases=np.array([number % 7]),
        window_dates=np.array([number]),
        window_weights=np.ones(1),
        unit="day",
    )
    marks = PastMarks(
        levels=np.ones(number, dtype=np.int64),
        window_level=1,
        rejected=np.zeros(number, dtype=np.bool_),
    )
    columns = lined_up(numeric("mean", REFERENCE, now, ColumnRole.FEATURE))
    return NormalDays.of(known, columns, marks, DetectionSettings()), columns


def _record(block: Block, sums: FamilySums) -> BlockRecord:
    return BlockRecord(
        block=block, rows=300, images=300, logged=300, features=sums, predictions=NOTHING
    )


def _level(
    shifts: list[float], accepted: MarkedWindow | None, reference: TimeWindow | None = None
) -> Level:
    normal, columns = _past(shifts, shifts[-1])

    def in_reference(span: TimeWindow) -> bool:
        return reference is not None and span.start < reference.end and reference.start < span.end

    places = places_of_level(normal, in_reference)
    plan = LevelPlan(effect_to_see=0.5, unit="day", accepted=accepted)
    return level_over_days(normal, places, columns, plan)


def test_a_level_that_stays_where_it_was_accepted_is_silent():
    found = _level([1.0] * 12, ACCEPTED)
    assert found.state is LevelState.DIFFERS
    assert (found.accepted_run, found.stands_out) == ("r-9", False)


@pytest.mark.parametrize("now", [2.2, -0.9])
def test_a_level_that_moved_on_by_more_than_matters_is_said_anew(now):
    found = _level([now] * 12, ACCEPTED)
    assert found.stands_out
    assert "Since it was accepted with the run r-9, brightness has moved on" in found.summary
    assert f"it is {'higher' if now > 1 else 'lower'} by" in found.summary


def test_a_move_within_what_days_vary_is_not_said():
    """1.0 was accepted and production is at 1.6: less than `effect_to_see` beyond the interval."""
    assert not _level([1.6] * 12, ACCEPTED).stands_out


def test_what_was_accepted_without_numbers_stays_accepted():
    unknown = MarkedWindow(run_id="r-9", start=FIRST, end=FIRST + DAY)
    assert not _level([2.2] * 12, unknown).stands_out


def test_a_level_that_nobody_accepted_is_told():
    assert _level([1.0] * 12, None).stands_out


def test_the_days_of_the_reference_itself_say_nothing_of_the_level():
    shifts = [0.0] * 8 + [0.9] * 6
    span = TimeWindow(start=FIRST, end=FIRST + 8 * DAY)
    normal, _ = _past(shifts, 0.9)
    # All of them teach how days vary, or are part of an episode.
    outside = [at for at in normal.normal if at >= 8]
    within = [at for at in normal.normal if at < 8]
    assert within
    places = places_of_level(normal, lambda one: one.start < span.end and span.start < one.end)
    assert places.tolist() == (outside if len(outside) >= 2 else [])


def test_the_level_is_that_of_the_days_behind_the_reference():
    shifts = [0.0, 0.4] * 7
    everything = _level(shifts, None)
    own = TimeWindow(start=FIRST, end=FIRST + 3 * DAY)
    without = _level(shifts, None, own)
    assert (everything.blocks, without.blocks) == (14, 11)
    assert without.since == "2025-03-04T00:00:00Z"
    assert without.columns[0].difference > everything.columns[0].difference


def test_a_single_day_behind_the_reference_is_no_level():
    normal, _ = _past([0.0] * 5, 0.0)
    span = TimeWindow(start=FIRST, end=FIRST + 4 * DAY)
    assert not len(
        places_of_level(normal, lambda one: one.start < span.end and span.start < one.end)
    )
