"""Slow drift in the simulated days of `benchmarks.days`: what is counted, and beside which bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.days_parts.cases import draw_world
from benchmarks.days_parts.drawing import ScoredPool
from benchmarks.days_parts.ours import Means
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.slow import ALL, ONE, SlowSaid, SlowStep, says_slow_drift, slow_said
from benchmarks.days_parts.slow_lines import slow_lines, slow_table
from benchmarks.days_parts.steps import changed, varying_columns, with_a_step
from benchmarks.days_parts.tasks import usual_case
from benchmarks.days_parts.worlds import Weather


@pytest.fixture(scope="module")
def pool() -> Pool:
    """Pictures of three features, of which one is constant."""
    random = np.random.default_rng(7)
    pictures = 600
    conditions = 1.3 * random.standard_normal((pictures, 5))
    rows = np.column_stack([conditions[:, 0], random.standard_normal(pictures), np.ones(pictures)])
    return Pool(
        rows=rows,
        names=("mean", "std_dev", "entropy"),
        photographs=np.arange(pictures),
        conditions=conditions,
        fault=np.full(pictures, -1),
        faults=(),
        classes=np.array([f"class {one % 3}" for one in range(pictures)]),
    )


def test_a_step_moves_its_columns_from_its_day_on_and_is_said_after_a_week_or_two(pool):
    case = replace(usual_case(Weather.MILD), blocks=40)
    world = draw_world(case, 3, pool)
    scored = ScoredPool.of(pool, world.reference)
    usual = Means.of(pool, scored, world.records, [])
    assert varying_columns(pool, scored) == [0, 1]

    families = changed(usual, with_a_step(world, scored, [1], 0.5), range(20, 40))

    features, before = families[0], usual.families[0]
    place = next(
        at
        for at, key in enumerate(features.keys)
        if (key.group, key.method) == ("std_dev", "location")
    )
    moved = features.means - before.means
    assert moved[:20] == pytest.approx(np.zeros_like(moved[:20]))
    assert moved[20:, place] == pytest.approx(np.full(20, 0.5), abs=0.03)
    others = [at for at, key in enumerate(features.keys) if key.group == "mean"]
    assert moved[:, others] == pytest.approx(np.zeros((40, len(others))))
    said = [says_slow_drift(families, case.times(), day) for day in (20, 23, 34)]
    assert said == [False, False, True]
    assert not says_slow_drift(usual.families, case.times(), 34)


def test_every_run_from_the_eighth_day_on_is_asked(pool):
    said = slow_said(replace(usual_case(Weather.NONE), blocks=16), 1, pool)

    assert len(said.in_vain) == 9
    assert (said.steps, said.of_fault) == ((), None)


def test_an_alarm_that_stays_is_one_onset():
    assert SlowSaid(in_vain=(True, True, False, True)).onsets == 2
    assert SlowSaid(in_vain=(False, False)).onsets == 0


def test_slow_drift_stands_beside_its_bars():
    steps = tuple(
        SlowStep(columns=columns, day=day, after=after)
        for columns, day, after in ((ONE, 20, 8), (ONE, 40, None), (ALL, 20, 6), (ALL, 40, 6))
    )
    quiet = SlowSaid(in_vain=(False,) * 98, steps=steps, of_fault=False)
    loud = SlowSaid(in_vain=(True, True) + (False,) * 96)

    measured = [("mild", quiet), ("heavy", loud)]
    lines = list(slow_lines(measured))

    assert [(line.what, line.met) for line in lines] == [
        ("slow drift said in vain, all kinds of days", False),
        ("step of 0.25 sigma, one column, day 20, in 14 days", True),
        ("step of 0.25 sigma, one column, day 40, in 14 days", False),
        ("step of 0.25 sigma, all columns, day 20, in 14 days", True),
        ("step of 0.25 sigma, all columns, day 40, in 14 days", True),
        ("a fault of 4 days is called slow drift", True),
    ]
    assert lines[0].measured == "2 of 196 runs, onsets: 1"
    assert lines[1].measured == "1 of 1 worlds, median 8 days"
    assert [one.split() for one in slow_table(measured).splitlines()] == [
        ["heavy", *["2", "of", "98", "runs,", "onsets:", "1"]],
        ["mild", *["0", "of", "98", "runs,", "onsets:", "0"]],
    ]
    assert (list(slow_lines([])), slow_table([])) == ([], "")
