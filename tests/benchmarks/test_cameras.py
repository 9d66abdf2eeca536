"""The worlds with cameras of `benchmarks.days`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.days_parts.camera_lines import camera_lines
from benchmarks.days_parts.camera_world import CameraWorld
from benchmarks.days_parts.cameras import (
    CameraFound,
    CameraMeans,
    CamerasSaid,
    cameras_said,
)
from benchmarks.days_parts.cases import CAMERAS
from benchmarks.days_parts.drawing import RECORDED, ScoredPool
from benchmarks.days_parts.ours import Said
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.worlds import CLIENTS
from tests.benchmarks.test_days import pool  # noqa: F401 - a fixture

FEW = next(case for case in CAMERAS if case.images(0) == 300)
MANY = next(case for case in CAMERAS if case.images(0) == 1000)


def test_the_images_of_all_cameras_are_those_of_the_block(pool: Pool) -> None:  # noqa: F811
    world = CameraWorld.of(replace(MANY, blocks=3), 1, pool)
    for block, record in zip(world.blocks, world.records, strict=True):
        assert len(block) == len(record) == CLIENTS
        assert sum(int(one.sum()) for one in block) == 1000
        assert sum(int(one.sum()) for one in record) == RECORDED
        assert all((kept <= one).all() for kept, one in zip(record, block, strict=True))
    scored = ScoredPool.of(pool, world.reference)
    means = CameraMeans.of(pool, scored, world.records, world.blocks)
    first = means.cameras[0].means.reshape(6, CLIENTS, -1)
    weights = np.array([[one.sum() for one in block] for block in world.blocks]) / 1000
    keys = {key.number: at for at, key in enumerate(means.cameras[0].keys[: first.shape[2]])}
    whole = {
        key.group: at for at, key in enumerate(means.whole[0].keys) if key.method == "location"
    }
    for name in pool.varying[:3]:
        together = (weights * first[3:, :, keys[name]]).sum(axis=1)
        assert together == pytest.approx(means.whole[0].means[3:, whole[name]])


def test_a_broken_camera_has_the_fault_in_all_of_its_images_and_no_other_has(
    pool: Pool,  # noqa: F811
) -> None:
    world = CameraWorld.of(replace(FEW, blocks=1), 1, pool)
    block = world.drawn(world.recipes[0], 300, broken=2, fault=1)
    assert (pool.fault[np.flatnonzero(block[2])] == 1).all()
    assert all((pool.fault[np.flatnonzero(block[at])] < 0).all() for at in (0, 1, 3, 4))


def test_a_broken_camera_is_found_and_named(pool: Pool) -> None:  # noqa: F811
    said = cameras_said(FEW, 3, pool, 12)
    assert [one.fault for one in said.found] == list(pool.faults)
    assert sum(one.tested for one in said.found) >= 4
    assert sum(one.named for one in said.found) >= 3


def test_windows_are_judged_with_and_without_a_test_of_cameras(pool: Pool) -> None:  # noqa: F811
    said = cameras_said(replace(MANY, blocks=10), 3, pool, 28)
    assert [one.block for one in said.tested] == list(range(1, 10))
    assert [one.block for one in said.untested] == list(range(1, 10))
    assert sum(one.alarm for one in said.tested) <= 1


def test_the_lines_say_both_rates_beside_their_bars() -> None:
    quiet = tuple(Said(block=at, age=at, alarm=at == 1) for at in range(100))
    found = [
        CameraFound(fault="blur", tested=at > 0, untested=at > 4, named=at > 1) for at in range(10)
    ]
    alarms, faults = camera_lines(
        [("many", CamerasSaid(tested=quiet, untested=quiet)), ("few", CamerasSaid(found=(*found,)))]
    )
    assert alarms.measured.startswith("1.00% of 100 (")
    assert alarms.measured.endswith("untested 1.00%")
    assert alarms.met
    assert faults.measured == "90% of 10, named 80%; untested 50%"
    assert faults.met
