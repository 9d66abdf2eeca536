"""How much more common an image's like is in the window: a ratio of densities."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.columns import AlignedRows
from drift.comparison.compare import Comparison
from drift.where.direction import Positions
from drift.where.excess import HeldColumns, held_columns, log_ratios
from reports.findings.answers import State
from reports.findings.columns import Finding
from reports.findings.days import BesideDays

NAMES = [f"images/{number}.jpg" for number in range(2_000)]


def held(then: np.ndarray, now: np.ndarray) -> HeldColumns:
    digests = np.random.default_rng(3).integers(0, 2**32, len(now))
    return HeldColumns(
        reference=then,
        current=now,
        judged=now,
        moved=np.ones(then.shape[1], dtype=np.bool_),
        current_digests=digests,
        judged_digests=digests,
    )


def test_between_two_normal_distributions_the_ratio_is_the_known_one() -> None:
    generator = np.random.default_rng(1)
    then, now = generator.normal(0, 1, (2_000, 1)), generator.normal(1, 1, (2_000, 1))
    found = log_ratios(held(then, now))

    # The log ratio of N(1, 1) and N(0, 1) at x is x - 1/2.
    middle = np.abs(now[:, 0] - 0.5) < 1.5
    assert np.abs(found - (now[:, 0] - 0.5))[middle].mean() < 0.2


def test_where_nothing_differs_hardly_any_unit_seems_twice_as_common() -> None:
    generator = np.random.default_rng(2)
    found = log_ratios(held(generator.normal(size=(500, 5)), generator.normal(size=(300, 5))))

    assert (found > np.log(2)).mean() < 0.12


def test_ties_stay_whole_and_missing_numbers_do_no_harm() -> None:
    then = np.repeat([0.0, 1.0], [450, 50])[:, None]
    now = np.repeat([0.0, 1.0, np.nan], [150, 140, 10])[:, None]
    found = log_ratios(held(then, now))

    assert np.isfinite(found).all()
    assert found[150:290].min() > np.log(2) > 0 > found[:150].max()
    assert abs(found[290:]).max() < abs(found[150:290]).max()


@pytest.mark.parametrize("count", [1, 2, 10])
def test_a_handful_of_units_gets_numbers_too(count: int) -> None:
    generator = np.random.default_rng(4)
    found = log_ratios(held(generator.normal(size=(3, 2)), generator.normal(9, 1, (count, 2))))

    assert found.shape == (count,)
    assert np.isfinite(found).all()


def test_columns_without_any_value_say_nothing() -> None:
    generator = np.random.default_rng(5)
    then, now = generator.normal(0, 1, (300, 1)), generator.normal(2, 1, (200, 1))
    nothing = [np.full((300, 1), np.nan), np.full((200, 1), np.nan)]
    one = held(then, now)
    two = dataclasses.replace(
        one,
        reference=np.hstack([then, nothing[0]]),
        current=np.hstack([now, nothing[1]]),
        judged=np.hstack([now, nothing[1]]),
        moved=np.array([True, False]),
    )

    np.testing.assert_allclose(log_ratios(two), log_ratios(one), atol=1e-5)


def comparison_of(*, beside_days: bool) -> Comparison:
    beside = BesideDays(usual=0.0, difference=2.0, day_spread=0.1) if beside_days else None
    return Comparison(
        features=(
            Finding(name="mean", unit="", state=State.DRIFT, p_value=0.001, beside_days=beside),
            Finding(name="sharpness", unit="", state=State.STEADY, p_value=0.4),
            Finding(name="entropy", unit="", state=State.MISSING),
        ),
        predictions=(),
        joint=None,
        smallest_effect=None,
        images_needed=None,
        evidence=None,
    )


def sides(units: int = 2_000) -> tuple[Positions, AlignedRows]:
    generator = np.random.default_rng(6)
    columns = ["mean", "sharpness", "entropy"]
    then = pd.DataFrame(generator.normal(size=(800, 3)), columns=columns)
    now = pd.DataFrame(generator.normal(0.3, 1, (units, 3)), columns=columns)
    positions = Positions(reference=then[["mean"]] * 2, current=now[["mean"]] * 2 - 1)
    return positions, AlignedRows(reference=then, current=now)


def test_beside_the_reference_all_tested_features_count() -> None:
    positions, rows = sides()
    columns = held_columns(
        positions, rows, comparison_of(beside_days=False), NAMES, np.arange(2_000)
    )

    assert columns.moved.tolist() == [True, False]
    np.testing.assert_array_equal(columns.judged, rows.current[["mean", "sharpness"]])


def test_beside_normal_days_only_the_way_beyond_them_counts() -> None:
    positions, rows = sides()
    columns = held_columns(
        positions, rows, comparison_of(beside_days=True), NAMES, np.arange(2_000)
    )

    assert columns.moved.tolist() == [True]
    np.testing.assert_array_equal(columns.judged, positions.current)


def test_the_order_of_the_rows_does_not_matter_even_where_units_are_drawn() -> None:
    units = 5_000
    names = [f"{number}.jpg" for number in range(units)]
    positions, rows = sides(units)
    order = np.random.default_rng(7).permutation(units)
    comparison = comparison_of(beside_days=False)
    shuffled = (
        Positions(reference=positions.reference, current=positions.current.iloc[order]),
        AlignedRows(reference=rows.reference, current=rows.current.iloc[order]),
    )
    one = held_columns(positions, rows, comparison, names, np.arange(units))
    two = held_columns(*shuffled, comparison, [names[n] for n in order], np.arange(units))

    assert len(one.current) < units
    np.testing.assert_array_equal(log_ratios(one)[order], log_ratios(two))
