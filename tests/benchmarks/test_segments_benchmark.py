"""The benchmark of segments beside the reference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.days_parts.cameras import camera_faults
from benchmarks.days_parts.cases import CAMERAS
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.variants import FAULTS, fault_named
from benchmarks.segments import NINE_FAULTS
from benchmarks.segments_parts.beside_reference import (
    REFERENCE_OF_CAMERA,
    WINDOW_OF_CAMERA,
    Found,
    Quiet,
    camera_found,
    drawn_sides,
    quiet_window,
)
from benchmarks.segments_parts.printing import fault_table, met_faults, quiet_lines
from drift.comparison.columns.columns import ColumnRole
from tests.benchmarks.test_days import pool  # noqa: F401 - a fixture


def test_only_the_broken_camera_has_other_images_than_in_a_quiet_window(
    pool: Pool,  # noqa: F811
) -> None:
    quiet, sides = drawn_sides(pool, 3), drawn_sides(pool, 3, broken=2, fault=0)
    own = sides.segmented.images["camera"]
    assert (own.reference == "2").sum() == REFERENCE_OF_CAMERA
    assert (own.current == "2").sum() == WINDOW_OF_CAMERA
    assert set(quiet.segmented.counts.values()) == {WINDOW_OF_CAMERA}
    for role in (ColumnRole.FEATURE, ColumnRole.PREDICTION):
        assert len(sides.lined_up.rows[role].current) == 5 * WINDOW_OF_CAMERA
    rows = sides.lined_up.rows[ColumnRole.FEATURE].current.to_numpy()
    known = pool.features[list(sides.lined_up.rows[ColumnRole.FEATURE].current)].to_numpy()
    faulty = {row.tobytes() for row in known[pool.fault == 0]}
    is_faulty = np.array([row.tobytes() in faulty for row in rows])
    assert set(own.current[is_faulty]) == {"2"}
    assert is_faulty.sum() == WINDOW_OF_CAMERA


def test_a_broken_camera_is_found_beside_the_reference_with_any_split(
    pool: Pool,  # noqa: F811
) -> None:
    splits = (0.25, 0.5)
    found = [
        one
        for fault in range(len(pool.faults))
        for one in camera_found(pool, 3, fault, splits, ask_untested=False)
    ]
    assert [one.split for one in found] == [*splits] * len(pool.faults)
    assert sum(one.seen for one in found) >= 2 * (len(pool.faults) - 2)
    assert sum(one.named for one in found) >= len(pool.faults)
    assert {one.untested for one in found} == {None}


def test_quiet_windows_are_quiet(pool: Pool) -> None:  # noqa: F811
    said = [quiet_window(pool, seed) for seed in range(5)]
    assert sum(one.tested or one.untested for one in said) <= 1


def test_days_take_another_split_of_the_rate(pool: Pool) -> None:  # noqa: F811
    case = replace(next(one for one in CAMERAS if one.images(0) == 300), blocks=13)
    usual = camera_faults(case, 3, pool)
    assert camera_faults(case, 3, pool, 0.5) == usual
    tiny = camera_faults(case, 3, pool, 1e-9)
    assert sum(one.named for one in tiny) <= sum(one.named for one in usual)


@pytest.mark.parametrize("name", [*NINE_FAULTS, *FAULTS])
def test_every_fault_changes_a_picture_and_keeps_its_kind(name: str) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.float32)
    broken = fault_named(name)(picture, np.random.default_rng(2))
    assert broken.shape == picture.shape
    assert broken.dtype == np.float32
    assert np.abs(broken - picture).max() > 1
    assert broken.min() >= 0
    assert broken.max() <= 255


def test_the_tables_count_windows_and_say_which_bar_is_met() -> None:
    found = [
        Found(fault=name, split=split, seen=at < seen, named=at < 5, untested=None)
        for name, seen in (("grey", 10), ("dark", 8))
        for split in (0.25, 0.5)
        for at in range(10)
    ]
    assert "| grey | 10 | 0 of 0 | 10 | 10 | 5 |" in fault_table(found)
    assert met_faults(found).endswith("1 of 2 with 0.25 to segments, 1 of 2 with 0.5 to segments.")
    quiet = [Quiet(tested=at == 0, untested=False) for at in range(100)]
    first, second = quiet_lines(quiet).splitlines()
    assert first.startswith("False alarms with segments tested: 1 of 100 = 1.00% [0.03%, 5.45%]")
    assert second.startswith("False alarms with segments untested: 0 of 100 = 0.00% [0.00%, ")
