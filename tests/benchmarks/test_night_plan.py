"""The arithmetic of the plan for very many images a night."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.night_plan_parts.loading import load, write_cache
from benchmarks.night_plan_parts.plan import (
    CollectingMachine,
    KindFigures,
    Loading,
    NightDemand,
    Prices,
    limits,
    loading_of,
    plan,
)

PHOTOGRAPH = KindFigures(name="500x375 JPEG", pixels=187_500, size_bytes=40_000, compute_s=0.0015)
NIGHT = NightDemand(images=100_000_000, hours=8, fetch_s=0.0005, own_s=0.0)
NOTHING = Prices()


def test_core_hours_are_what_all_images_take():
    night = plan(PHOTOGRAPH, NIGHT, shard_images=2_000, prices=NOTHING)

    assert night.core_hours == pytest.approx(100e6 * 0.002 / 3600)
    # 55.6 core-hours, 32 of which a machine does in a night.
    assert night.machines == 2
    assert (night.shards, night.requests) == (50_000, 100_000_000)
    assert night.size_bytes == pytest.approx(4e12)
    assert night.megabits == pytest.approx(4e12 * 8 / 1e6 / (2 * 8 * 3600))
    assert night.cost is None


def test_packed_images_take_few_requests_and_no_fetching_each():
    packed = plan(
        PHOTOGRAPH, replace(NIGHT, images_a_pack=1_000), shard_images=2_000, prices=NOTHING
    )

    assert packed.requests == 300_000
    assert packed.core_hours == pytest.approx(100e6 * 0.0015 / 3600)


def test_a_store_that_is_waited_for_takes_more_machines_but_no_more_cores():
    far = plan(PHOTOGRAPH, replace(NIGHT, wait_s=0.002), shard_images=2_000, prices=NOTHING)

    # 56 hours of waiting by the threads of one machine, in eight.
    assert far.machines == 7
    assert far.core_hours == pytest.approx(100e6 * 0.002 / 3600)


def test_a_less_efficient_engine_takes_more_cores():
    half = plan(PHOTOGRAPH, replace(NIGHT, efficiency=0.5), shard_images=2_000, prices=NOTHING)

    assert half.core_hours == pytest.approx(2 * 100e6 * 0.002 / 3600)
    assert half.machines == 4


def test_only_what_has_a_price_costs():
    night = plan(PHOTOGRAPH, NIGHT, shard_images=2_000, prices=Prices(core_hour=0.1))
    both = plan(PHOTOGRAPH, NIGHT, shard_images=2_000, prices=Prices(core_hour=0.1, reads=0.01))

    assert night.cost == pytest.approx(100e6 * 0.002 / 3600 * 0.1)
    assert both.cost == pytest.approx(night.cost + 100)


def test_loading_is_computed_by_the_two_largest_sizes():
    measured = {
        1_000: Loading(cpu_s=9.0, peak_mb=900),
        100_000: Loading(cpu_s=2.0, peak_mb=400),
        1_000_000: Loading(cpu_s=20.0, peak_mb=3_100),
    }

    whole = loading_of(10_000_000, measured)

    assert whole.cpu_s == pytest.approx(200)
    assert whole.peak_mb == pytest.approx(30_100)
    with pytest.raises(ValueError, match="two sizes"):
        loading_of(10, {1_000: measured[1_000]})


def test_the_narrowest_limit_comes_first():
    measured = {
        100_000: Loading(cpu_s=2.0, peak_mb=400),
        1_000_000: Loading(cpu_s=20.0, peak_mb=4_000),
    }
    machine = CollectingMachine(
        memory_mb=8_000,
        base_mb=200,
        row_mb=0.001,
        most_rows=10_000_000,
        hours=1.0,
        shard_images=2_000,
    )

    small = limits(measured, machine)
    large = limits(measured, replace(machine, memory_mb=256_000))

    assert small[0].thing == "8 GB of memory"
    assert small[0].images == pytest.approx(1_560_000)
    assert large[0].thing == "window.most_rows"
    assert [one.images for one in large] == sorted(one.images for one in large)


def test_the_cache_that_is_loaded_knows_every_image(tmp_path):
    write_cache(tmp_path, 300)

    taken = load(tmp_path, 300)

    assert taken["cpu_s"] > 0
    assert taken["base_mb"] > 50
