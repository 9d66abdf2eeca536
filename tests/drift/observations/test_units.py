"""What counts once: pictures and bursts of near-copies, on both sides."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.align import line_up
from drift.comparison.columns.class_shares import shares_of as shares
from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.compare import compare, would_alarm
from drift.observations.near_copies.within_burst import ImageRecords, NearCopies, find_near_copies
from drift.observations.side_copies import BothCopies, SideCopies, copies_of_reference
from drift.observations.units import Units, find_units
from drift.observations.window_images import WindowImages
from jobs.job_file.job import DetectionSettings
from jobs.job_file.prediction_settings import LogColumns
from reference_stats.features.registry import FEATURES
from reference_stats.fingerprint import stack_fingerprints
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, image_records
from reports.findings.answers import State

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


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A window, and the near-copies that were found among its images."""

    window: WindowImages
    found: NearCopies

    def units(self, profile: ReferenceProfile) -> Units:
        current = SideCopies(found=self.found, known=True, timed=True)
        reference = copies_of_reference(profile, burst=BURST)
        return find_units(profile, self.window, BothCopies(reference=reference, current=current))

    def lined_up(self, profile: ReferenceProfile, named: LogColumns) -> LinedUp:
        return line_up(profile, self.window, self.units(profile), named, ())

    def with_rows(self, rows: pd.DataFrame) -> "Seen":
        return replace(self, window=replace(self.window, rows=rows))


def copies_of(clusters: np.ndarray) -> NearCopies:
    earlier = pd.Series(clusters).duplicated().to_numpy()
    return NearCopies(clusters=clusters, is_near_copy=earlier, images=np.arange(len(clusters)))


def window_of(features: np.ndarray, clusters: np.ndarray) -> Seen:
    rows = len(features)
    window = WindowImages(
        rows=pd.DataFrame(
            {
                "image": [f"images/{number}.jpg" for number in range(rows)],
                "id": [str(number) for number in range(rows)],
                "timestamp": [START + timedelta(minutes=number) for number in range(rows)],
            }
        ),
        features=pd.DataFrame(features, columns=NAMES),
    )
    return Seen(window=window, found=copies_of(clusters))


def lined(profile: ReferenceProfile, seen: Seen) -> LinedUp:
    return seen.lined_up(profile, LogColumns())


def distinct(rows: int) -> list[bytes]:
    return [bytes(one) for one in np.random.default_rng(0).integers(0, 256, (rows, 32), np.uint8)]


def pictures(generator: np.random.Generator, rows: int) -> np.ndarray:
    return generator.normal(size=(rows, len(NAMES))) + generator.normal(size=(rows, 1))


def test_a_burst_is_one_unit_on_either_side():
    generator = np.random.default_rng(1)
    profile = profile_of(pictures(generator, 6), [distinct(1)[0]] * 4 + distinct(3)[1:])
    units = window_of(pictures(generator, 5), np.array([0, 0, 1, 0, 2])).units(profile)
    assert units.reference.first.tolist() == [0, 4, 5]
    assert units.reference.copies.tolist() == [3, 0, 0]
    assert units.current.first.tolist() == [0, 2, 4]
    assert units.current.copies.tolist() == [2, 0, 0]


def test_rows_whose_image_is_lost_still_say_what_the_model_said():
    whole = window_of(pictures(np.random.default_rng(1), 4), np.array([0, 0, 1, 2]))
    lost = Seen(
        window=replace(whole.window, features=whole.window.features.drop(index=3)),
        found=copies_of(np.array([0, 0, 1])),
    )
    units = lost.units(profile_of(np.zeros((2, len(NAMES))), None))
    assert units.predicted.of_row.tolist() == [0, 0, 1, 2]


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


def a_log(generator: np.random.Generator, scenes: int) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the scene of each image, and a row per image: half of the images in bursts of five."""
    scene = np.concatenate([np.arange(scenes), np.repeat(np.arange(scenes, scenes + 6), 5)])
    classes = np.where(scene < scenes, generator.choice(["cat", "dog"], len(scene)), "dog")
    said = pd.DataFrame(
        {"prediction": pd.Series(classes, dtype="str"), "confidence": generator.random(len(scene))}
    )
    return scene, said


def logged_profile(without: tuple[int, ...] = (), *, linked: bool = True) -> ReferenceProfile:
    """Return the profile of a stretch of a log, some of whose images are missing."""
    generator = np.random.default_rng(4)
    scene, said = a_log(generator, 30)
    there = np.setdiff1d(np.arange(len(scene)), without)
    numbers = pictures(generator, 36)[scene]
    names = [f"images/{place}.jpg" for place in range(len(scene))]
    records = image_records(
        [names[one] for one in there], [distinct(36)[scene[one]] for one in there]
    )
    times = pd.Series([START + timedelta(minutes=20 * int(one)) for one in scene]).dt.as_unit("us")
    return replace(
        profile_of(numbers[there], None),
        predictions=PredictionTable.of(said, ()),
        records=records.assign(client=None, timestamp=times[there].to_numpy()),
        prediction_images=pd.Series(names, dtype="str") if linked else None,
    )


def window_with_bursts() -> Seen:
    generator = np.random.default_rng(5)
    scene, said = a_log(generator, 30)
    seen = window_of(pictures(generator, 36)[scene], scene)
    return seen.with_rows(pd.concat([seen.window.rows, said], axis=1))


def shares_of(profile: ReferenceProfile, seen: Seen) -> dict[str, dict[str, float]]:
    columns = seen.lined_up(profile, LogColumns(prediction="prediction"))
    prediction = next(one for one in columns.columns if one.name == "prediction")
    assert prediction.doubt is None
    sides = shares(prediction)
    return {"then": sides.reference.to_dict(), "now": sides.current.to_dict()}


def test_a_burst_counts_once_among_the_references_predictions_whatever_image_is_missing():
    whole = shares_of(logged_profile(), window_with_bursts())
    for missing in (3, 31, 50):
        without = shares_of(logged_profile((missing,)), window_with_bursts())
        # A missing image of a burst is a unit of its own: one of 37 more.
        assert without["then"] == pytest.approx(whole["then"], abs=1 / 37)
        assert without["now"] == whole["now"]
    units = window_with_bursts().units(logged_profile((3,)))
    assert units.reference_predicted.number == 36
    assert units.doubt is None


def test_a_row_per_image_needs_no_link():
    whole, unlinked = logged_profile(), logged_profile(linked=False)
    assert shares_of(whole, window_with_bursts()) == shares_of(unlinked, window_with_bursts())


def test_predictions_whose_images_are_not_known_are_not_compared_where_it_matters():
    profile, seen = logged_profile((3,), linked=False), window_with_bursts()
    assert seen.units(profile).doubt is not None
    columns = seen.lined_up(profile, LogColumns(prediction="prediction"))
    comparison = compare(columns, DetectionSettings())
    assert {one.state for one in comparison.predictions} == {State.INCONCLUSIVE}
    assert [one.code for one in comparison.remarks] == ["predictions_without_images"]


def test_rows_of_one_image_are_one_unit_though_the_image_is_lost():
    seen = window_with_bursts()
    rows = pd.concat([seen.window.rows, seen.window.rows.tail(1).assign(image="gone.jpg")] * 2)
    seen = seen.with_rows(rows.reset_index(drop=True))
    units = seen.units(logged_profile())
    lost = np.flatnonzero(seen.window.rows["image"] == "gone.jpg")
    assert len(set(units.predicted.of_row[lost])) == 1


def test_a_best_box_is_not_compared_with_all_boxes():
    seen = window_with_bursts()
    rows = pd.concat([seen.window.rows, seen.window.rows.assign(confidence=0.1)])
    units = seen.with_rows(rows).units(logged_profile())
    assert units.doubt.code == "other_rows_per_image"


def test_rows_that_are_delivered_twice_are_compared_as_if_they_came_once():
    once = window_with_bursts()
    numbers, clusters = once.window.features.to_numpy(), once.found.clusters
    doubled = window_of(np.concatenate([numbers] * 2), np.concatenate([clusters] * 2))
    profile = logged_profile()
    twice = doubled.with_rows(pd.concat([once.window.rows] * 2).reset_index(drop=True))
    units = twice.units(profile)
    assert units.doubt is None
    assert units.predicted.number == once.units(profile).predicted.number
    assert shares_of(profile, twice) == shares_of(profile, once)
