"""The worlds of `benchmarks.detector_drop`, and that few of them keep the bars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.detector_drop import worlds_in_vain, worlds_of_drops
from benchmarks.detector_drop_parts.detector_worlds import DetectorWorld, ap50_of, share_found
from benchmarks.detector_drop_parts.simulated_detector import hardness_of, simulated_table
from drift.model_quality.detection.scores import score_detections

EARLIER = DetectorWorld(earlier_days=14, labels=60)


@pytest.mark.parametrize("ap50", [0.55, 0.74, 0.84])
def test_a_simulated_detector_has_the_ap50_that_is_asked_for(ap50):
    table = simulated_table(np.random.default_rng(3), hardness_of(np.full(6_000, ap50)))

    assert score_detections(table).ap50 == pytest.approx(ap50, abs=0.012)


def test_days_differ_by_the_spread_that_is_asked_for():
    world = DetectorWorld(earlier_days=60, labels=1_500, spread=0.02)

    scores = [ap50_of(one) for one in world.tables(np.random.default_rng(1))]

    assert np.std(scores) == pytest.approx(0.02, abs=0.008)


def test_weekends_have_fewer_labels_and_windows_have_none():
    world = DetectorWorld(earlier_days=7, window_days=7, labels=100)

    images = [one.images for one in world.tables(np.random.default_rng(1))]

    assert images == [100] * 5 + [35] * 2 + [100] * 7


def test_days_of_uneven_size_have_20_to_300_labels():
    counts = DetectorWorld(earlier_days=300).images(np.random.default_rng(1))

    assert counts.min() >= 20
    assert counts.max() <= 300
    assert DetectorWorld(reference=500).images(np.random.default_rng(1)).min() >= 50


def test_a_large_drop_is_seen_and_none_is_told_in_vain():
    """Of 12 windows each: a rate of 1 % tells three or more in vain in 2 of 10,000 such trials."""
    for world in (EARLIER, DetectorWorld(reference=500, labels=100)):
        found, of = share_found(world, 12, 77)
        assert (found <= 2, of) == (True, 12)
        found, of = share_found(replace(world, drop=0.29), 12, 78)
        assert (found >= 10, of) == (True, 12)


def test_rows_have_names_of_their_own():
    for worlds in (worlds_in_vain, worlds_of_drops):
        names = [name for name, _ in worlds()]
        assert len(set(names)) == len(names)
