"""What counts once: pictures and bursts of near-copies, on both sides."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from drift.columns import ColumnRole, LinedUp
from drift.comparison import compare, would_alarm
from drift.lining_up import line_up
from drift.near_duplicates import ImageRecords, NearCopies, find_near_copies
from drift.units import find_units
from drift.window_images import WindowImages
from jobs.job import DetectionSettings, LogColumns
from reference_stats.features.registry import FEATURES
from reference_stats.fingerprint import stack_fingerprints
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, image_records
from reports.findings import ImageCounts, LogCounts, Quality, State

BURST = timedelta(minutes=10)
NAMES = [feature.name for feature in FEATURES]
START = datetime(2026, 1, 5, tzinfo=UTC)


def profile_of(features: np.ndarray, fingerprints: list[bytes] | None) -> ReferenceProfile:
    names = [f"reference/{number}.jpg" for number in range(len(features))]
    return ReferenceProfile(
        id="p-1",
        created_at=START,
        source="a test",
        settings_digest="",
        versions={feature.name: feature.version for feature in FEATURES},
        features=pd.DataFrame(features, columns=NAMES),
        predictions=PredictionTable.empty(),
        left_out={},
        records=None if fingerprints is None else image_records(names, fingerprints),
    )


def window_of(features: np.ndarray, clusters: np.ndarray) -> WindowImages:
    rows = len(features)
    earlier = pd.Series(clusters).duplicated().to_numpy()
    return WindowImages(
        rows=pd.DataFrame(
            {
                "image": [f"images/{number}.jpg" for number in range(rows)],
                "id": [str(number) for number in range(rows)],
                "timestamp": [START + timedelta(minutes=number) for number in range(rows)],
            }
        ),
        features=pd.DataFrame(features, columns=NAMES),
        counts=ImageCounts(logged=rows, analysed=rows, missing=0, unreadable=0, unfetched=0),
        log=LogCounts(rows=rows, rejected=0, reasons={}),
        quality=Quality(),
        copies=NearCopies(clusters=clusters, is_near_copy=earlier),
    )


def lined(profile: ReferenceProfile, window: WindowImages) -> LinedUp:
    units = find_units(profile, window, burst=BURST)
    return line_up(profile, window, units, LogColumns(), ())


def distinct(rows: int) -> list[bytes]:
    return [bytes(one) for one in np.random.default_rng(0).integers(0, 256, (rows, 32), np.uint8)]


def pictures(generator: np.random.Generator, rows: int) -> np.ndarray:
    return generator.normal(size=(rows, len(NAMES))) + generator.normal(size=(rows, 1))


def test_a_burst_is_one_unit_on_either_side():
    generator = np.random.default_rng(1)
    profile = profile_of(pictures(generator, 6), [distinct(1)[0]] * 4 + distinct(3)[1:])
    window = window_of(pictures(generator, 5), np.array([0, 0, 1, 0, 2]))
    units = find_units(profile, window, burst=BURST)
    assert units.reference.first.tolist() == [0, 4, 5]
    assert units.reference.copies.tolist() == [3, 0, 0]
    assert units.current.first.tolist() == [0, 2, 4]
    assert units.current.copies.tolist() == [2, 0, 0]


def test_rows_whose_image_is_lost_still_say_what_the_model_said():
    window = window_of(pictures(np.random.default_rng(1), 4), np.array([0, 0, 1, 2]))
    short = NearCopies(clusters=np.array([0, 0, 1]), is_near_copy=np.array([False, True, False]))
    lost = WindowImages(
        rows=window.rows,
        features=window.features.drop(index=3),
        counts=window.counts,
        log=window.log,
        quality=window.quality,
        copies=short,
    )
    units = find_units(profile_of(np.zeros((2, len(NAMES))), None), lost, burst=BURST)
    assert units.predicted.tolist() == [0, 2, 3]


def test_a_table_of_features_has_no_near_copies_and_the_column_says_so():
    generator = np.random.default_rng(1)
    columns = lined(
        profile_of(pictures(generator, 50), None), window_of(pictures(generator, 20), np.arange(20))
    )
    finding = next(
        one for one in compare(columns, DetectionSettings()).features if one.name == "near_copies"
    )
    assert finding.state is State.MISSING
    assert "drift profile build" in finding.note


@pytest.mark.no_cover
def test_bursts_do_not_raise_the_false_alarm_rate():
    """60 windows of 15 users with 20 near-copies each, at 5 %: at most 9 alarms (0.1 %)."""
    generator = np.random.default_rng(2)
    detection = DetectionSettings(false_alarm_rate=0.05)
    fingerprints = distinct(300)
    alarms = 0
    for _ in range(60):
        profile = profile_of(pictures(generator, 300), fingerprints)
        bursts = np.repeat(pictures(generator, 15), 20, axis=0)
        bursts += generator.normal(0, 0.05, bursts.shape)
        columns = lined(profile, window_of(bursts, np.repeat(np.arange(15), 20)))
        images = columns.rows[ColumnRole.FEATURE]
        assert len(images.current) == 15
        alarms += would_alarm(without_near_copies(columns), detection)
    assert alarms <= 9


def without_near_copies(columns: LinedUp) -> LinedUp:
    """The reference has no bursts here and the window has: that is a difference of its own."""
    kept = tuple(column for column in columns.columns if column.name != "near_copies")
    return LinedUp(columns=kept, rows=columns.rows)


@pytest.mark.parametrize("images", [60, 300])
def test_a_covered_lens_still_alarms(images):
    """Every image is black and a near-copy of every other, all day long, from one client."""
    generator = np.random.default_rng(3)
    black = np.tile(np.full(len(NAMES), -2.5), (images, 1)) + generator.normal(0, 0.01, (images, 1))
    records = ImageRecords(
        names=[f"images/{number}.jpg" for number in range(images)],
        fingerprints=stack_fingerprints([bytes(32)] * images),
        clients=["one"] * images,
        times=np.datetime64("2026-01-05T00:00") + np.arange(images) * np.timedelta64(60, "s"),
    )
    clusters = find_near_copies(records, burst=BURST).clusters
    assert len(set(clusters)) == -(-images // 25)
    profile = profile_of(pictures(generator, 600), distinct(600))
    comparison = compare(lined(profile, window_of(black, clusters)), DetectionSettings())
    assert comparison.has_drifted
    near = next(one for one in comparison.features if one.name == "near_copies")
    assert near.state is State.DRIFT
    assert near.effect > 0.9
