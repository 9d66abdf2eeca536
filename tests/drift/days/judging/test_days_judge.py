"""What is said of a column beside normal days, whatever it is beside the reference."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.columns import ColumnKind
from drift.comparison.describe import shown
from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.significance import Bar
from drift.days.judging.columns import DaysJudge
from drift.days.model.verdict import GroupVerdict, ScoreVerdict, WindowVerdict
from drift.days.scale import ReferenceScale
from drift.days.sums import FamilySums
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from tests.support.columns import numeric

REFERENCE = np.random.default_rng(2).normal(100, 1, 900)
SCALE = ReferenceScale.of(pd.DataFrame({"mean": REFERENCE}))
KEY = StatisticKey(group="mean", method=LOCATION.name)


def sums(middle):
    values = np.random.default_rng(3).normal(middle, 1, 200)
    return FamilySums.of(SCALE, pd.DataFrame({"mean": values}), np.arange(200))


def said(*, now, p_value, resolution=0.0, reference_off=0.0):
    """Return the finding of a window whose days lie at 100 and whose p-value is known."""
    verdict = WindowVerdict(
        blocks=20,
        scores={
            KEY: ScoreVerdict(
                z=9.0, expected=0.0, difference=now - 100, day_spread=0.1, adjusted_p_value=p_value
            )
        },
        groups={
            "mean": GroupVerdict(
                strongest=KEY, p_value=p_value, adjusted_p_value=p_value, alarms=()
            )
        },
        critical=4.0,
        smallest_shift=0.3,
    )
    judge = DaysJudge(
        verdict=verdict,
        bar=Bar(detection=DetectionSettings(), families=2, no_verdict=False),
        blocks=[sums(100.0)] * 20,
        window=sums(now),
    )
    column = numeric("mean", REFERENCE + reference_off, np.full(200, now))
    column = dataclasses.replace(column, resolution=resolution)
    return judge.finding(column, shown(column))


def test_what_moved_by_less_than_its_resolution_is_no_drift_and_says_why():
    found = said(now=100.8, p_value=1e-6, resolution=1.0)
    assert found.state is State.STEADY
    assert "moved by no more than 1," in found.note


@pytest.mark.parametrize(("now", "p_value"), [(100.8, 1e-6), (100.0, 0.6)])
def test_a_column_that_drifts_or_is_quiet_has_no_such_note(now, p_value):
    found = said(now=now, p_value=p_value)
    assert found.state is (State.DRIFT if p_value < 0.01 else State.STEADY)
    assert found.note == ""


def test_a_level_off_the_reference_is_not_noted_beside_days_that_are_off_too():
    """Beside the reference it moved by less than its resolution; that is no news on any day."""
    found = said(now=100.0, p_value=0.6, resolution=1.0, reference_off=0.7)
    assert (found.state, found.note) == (State.STEADY, "")


def test_near_copies_are_shown_with_their_share_and_not_tested():
    column = dataclasses.replace(
        numeric("near_copies", np.zeros(100), np.array([0.0] * 60 + [1.0] * 40)),
        kind=ColumnKind.NEAR_COPIES,
    )
    judge = DaysJudge(
        verdict=WindowVerdict(blocks=9, scores={}, groups={}, critical=4.0, smallest_shift=None),
        bar=Bar(detection=DetectionSettings(), families=2, no_verdict=False),
        blocks=[],
        window=sums(100.0),
    )
    found = judge.finding(column, shown(column))
    assert (found.state, found.p_value, found.direction) == (State.STEADY, None, "shares")
    assert found.effect == pytest.approx(40 / 140)
    assert "shown, not tested" in found.note


def test_images_outside_the_reference_are_counted_beside_those_of_normal_days():
    outside = said(now=104.0, p_value=1e-6).outside

    assert outside.images == 200
    assert outside.above > 150
    assert outside.below == 0
    # Normal days are as the reference: about one image in 200 lies beyond either end.
    assert 0 <= outside.usual_above < 0.02
