"""One segment value beside its own days."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.columns import ColumnRole
from drift.days.blocks import Block, BlockRecord
from drift.days.judging.segment_means import segment_means, segment_sums
from drift.days.model.plan import ModelPlan
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.replay import replay
from drift.days.model.times import NO_PHASE, BlockTimes, WindowBlocks
from drift.days.model.verdict import judge
from drift.days.records.measured.measure import BlockCounts, Measuring, block_record
from drift.days.records.measured.scales import ProfileScales
from drift.days.records.stored.documents import parse_record, record_bytes
from drift.days.scale import ReferenceScale
from drift.observations.segments.segment_values import SegmentValue
from drift.observations.window_images import WindowImages

START = datetime(2025, 3, 3, tzinfo=UTC)
IMAGES = 120
NAMES = ["light", "noise", "blur"]
LEFT = SegmentValue(column="camera", value="left")
RIGHT = SegmentValue(column="camera", value="right")


def _scales() -> ProfileScales:
    random = np.random.default_rng(5)
    images = pd.DataFrame(random.normal(size=(600, len(NAMES))), columns=NAMES)
    sure = pd.DataFrame({"confidence": random.uniform(size=600)})
    return ProfileScales(
        features=ReferenceScale.of(images, joint=NAMES),
        predictions=ReferenceScale.of(sure),
        classes={},
    )


MEASURING = Measuring(
    scales=_scales(), burst=timedelta(minutes=10), most_images=300, segments=("camera",)
)


def _day(number: int, *, left: float = 0.0) -> BlockRecord:
    """Return a day's record; the left camera's pictures are brighter by `left`."""
    random = np.random.default_rng([7, number])
    cameras = np.array(["left", "right", "right", "right"] * (IMAGES // 4), dtype=object)
    pictures = pd.DataFrame(random.normal(size=(IMAGES, len(NAMES))), columns=NAMES)
    # Cameras differ for good, and days differ too.
    pictures["light"] += random.normal(0, 0.05) + np.where(cameras == "left", 1.0 + left, 0.0)
    start = START + timedelta(days=number)
    rows = pd.DataFrame(
        {
            "timestamp": pd.date_range(start, periods=IMAGES, freq="10min").as_unit("us"),
            "image": [f"{number}-{at:03d}.jpg" for at in range(IMAGES)],
            "confidence": random.uniform(size=IMAGES),
            "client": None,
        }
    )
    window = WindowImages(rows=rows, features=pictures, segments=pd.DataFrame({"camera": cameras}))
    block = Block(start=start, end=start + timedelta(days=1))
    counts = BlockCounts(rows=IMAGES, images=IMAGES, refused=0)
    record = block_record(block, counts, window, MEASURING)
    stored = parse_record(record_bytes(record), block)
    assert isinstance(stored, BlockRecord)
    return stored


def _is_alarmed(segment: SegmentValue, today: BlockRecord) -> bool:
    records = [_day(number) for number in range(20)]
    sums = [segment_sums(one, segment) for one in (*records, today)]
    family = segment_means(MEASURING.scales, sums, ColumnRole.FEATURE, NAMES)
    past = rows_of(family, range(20))
    at = np.arange(20)
    times = BlockTimes(
        positions=at.astype(np.float64), phases=at % 7, regimes=np.zeros(20, dtype=np.int64)
    )
    plan = ModelPlan(level=0.01, minimum_effect=0.1)
    course = replay([past], times, np.zeros(20, dtype=np.bool_), [plan])
    span = WindowBlocks(
        positions=np.array([20.0]), phases=np.array([NO_PHASE]), weights=np.ones(1), regime=0
    )
    verdict = judge(past, times, rows_of(family, [20]), span, course.calibrations[0], plan)
    return bool(verdict.alarms)


def test_a_camera_that_always_differs_is_normal_beside_its_own_days() -> None:
    assert not _is_alarmed(LEFT, _day(20))


def test_a_camera_that_moves_is_found_and_the_other_is_not() -> None:
    today = _day(20, left=1.5)
    assert _is_alarmed(LEFT, today)
    assert not _is_alarmed(RIGHT, today)


def test_blocks_that_know_nothing_of_a_value_say_nothing() -> None:
    known, old = _day(0), dataclasses.replace(_day(1), segments={})
    sums = [segment_sums(one, LEFT) for one in (known, old)]
    means = segment_means(MEASURING.scales, sums, ColumnRole.FEATURE, NAMES)
    assert np.isfinite(means.means[0]).all()
    assert np.isnan(means.means[1]).all()
    assert means.images[:, 0] == pytest.approx([IMAGES / 4, 0])


def test_the_values_of_a_segment_make_up_the_block() -> None:
    record = _day(0)
    for role in ColumnRole.FEATURE, ColumnRole.PREDICTION:
        left, right, whole = (
            segment_means(MEASURING.scales, [sums], role, [*NAMES, "confidence"])
            for sums in (
                segment_sums(record, LEFT),
                segment_sums(record, RIGHT),
                _whole(record),
            )
        )
        assert (left.means + 3 * right.means) / 4 == pytest.approx(whole.means, abs=0.002)


def _whole(record: BlockRecord):
    return dataclasses.replace(
        segment_sums(record, LEFT), features=record.features, predictions=record.predictions
    )
