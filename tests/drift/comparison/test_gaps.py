"""Missing values on one side: they are no other values."""

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.columns import AlignedRows, ColumnRole, LinedUp
from drift.comparison.compare import compare
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from tests.support.columns import classes, numeric


@pytest.fixture
def side():
    generator = np.random.default_rng(4)
    return lambda units, **parts: predictions(generator, units, **parts)


def predictions(generator, units, *, labelled=1.0, sure=1.0):
    """Return predictions of the same kind always, of which parts are there."""
    labels = pd.Series(generator.choice(["cat", "dog", "owl"], p=[0.3, 0.4, 0.3], size=units))
    numbers = pd.Series(generator.beta(6, 2, size=units))
    numbers[generator.random(units) > sure] = np.nan
    return pd.DataFrame(
        {"class": labels.where(generator.random(units) < labelled).astype("str"), "sure": numbers}
    )


def compared(reference, current):
    sides = [{name: one[name].dropna() for name in one} for one in (reference, current)]
    columns = (
        classes("class", sides[0]["class"], sides[1]["class"]),
        numeric("sure", sides[0]["sure"], sides[1]["sure"], ColumnRole.PREDICTION),
    )
    rows = {ColumnRole.PREDICTION: AlignedRows(reference=reference, current=current)}
    return compare(LinedUp(columns=columns, rows=rows), DetectionSettings())


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ({}, {"labelled": 0.5}),
        ({}, {"sure": 0.4}),
        ({"labelled": 0.4, "sure": 0.4}, {}),
        ({"labelled": 0.9}, {"labelled": 0.5, "sure": 0.5}),
    ],
)
def test_values_that_one_side_lacks_move_nothing(side, then, now):
    alarms = [compared(side(400, **then), side(300, **now)).has_drifted for _ in range(8)]
    assert sum(alarms) <= 1


def test_a_small_window_without_gaps_beside_a_reference_full_of_them_moves_nothing(side):
    alarms = [compared(side(3_000, sure=0.05), side(150)).has_drifted for _ in range(12)]
    assert sum(alarms) <= 1


def test_rows_without_any_value_change_no_number(side):
    reference, current = side(300), side(200)
    empty = pd.DataFrame({"class": [None] * 70, "sure": [np.nan] * 70}).astype({"class": "str"})
    longer = pd.concat([current, empty], ignore_index=True)
    assert compared(reference, longer) == compared(reference, current)


def test_a_real_change_is_seen_beside_gaps(side):
    current = side(300, sure=0.5)
    current["sure"] = current["sure"] ** 4
    states = {one.name: one.state for one in compared(side(400), current).findings}
    assert states == {"class": State.STEADY, "sure": State.DRIFT}
