"""Which segment values are tested: counts alone decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.columns import ColumnRole
from drift.comparison.segments.judged import MOST_TESTED
from drift.days.blocks import Block, BlockRecord
from drift.days.judging.compare_days import NormalDays, PastMarks, RateShares
from drift.days.judging.segment_families import segment_families
from drift.days.judging.segment_tests import segments_of_window
from drift.days.records.known_days import KnownDays
from drift.days.records.measured.scales import ProfileScales
from drift.days.scale import ReferenceScale
from drift.days.sums import BothSums, FamilySums
from drift.observations.segments.segment_values import SegmentValue
from jobs.job_file.job import DetectionSettings
from tests.support.columns import lined_up, numeric

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
REFERENCE = np.random.default_rng(1).normal(0, 1, 800)
SCALE = ReferenceScale.of(pd.DataFrame({"mean": REFERENCE}))
NOTHING = FamilySums(images=0, effective=0.0)
SCALES = ProfileScales(features=SCALE, predictions=ReferenceScale.of(pd.DataFrame()), classes={})
Sizes = dict[str, int]


def sums(images: int, seed: int) -> BothSums:
    values = np.random.default_rng(seed).normal(0, 1, images)
    own = FamilySums.of(SCALE, pd.DataFrame({"mean": values}), np.arange(images))
    return BothSums(features=own, predictions=NOTHING)


def known(days: list[Sizes], window: Sizes, *, per_date: int = 1) -> KnownDays:
    """Return days with so many images of each camera, and a window."""
    records = []
    for at, sizes in enumerate(days):
        start = FIRST + timedelta(days=at)
        records.append(
            BlockRecord(
                block=Block(start=start, end=start + timedelta(days=1)),
                rows=300,
                logged=300,
                features=sums(300, at).features,
                predictions=NOTHING,
                segments={"camera": {name: sums(n, at + n) for name, n in sizes.items()}},
            )
        )
    number = len(days)
    return KnownDays(
        scales=SCALES,
        records=tuple(records),
        positions=np.arange(-number, 0, dtype=np.float64),
        phases=np.arange(number) % 7,
        dates=np.arange(number) // per_date,
        window=sums(300, 99),
        window_segments={"camera": {name: sums(n, n) for name, n in window.items()}},
        window_positions=np.zeros(1),
        window_phases=np.zeros(1, dtype=np.int64),
        window_dates=np.array([number]),
        window_weights=np.ones(1),
        unit="day",
    )


def families_of(days: KnownDays, rejected: np.ndarray | None = None):
    none = np.zeros(len(days.records), dtype=np.bool_)
    return segment_families(
        days, lambda _: ["mean"], [ColumnRole.FEATURE], none if rejected is None else rejected, {}
    )


def names(pasts) -> list[str]:
    return [one.segment.value for one in pasts]


def test_values_are_tested_by_their_images_and_their_days() -> None:
    days = [{"a": 60, "b": 50, "small": 20} | ({"new": 40} if at > 2 else {}) for at in range(9)]
    found = families_of(known(days, {"a": 60, "b": 50, "small": 29, "new": 70}))
    assert names(found.tested) == ["a", "b"]
    assert names(found.not_tested) == ["new", "small"]
    (family,) = found.families
    assert {key.group for key in family.means.keys} == {
        SegmentValue(column="camera", value=name).group for name in ("a", "b")
    }
    assert {key.method for key in family.means.keys} == {"location"}
    assert family.means.means.shape == (10, 2)


def test_days_are_counted_not_blocks_and_rejected_ones_do_not_count() -> None:
    days = [{"a": 60}] * 10
    assert names(families_of(known(days, {"a": 60}, per_date=2)).not_tested) == ["a"]
    rejected = np.arange(10) < 4
    assert families_of(known(days, {"a": 60}), rejected).families == ()
    assert names(families_of(known(days, {"a": 60}), np.arange(10) < 3).tested) == ["a"]


def test_of_many_values_those_with_most_images_are_tested() -> None:
    sizes = {f"{at:02d}": 40 + at for at in range(MOST_TESTED + 2)}
    found = families_of(known([sizes] * 7, sizes))
    assert len(found.tested) == MOST_TESTED
    assert names(found.tested)[0] == f"{MOST_TESTED + 1:02d}"
    assert names(found.not_tested) == ["01", "00"]


def test_a_window_without_segments_has_no_family() -> None:
    assert families_of(known([{"a": 60}] * 9, {})).families == ()


@pytest.mark.parametrize(
    ("families", "of_parts", "shares"),
    [(2, 0, (2, 1)), (2, 2, (4, 4)), (1, 2, (2, 4)), (2, 1, (4, 2)), (0, 0, (1, 1))],
)
def test_half_of_the_rate_goes_to_segments_where_any_is_tested(families, of_parts, shares) -> None:
    found = RateShares.of(families, of_parts)
    assert (found.of_whole, found.of_segments) == shares


def normal_of(days: KnownDays) -> NormalDays:
    number = len(days.records)
    marks = PastMarks(
        levels=np.zeros(number, dtype=np.int64),
        window_level=0,
        rejected=np.zeros(number, dtype=np.bool_),
    )
    columns = lined_up(numeric("mean", REFERENCE, np.random.default_rng(3).normal(0, 1, 300)))
    return NormalDays.of(days, columns, marks, DetectionSettings())


def test_the_plans_of_both_sides_share_the_rate() -> None:
    with_segments = normal_of(known([{"a": 60}] * 9, {"a": 60}))
    assert [one.level for one in with_segments.plans] == [0.005]
    assert [one.level for one in with_segments.segment_plans] == [0.005]
    without = normal_of(known([{"a": 60}] * 9, {"a": 20}))
    assert [one.level for one in without.plans] == [0.01]
    assert without.segment_plans == ()


def test_the_report_says_why_a_value_was_not_tested() -> None:
    days = [{"a": 60, "small": 20} | ({"new": 40} if at > 2 else {}) for at in range(9)]
    normal = normal_of(known(days, {"a": 60, "small": 29, "new": 70}))
    tests = segments_of_window(normal, (), 0.01, lambda _: "").tests
    assert tests is not None
    assert {one.value: one.reason for one in tests.not_tested} == {
        "new": "known on 6 of 7 normal days of its own",
        "a": "fewer than 7 days on which it was normal",
        "small": "fewer than 30 independent images in this window",
    }
    assert segments_of_window(normal_of(known(days, {})), (), 0.01, str).tests is None


def test_the_report_says_how_days_measured_before_a_segment_was_named_come_to_know_it() -> None:
    days = known([{"a": 60}] * 8, {"a": 60})
    old = [replace(one, segments={}) for one in days.records[:7]]
    normal = normal_of(replace(days, records=(*old, days.records[-1])))
    tests = segments_of_window(normal, (), 0.01, lambda _: "").tests
    assert tests is not None
    assert [one.reason for one in tests.not_tested] == [
        "known on 1 of 7 normal days of its own; 7 days before the window were measured without "
        "camera: drift baseline rebuild JOB.toml measures them with it"
    ]
