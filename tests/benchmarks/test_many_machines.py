"""The arithmetic of the trials on many machines, and what they note and compare."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from benchmarks import many_machines
from benchmarks.many_machines_parts.arithmetic import (
    CostLine,
    Decoded,
    efficiency_beyond,
    lost_and_doubled,
)
from benchmarks.many_machines_parts.cost import show
from benchmarks.many_machines_parts.engines import HERE, LOCAL, dask, tasks
from benchmarks.many_machines_parts.equality import compared, left_in
from benchmarks.many_machines_parts.noting import noted, variables
from benchmarks.many_machines_parts.ordinary_run import end_lease
from benchmarks.many_machines_parts.world import ROOT, copied, images_of, make


def test_fixed_cost_and_cost_of_an_image_are_told_apart():
    local = CostLine.through({8_000: 5 + 8, 80_000: 5 + 80})
    engine = CostLine.through({8_000: 13 + 10, 80_000: 13 + 100})

    assert (local.fixed_s, local.each_s) == pytest.approx((5.0, 0.001))
    assert engine.fixed_beyond(local) == pytest.approx(8.0)
    assert engine.fixed_beyond(local, parties=4) == pytest.approx(2.0)
    assert engine.efficiency(local) == pytest.approx(0.8)
    assert efficiency_beyond(85.0, 113.0, 8.0) == pytest.approx(85 / 105)


def test_one_size_tells_nothing_apart():
    with pytest.raises(ValueError, match="two numbers of images"):
        CostLine.through({8_000: 13.0})


def test_the_table_tells_what_each_party_costs(capsys):
    seconds = {
        LOCAL.name: {1_000: 6.0, 10_000: 15.0},
        tasks(4).name: {1_000: 14.0, 10_000: 23.0},
    }

    found = show(seconds, [tasks(4)])

    assert found[tasks(4).name] == pytest.approx(
        {
            "fixed_s": 8.0,
            "fixed_s_of_each": 2.0,
            "efficiency_of_an_image": 1.0,
            "efficiency": 1.0,
        }
    )
    assert "fixed cost 8.0 CPU s, 2.0 for each of 4" in capsys.readouterr().out


def test_decodings_beyond_one_each_are_counted():
    assert Decoded.of([]) == Decoded(images=0, again=0)
    assert Decoded.of(["a", "b", "a", "a"]) == Decoded(images=2, again=2)


def test_images_are_lost_without_a_row_and_doubled_with_two():
    assert lost_and_doubled(["a", "b", "b", "c"], ["a", "b", "d", "e"]) == (2, 1)
    assert lost_and_doubled(["a", "b"], ["b", "a"]) == (0, 0)


def test_engines_are_one_command_each():
    assert LOCAL.command()[1:5] == ["-m", "drift", "run", "job.toml"]
    assert dask(2).command()[1:4] == ["-m", "benchmarks.many_machines_parts.beside_cluster", "2"]
    assert dask(2).command()[4:] == LOCAL.command()
    assert dask(2).settings(500) == 'engine = "dask"\nshard_images = 500'
    assert [one.kind for one in (LOCAL, dask(2), tasks(4))] == ["local", "dask", "tasks"]


def test_a_lease_of_a_dead_run_is_over(tmp_path):
    lock = tmp_path / "bucket/data_drift_reports/million/lock"
    end_lease(tmp_path)
    lock.parent.mkdir(parents=True)
    lock.write_text('{"state": "held", "renewed": "2999-01-01", "expires": "2999-01-01"}')

    end_lease(tmp_path)

    assert "2999" not in lock.read_text()


@pytest.mark.slow
def test_processes_note_what_they_decode_each_time(tmp_path):
    notes = variables(tmp_path / "notes")
    program = """
import io
import numpy as np
from PIL import Image
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.processes import DECODERS
from reference_stats.features.registry import feature_names
from reference_stats.size_limits import SizeLimits
order = Order(names=feature_names(), limits=SizeLimits())
def png(number):
    target = io.BytesIO()
    Image.fromarray(np.full((8, 8, 3), number, np.uint8)).save(target, "PNG")
    return target.getvalue()
files = [png(number) for number in range(3)]
DECODERS.picture_many(files, order)
DECODERS.picture_many(files[:1], order)
"""
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, **notes}, check=True
    )

    assert noted(tmp_path / "notes") == Decoded(images=3, again=1)


@pytest.mark.slow
def test_shards_leave_what_one_machine_leaves_and_a_change_is_seen(tmp_path):
    world = tmp_path / "world"
    make(world, 120)
    alone = copied(world, tmp_path / "alone", LOCAL.settings(50))
    shards = copied(world, tmp_path / "shards", HERE.settings(50))
    LOCAL.run(alone)
    HERE.run(shards)

    equal = compared(left_in(alone), shards)
    report = next((shards / "bucket").rglob("latest.json"))
    report.write_bytes(report.read_bytes().replace(b'"verdict"', b'"opinion"'))
    lost = next((shards / "bucket").rglob("features/*/*.parquet"))
    shutil.copy(lost, lost.with_name("part-0000000000000000.parquet"))
    changed = compared(left_in(alone), shards)

    assert equal.holds
    assert equal.objects > 5
    assert len(set(images_of(world))) == 220
    assert changed.doubled > 0
    assert any(name.endswith("latest.json") for name in changed.differing)


def test_only_known_parts_and_engines_are_taken(capsys):
    with pytest.raises(SystemExit):
        many_machines.main(["--only", "speed"])
    assert "invalid choice" in capsys.readouterr().err
