"""The lower bound of the images that a drift is about."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import betabinom

from drift.where.affected import _exceedances, least_affected
from drift.where.direction import Positions


def positions(reference: np.ndarray, current: np.ndarray) -> Positions:
    return Positions(
        reference=pd.DataFrame({"mean": reference}), current=pd.DataFrame({"mean": current})
    )


def mixture(seed: int, changed: int, shift: float, images: int = 1000) -> Positions:
    generator = np.random.default_rng(seed)
    current = generator.normal(0, 1, images)
    current[:changed] += shift
    return positions(generator.normal(0, 1, 5000), current)


@pytest.mark.parametrize("changed", [100, 300, 1000])
def test_of_images_that_moved_far_most_are_counted_and_none_invented(changed: int) -> None:
    bounds = [least_affected(mixture(seed, changed, 6.0)) or 0 for seed in range(20)]

    assert max(bounds) <= changed + 10
    assert min(bounds) >= 0.85 * changed - 10


def test_the_bound_is_too_high_in_no_more_than_the_stated_risk() -> None:
    # 200 draws at 5 %: more than 18 have a probability below 0.01.
    too_high = sum((least_affected(mixture(seed, 0, 0.0)) or 0) > 0 for seed in range(200))

    assert too_high <= 18


def test_a_small_move_of_all_images_counts_the_share_that_must_have_changed() -> None:
    bound = least_affected(mixture(1, 1000, 0.5))

    # The largest difference of two normal distributions 0.5 apart is 0.197.
    assert bound is not None
    assert 120 < bound < 197


def test_a_small_part_of_a_small_window_is_seen() -> None:
    reference = np.random.default_rng(1).normal(0, 1, 500)
    current = np.random.default_rng(2).normal(0, 1, 150)
    current[:18] += 8

    bound = least_affected(positions(reference, current))

    assert bound is not None
    assert 12 <= bound <= 18


def test_the_law_of_exceedances_is_scipys_beta_binomial() -> None:
    for n, m, k, risk in ((150, 500, 1, 0.005), (40, 30, 8, 0.01), (1000, 200, 64, 0.02)):
        assert _exceedances(n, m, k, risk) == betabinom(n, k, m + 1 - k).ppf(1 - risk)


def test_a_very_large_window_takes_no_longer_and_says_the_same_share() -> None:
    bound = least_affected(mixture(1, 30_000, 6.0, images=100_000))

    assert bound is not None
    assert 28_000 < bound <= 30_000


def test_the_other_direction_counts_nothing() -> None:
    assert least_affected(mixture(1, 1000, -3.0)) is None


def test_without_a_direction_there_is_no_number() -> None:
    assert least_affected(Positions(reference=pd.DataFrame(), current=pd.DataFrame())) is None
