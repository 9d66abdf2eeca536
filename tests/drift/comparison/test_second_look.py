"""What only ranks tell apart is no drift: not in a column, not in all of them together."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from drift.comparison.compare import compare, would_alarm
from drift.comparison.families import Family
from drift.comparison.second_look import merged_values
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from tests.support.columns import lined_up, numeric

DETECTION = DetectionSettings()
MANY, SOME = 300, 200


def column(name, reference, current, resolution=1.0):
    return dataclasses.replace(numeric(name, reference, current), resolution=resolution)


def ordinary(name, seed):
    random = np.random.default_rng(seed)
    return column(name, random.normal(100, 20, MANY), random.normal(100, 20, SOME))


def grounds(name, then, now, share=1.0):
    """A plain ground in a share of the images, other pictures elsewhere."""
    random = np.random.default_rng(5)
    sides = []
    for count, ground in ((MANY, then), (SOME, now)):
        values = random.integers(90, 220, count).astype(float)
        values[: round(share * count)] = ground
        sides.append(values)
    return column(name, *sides)


def states(*columns):
    comparison = compare(lined_up(*columns), DETECTION)
    return [one.state for one in comparison.features], comparison.multivariate


@pytest.mark.parametrize("share", [1.0, 0.8])
def test_a_ground_that_moves_by_one_step_is_no_drift_together_either(share):
    columns = (grounds("median", 255, 254, share), ordinary("mean", 1), ordinary("std_dev", 2))
    found, joint = states(*columns)
    assert State.DRIFT not in found
    assert joint.state is not State.DRIFT
    assert joint.because == ""
    assert not would_alarm(lined_up(*columns), DETECTION)


@pytest.mark.parametrize("share", [1.0, 0.8])
def test_a_ground_that_moves_by_more_is_drift(share):
    columns = (grounds("median", 255, 251, share), ordinary("mean", 1), ordinary("std_dev", 2))
    found, _ = states(*columns)
    assert found[0] is State.DRIFT
    assert would_alarm(lined_up(*columns), DETECTION)


def test_a_drift_elsewhere_stays_where_a_ground_moves_by_one_step():
    random = np.random.default_rng(9)
    darker = column("mean", random.normal(100, 20, MANY), random.normal(80, 20, SOME))
    found, joint = states(grounds("median", 255, 254), darker, ordinary("std_dev", 2))
    assert found[1] is State.DRIFT
    assert found[0] is not State.DRIFT
    assert "median" not in joint.because


@pytest.mark.parametrize(
    ("share", "ground", "then", "now"),
    [
        ("overexposed", "max_pixel", 250, 249),
        ("blown_channels", "max_pixel", 254, 253),
        ("underexposed", "min_pixel", 5, 6),
        ("crushed_channels", "min_pixel", 2, 3),
    ],
)
def test_a_share_that_jumps_because_the_ground_crosses_its_level_is_no_drift(
    share, ground, then, now
):
    random = np.random.default_rng(3)
    inside = [random.uniform(0.0, 0.004, count) for count in (MANY, SOME)]
    area = column(share, inside[0] + 0.47, inside[1], resolution=0.001)
    columns = (area, grounds(ground, then, now), ordinary("mean", 1), ordinary("std_dev", 2))
    found, joint = states(*columns)
    assert State.DRIFT not in found
    assert joint.state is not State.DRIFT


def test_a_share_that_jumps_for_another_reason_is_drift():
    random = np.random.default_rng(3)
    inside = [random.uniform(0.0, 0.004, count) for count in (MANY, SOME)]
    area = column("overexposed", inside[0], inside[1] + 0.47, resolution=0.001)
    found, _ = states(area, grounds("max_pixel", 255, 255), ordinary("mean", 1))
    assert found[0] is State.DRIFT


def family_of(reference, current):
    return Family(
        reference=pd.DataFrame({"mean": reference}), current=pd.DataFrame({"mean": current})
    )


def test_only_crowded_numbers_are_made_equal():
    spread_out = family_of(np.arange(100.0), np.arange(100.0))
    assert merged_values(spread_out, {"mean": 1.0}) == {}
    crowded = family_of([255.0, 255.0, 254.0, 9.0], [254.0, 254.0, 254.0, np.nan])
    merged = merged_values(crowded, {"mean": 1.0})["mean"]
    assert merged[:3].tolist() == merged[4:7].tolist() == [254.0] * 3
    assert np.isnan(merged[3])
    assert merged[7] == 9.0
    assert merged_values(crowded, {"mean": 0.0}) == {}


def test_which_side_a_value_is_from_does_not_matter_to_what_is_made_equal():
    values = [255.0, 254.0, 254.0, 253.0, 120.0, 255.0]
    one = merged_values(family_of(values[:3], values[3:]), {"mean": 1.0})["mean"]
    other = merged_values(family_of(values[3:], values[:3]), {"mean": 1.0})["mean"]
    assert sorted(one) == sorted(other)
