"""The populations that fresh tables are drawn from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp, spearmanr

from benchmarks.detection_parts.predictions import (
    CLASSES,
    SHARES,
    double_class,
    lower_confidence,
)
from benchmarks.detection_parts.seeds import generator_for
from benchmarks.detection_parts.tables import Structure, make_population

ROWS = 4_000


@pytest.fixture(scope="module")
def real_table() -> pd.DataFrame:
    """A table with a tied column, a constant one, whole numbers, skew and correlation."""
    random = generator_for("real table")
    light = random.normal(100, 30, 1_500)
    return pd.DataFrame(
        {
            "mean": light,
            "median": np.round(light + random.normal(0, 5, 1_500)),
            "min_pixel": np.maximum(np.round(random.normal(-4, 3, 1_500)), 0.0),
            "width": np.full(1_500, 224.0),
            "sharpness": random.exponential(2.0, 1_500),
        }
    )


def draw(structure: Structure, table: pd.DataFrame, rows: int = ROWS) -> pd.DataFrame:
    return make_population(structure, table).draw(rows, generator_for("draw", structure))


def test_a_fitted_population_keeps_every_margin(real_table: pd.DataFrame) -> None:
    drawn = draw(Structure.REAL, real_table)
    for name in real_table:
        # 0.1 % for each of five columns: this fails once in 200 changes of the seed.
        assert ks_2samp(real_table[name], drawn[name]).pvalue > 0.001, name


def test_a_fitted_population_keeps_ties_constants_and_whole_numbers(
    real_table: pd.DataFrame,
) -> None:
    drawn = draw(Structure.REAL, real_table)
    zero = (real_table["min_pixel"] == 0).mean()
    assert (drawn["min_pixel"] == 0).mean() == pytest.approx(zero, abs=0.03)
    assert drawn["width"].unique().tolist() == [224.0]
    assert (drawn["median"] == drawn["median"].round()).all()


def test_a_fitted_population_keeps_the_rank_correlation(real_table: pd.DataFrame) -> None:
    drawn = draw(Structure.REAL, real_table)
    for first, second in (("mean", "median"), ("mean", "sharpness")):
        expected = spearmanr(real_table[first], real_table[second]).statistic
        found = spearmanr(drawn[first], drawn[second]).statistic
        assert found == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    ("structure", "expected"), [(Structure.INDEPENDENT, 0.0), (Structure.STRONG, 0.95)]
)
def test_the_correlation_is_removed_or_pushed_up(
    real_table: pd.DataFrame, structure: Structure, expected: float
) -> None:
    drawn = draw(structure, real_table)
    assert spearmanr(drawn["mean"], drawn["sharpness"]).statistic == pytest.approx(
        expected, abs=0.05
    )


def test_tied_margins_have_few_values_and_some_columns_hardly_vary(
    real_table: pd.DataFrame,
) -> None:
    drawn = draw(Structure.TIED, real_table)
    features = drawn[list(real_table)]
    assert features.nunique().max() <= 10
    usual = [(features[name] == features[name].mode()[0]).mean() for name in features]
    assert max(usual) > 0.94


def test_skewed_margins_have_heavy_tails(real_table: pd.DataFrame) -> None:
    drawn = draw(Structure.SKEWED, real_table, 20_000)
    assert drawn["mean"].max() > 100 * drawn["mean"].median()


@pytest.mark.parametrize("structure", list(Structure))
def test_every_structure_draws_finite_numbers_and_the_same_for_the_same_seed(
    real_table: pd.DataFrame, structure: Structure
) -> None:
    first, second = draw(structure, real_table, 100), draw(structure, real_table, 100)
    assert np.isfinite(first.select_dtypes("number").to_numpy()).all()
    pd.testing.assert_frame_equal(first, second)


def test_classes_have_their_unequal_shares(real_table: pd.DataFrame) -> None:
    drawn = draw(Structure.REAL, real_table, 20_000)
    shares = drawn["prediction"].value_counts(normalize=True)
    assert [shares[name] for name in CLASSES] == pytest.approx(SHARES.tolist(), abs=0.01)


def test_probabilities_sum_to_one_and_hold_the_confidence(real_table: pd.DataFrame) -> None:
    drawn = draw(Structure.PROBABILITIES, real_table, 200)
    probabilities = drawn[[f"p_{name}" for name in CLASSES]]
    assert probabilities.sum(axis=1).to_numpy() == pytest.approx(1.0)
    predicted = [drawn.loc[row, f"p_{drawn.loc[row, 'prediction']}"] for row in range(200)]
    assert predicted == pytest.approx(drawn["confidence"].tolist())


def test_doubling_a_class_doubles_it_and_shrinks_the_others(real_table: pd.DataFrame) -> None:
    drawn = draw(Structure.REAL, real_table, 20_000)
    changed = double_class(drawn, "husky", generator_for("labels"))
    shares = changed["prediction"].value_counts(normalize=True)
    assert shares["husky"] == pytest.approx(0.20, abs=0.01)
    assert shares["beagle"] == pytest.approx(0.22 * 0.8 / 0.9, abs=0.01)
    pd.testing.assert_series_equal(changed["confidence"], drawn["confidence"])


def test_the_confidence_falls_by_its_own_deviation(real_table: pd.DataFrame) -> None:
    drawn = draw(Structure.REAL, real_table, 20_000)
    lowered = lower_confidence(drawn, 0.5)
    move = (drawn["confidence"].mean() - lowered["confidence"].mean()) / drawn["confidence"].std()
    assert move == pytest.approx(0.5, abs=0.02)
