"""The meter of a run's stages: memory at its highest, and stages that lie in others."""

import json
import sys

import numpy as np
import pytest

from benchmarks.million_parts.staged import Meter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


def test_a_stage_knows_the_memory_of_those_within_it(tmp_path):
    meter = Meter(tmp_path / "figures.json")
    with meter.stage("outer"):
        with meter.stage("first"):
            held = np.ones(30_000_000)
        del held
        with meter.stage("second"):
            pass

    found = json.loads((tmp_path / "figures.json").read_bytes())
    assert list(found) == ["start", "first", "second", "outer"]
    assert found["first"]["own_mb"] > found["second"]["own_mb"] + 200
    assert found["outer"]["own_mb"] >= found["first"]["own_mb"]
    assert found["outer"]["cpu_s"] >= found["first"]["cpu_s"] > 0


def test_equal_stages_within_each_other_end_in_turn(tmp_path):
    meter = Meter(tmp_path / "figures.json")
    with meter.stage("outer"), meter.stage("inner"), meter.stage("innermost"):
        for figures in meter._open:
            figures.update(own_mb=0.0, children_mb=0.0)

    assert set(json.loads((tmp_path / "figures.json").read_bytes())) == {
        "start",
        "outer",
        "inner",
        "innermost",
    }
