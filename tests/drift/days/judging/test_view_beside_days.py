"""A model's view beside normal days: a family of its own, judged by the days that it knows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.compare import compare
from drift.days.blocks import Block, BlockRecord
from drift.days.judging.beside import BesideNormalDays, judge_beside_days
from drift.days.judging.compare_days import NormalDays, PastMarks
from drift.days.model.plan import NEEDED_DAYS
from drift.days.records.known_days import KnownDays
from drift.days.records.measured.scales import ProfileScales
from drift.days.scale import ReferenceScale
from drift.days.sums import BothSums, FamilySums
from drift.verdict.level import LevelPlan, level_over_days, places_of_level
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from reports.findings.days import LevelState
from tests.support.columns import lined_up, numeric

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS, IMAGES = 16, 300
REFERENCE = {
    "mean": np.random.default_rng(1).normal(100, 10, 1_000),
    "novelty": np.random.default_rng(2).normal(0.3, 0.05, 500),
}
SCALES = {name: ReferenceScale.of(pd.DataFrame({name: one})) for name, one in REFERENCE.items()}
NOTHING = FamilySums(images=0, effective=0.0)
DETECTION = DetectionSettings()


def values(name: str, day: int, moved: float = 0.0) -> np.ndarray:
    """Return a number on a day, its mean so many reference deviations off."""
    random = np.random.default_rng([len(name), day])
    reference = REFERENCE[name]
    off = moved + random.normal(0, 0.05)
    return random.normal(reference.mean() + off * reference.std(), reference.std(), IMAGES)


def summed(name: str, numbers: np.ndarray) -> FamilySums:
    return FamilySums.of(SCALES[name], pd.DataFrame({name: numbers}), np.arange(len(numbers)))


def sums_of(day: int, *, seen: bool, novel: float = 0.0) -> BothSums:
    view = summed("novelty", values("novelty", day, novel)) if seen else None
    return BothSums(features=summed("mean", values("mean", day)), predictions=NOTHING, view=view)


def record_of(day: int, sums: BothSums) -> BlockRecord:
    block = Block(start=FIRST + day * DAY, end=FIRST + (day + 1) * DAY)
    return BlockRecord(
        block=block,
        rows=IMAGES,
        images=IMAGES,
        logged=IMAGES,
        features=sums.features,
        predictions=sums.predictions,
        segments={"camera": {"left": sums}},
        view=sums.view,
        view_id="" if sums.view is None else "v-0123456789ab",
    )


def normal_days(
    *,
    seen_days: int,
    novel: float,
    usual: float = 0.0,
    model: bool = True,
    seen_now: int = IMAGES,
) -> tuple[NormalDays, LinedUp]:
    """Return sixteen days, the last of which a model knows, and the window after them."""
    days = [
        sums_of(day, seen=model and day >= DAYS - seen_days, novel=usual) for day in range(DAYS)
    ]
    window = sums_of(DAYS, seen=model, novel=novel)
    if seen_now < IMAGES:
        part = summed("novelty", values("novelty", DAYS, novel)[:seen_now])
        window = replace(window, view=part)
    known = KnownDays(
        scales=ProfileScales(
            features=SCALES["mean"],
            predictions=ReferenceScale.of(pd.DataFrame()),
            classes={},
            view=SCALES["novelty"] if model else None,
        ),
        records=tuple(record_of(day, sums) for day, sums in enumerate(days)),
        positions=np.arange(-DAYS, 0, dtype=np.float64),
        phases=np.arange(DAYS) % 7,
        dates=np.arange(DAYS),
        window=window,
        window_positions=np.zeros(1),
        window_phases=np.array([DAYS % 7]),
        window_dates=np.array([DAYS]),
        window_weights=np.ones(1),
        window_segments={"camera": {"left": window}},
        unit="day",
    )
    assert known.seen == (seen_days if model else 0)
    marks = PastMarks(
        levels=np.zeros(DAYS, dtype=np.int64),
        window_level=0,
        rejected=np.zeros(DAYS, dtype=np.bool_),
    )
    columns = [numeric("mean", REFERENCE["mean"], values("mean", DAYS), ColumnRole.FEATURE)]
    if model:
        now = values("novelty", DAYS, novel)[:seen_now]
        columns.append(numeric("novelty", REFERENCE["novelty"], now, ColumnRole.VIEW))
    found = lined_up(*columns)
    return NormalDays.of(known, found, marks, DETECTION), found


def judged(**about) -> tuple[NormalDays, BesideNormalDays]:
    normal, columns = normal_days(**about)
    beside = judge_beside_days(
        normal, partial(compare, columns, DETECTION), columns, DETECTION, no_verdict=False
    )
    return normal, beside


def test_novelty_that_rose_is_drift_of_the_view_alone():
    normal, beside = judged(seen_days=DAYS, novel=1.0)

    (novelty,), (mean,) = beside.comparison.view, beside.comparison.features
    assert (novelty.state, novelty.direction) == (State.DRIFT, "up")
    assert novelty.beside_days is not None
    assert novelty.beside_days.usual == pytest.approx(0.3, abs=0.02)
    assert mean.state is State.STEADY
    assert [one.role for one in normal.families] == [ColumnRole.FEATURE, ColumnRole.VIEW]
    assert (normal.shares.of_whole, normal.shares.of_segments) == (4, 4)


def test_novelty_that_is_usual_here_is_none_however_far_from_the_reference():
    _, beside = judged(seen_days=DAYS, novel=2.0, usual=2.0)

    assert beside.comparison.view[0].state is State.STEADY


def test_a_view_that_no_day_knows_is_shown_and_not_tested():
    _, beside = judged(seen_days=0, novel=3.0)

    (novelty,) = beside.comparison.view
    assert (novelty.state, novelty.p_value) == (State.STEADY, None)
    assert novelty.note.startswith("The model has not looked at normal days yet")
    assert beside.comparison.features[0].p_value is not None


def test_a_window_of_which_the_model_saw_a_part_is_shown_and_not_tested():
    _, beside = judged(seen_days=DAYS, novel=3.0, seen_now=IMAGES // 2)

    (novelty,) = beside.comparison.view
    assert (novelty.state, novelty.p_value) == (State.STEADY, None)
    assert "too few images of this window" in novelty.note


def test_a_new_model_is_judged_by_the_few_days_that_it_knows():
    assert judged(seen_days=2, novel=0.1)[1].comparison.view[0].state is State.STEADY
    assert judged(seen_days=2, novel=2.0)[1].comparison.view[0].state is State.DRIFT


def test_without_a_model_the_shares_are_as_before_there_were_views():
    normal, beside = judged(seen_days=0, novel=0.0, model=False)

    assert beside.comparison.view == ()
    assert normal.shares.of_whole == 2


def test_a_segment_is_tested_in_its_view_once_seven_days_know_it():
    for seen_days, state in ((NEEDED_DAYS, State.DRIFT), (NEEDED_DAYS - 1, State.STEADY)):
        _, beside = judged(seen_days=seen_days, novel=1.5)

        (segment,) = beside.segments
        assert segment.state is state
        assert ("novelty" in [one.name for one in segment.drifted]) is (state is State.DRIFT)


def level_of_days(seen_days: int) -> tuple[LevelState, str]:
    normal, columns = normal_days(seen_days=seen_days, novel=1.0, usual=1.0)
    places = places_of_level(normal, lambda _span: False)
    plan = LevelPlan(effect_to_see=0.3, unit="day", accepted=None)
    found = level_over_days(normal, places, columns, plan)
    return found.state, found.summary


def test_the_level_of_a_view_is_told_over_the_days_that_know_it():
    assert level_of_days(1)[0] is LevelState.ALIKE
    state, summary = level_of_days(5)

    assert state is LevelState.DIFFERS
    assert "over 5 normal days" in summary
