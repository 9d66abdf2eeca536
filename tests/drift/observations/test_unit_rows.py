"""Units of several rows: one drawn row each, and means within them."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from drift.observations.unit_rows import RowUnits, WithinUnits, draw_rows, mean_rows

ROWS = pd.DataFrame(
    {
        "prediction": pd.Series(["cat", "dog", "bird", "dog", None], dtype="str"),
        "confidence": [0.1, 0.2, 0.9, 0.4, 0.5],
    }
)
UNITS = RowUnits.of(np.array([7, 7, 3, 3, 9]))
IMAGES = np.array(["a", "a", "b", "b", "c"], dtype=object)


def shuffled(seed: int) -> tuple[pd.DataFrame, RowUnits, np.ndarray]:
    """Return the rows in another order within their units."""
    order = np.concatenate(
        [np.random.default_rng(seed).permutation(part) for part in ([0, 1], [2, 3], [4])]
    )
    return ROWS.iloc[order], RowUnits.of(UNITS.of_row[order]), IMAGES[order]


def test_units_are_numbered_by_their_first_rows():
    assert UNITS.of_row.tolist() == [0, 0, 1, 1, 2]
    assert UNITS.number == 3
    assert UNITS.several
    assert not RowUnits.alone(4).several


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_within_units_changes_nothing(seed):
    rows, units, images = shuffled(seed)
    pd.testing.assert_frame_equal(draw_rows(rows, units, images), draw_rows(ROWS, UNITS, IMAGES))
    numbers = mean_rows(rows[["confidence"]], units)
    pd.testing.assert_frame_equal(numbers, mean_rows(ROWS[["confidence"]], UNITS))


def test_the_drawn_row_is_one_of_the_unit_and_a_missing_value_gives_way():
    rows = ROWS.assign(confidence=[np.nan, 0.2, 0.9, np.nan, np.nan])
    drawn = draw_rows(rows, UNITS, IMAGES)
    assert drawn["confidence"].tolist()[:2] == [0.2, 0.9]
    assert np.isnan(drawn["confidence"].iloc[2])
    assert drawn["prediction"].iloc[0] in {"cat", "dog"}


def test_rows_alone_stay_as_they_are():
    drawn = draw_rows(ROWS, RowUnits.alone(5), IMAGES)
    pd.testing.assert_frame_equal(drawn, ROWS, check_index_type=False)


def test_means_leave_missing_values_out():
    rows = pd.DataFrame({"confidence": [0.1, 0.3, np.nan, 0.4, np.nan]})
    means = mean_rows(rows, UNITS)["confidence"]
    assert means.tolist()[:2] == [0.2, 0.4]
    assert np.isnan(means[2])


def test_a_unit_of_one_row_has_the_mean_of_its_row():
    rows = pd.DataFrame({"confidence": [0.3, np.nan, np.inf, -0.0, 0.1, 0.2]})
    means = mean_rows(rows, RowUnits.of(np.array([0, 1, 2, 3, 4, 4])))["confidence"]
    assert means.isna().tolist() == [False, True, True, False, False]
    assert means.dropna().tolist() == [0.3, 0.0, (0.1 + 0.2) / 2]


def test_no_value_is_preferred_in_drawing():
    units = 3_000
    values = np.tile([0.1, 0.2, 0.3, 0.4], units)
    of_row = np.repeat(np.arange(units), 4)
    images = np.array([f"images/{one}.jpg" for one in of_row], dtype=object)
    drawn = draw_rows(pd.DataFrame({"confidence": values}), RowUnits.of(of_row), images)
    counts = drawn["confidence"].value_counts()
    assert len(counts) == 4
    # With equal chances this fails in one of ten thousand choices of the hash.
    assert stats.chisquare(counts).pvalue > 1e-4


def test_some_units_keep_all_their_rows():
    within = WithinUnits(
        means=pd.DataFrame({"confidence": [0.15, 0.65, 0.5]}),
        classes=ROWS[["prediction"]],
        of_row=UNITS.of_row,
    )
    some = within.take(np.array([1, 2]))
    assert some.of_row.tolist() == [0, 0, 1]
    assert some.classes["prediction"].tolist()[:2] == ["bird", "dog"]
    assert some.means["confidence"].tolist() == [0.65, 0.5]
