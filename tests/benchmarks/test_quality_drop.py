"""The worlds of `benchmarks.quality_drop`, and that few of them keep the bars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.quality_drop_parts.label_tables import bar_worlds, grid_worlds, odd_worlds
from benchmarks.quality_drop_parts.label_worlds import (
    LabelWorld,
    day_accuracies,
    day_labels,
    interval,
    judged_windows,
    share_found,
)
from reports.findings.model_quality.quality import QualityBasis

WEEK = LabelWorld(window_days=7, spread=0.02)
DAYS = LabelWorld(earlier_days=28, spread=0.02)


def test_accuracies_have_their_mean_spread_and_likeness():
    random = np.random.default_rng(1)

    drawn = day_accuracies(random, np.full(20_000, 0.9), 0.02, 0.7)

    assert drawn.mean() == pytest.approx(0.9, abs=0.002)
    assert drawn.std() == pytest.approx(0.02, rel=0.05)
    assert np.corrcoef(drawn[1:], drawn[:-1])[0, 1] == pytest.approx(0.7, abs=0.03)


def test_a_drop_begins_with_the_window():
    means = replace(DAYS, window_days=7, drop=0.1).means()

    assert means == pytest.approx([0.9] * 28 + [0.8] * 7)


def test_labels_a_day_are_even_or_between_5_and_300():
    random = np.random.default_rng(1)

    assert day_labels(random, WEEK).tolist() == [43] * 7
    uneven = day_labels(random, replace(DAYS, uneven=True, earlier_days=900))
    assert uneven.min() < 10
    assert 250 < uneven.max() <= 300


@pytest.mark.parametrize(
    ("world", "basis"), [(WEEK, QualityBasis.REFERENCE), (DAYS, QualityBasis.EARLIER)]
)
def test_the_basis_is_the_one_that_the_table_names(world, basis):
    (test,) = judged_windows(world, 1, 1)

    assert test is not None
    assert test.before.basis is basis


def test_every_row_has_a_name_of_its_own():
    names = [name for rows in (bar_worlds(), grid_worlds(), odd_worlds()) for name, _ in rows]

    assert len(set(names)) == len(names)


def test_few_windows_are_called_worse_in_vain():
    found, windows = share_found(WEEK, 400, 1)

    # At 1 %, more than 9 of 400 come with a chance of 0.8 %.
    assert found <= 9
    assert windows == 400


def test_drops_of_ten_points_are_seen():
    # At 90 %, fewer than 162 of 190 come with a chance of 1 %.
    assert share_found(replace(WEEK, drop=0.1), 190, 1)[0] >= 162
    # At 75 %, fewer than 22 of 40 come with a chance of 0.2 %.
    assert share_found(replace(DAYS, drop=0.1), 40, 1)[0] >= 22


def test_the_interval_is_that_of_clopper_and_pearson():
    assert interval(0, 100) == pytest.approx((0, 0.0362), abs=1e-4)
    assert interval(100, 100) == pytest.approx((0.9638, 1), abs=1e-4)
    assert interval(10, 100) == pytest.approx((0.0490, 0.1762), abs=1e-4)
