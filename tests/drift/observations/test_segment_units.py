"""The segments of both sides' units, as far as the reference's profile knows them."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from drift.observations.segments.segment_units import SegmentedUnits, segment_units
from drift.observations.segments.segment_values import SegmentValue
from drift.observations.unit_rows import RowUnits
from drift.observations.units import SideUnits, Units
from drift.observations.window_images import WindowImages
from jobs.job_file.job import Job
from reference_stats.profiles.profile import (
    PredictionTable,
    ReferenceProfile,
    image_records,
    segment_record,
)
from tests.support.worlds import START

JOB = Job.model_validate(
    {
        "name": "gates",
        "bucket": {"url": "bucket"},
        "predictions": {"path": "log.csv", "columns": {"client": "who"}},
        "images": {"path": "{image}"},
        "window": {"last": "1d"},
        "reference": {"window": {"start": "2025-03-01", "end": "2025-03-02"}},
        "segments": {"columns": ["camera"]},
    }
)
WINDOW_TABLE = pd.DataFrame(
    {
        "camera": ["a", " b ", None, "a"],
        "who": ["x", "x", "y", "y"],
        "said": ["cat", "cat", "dog", "dog"],
    }
)


def profile(*, cameras: bool = True, timed: bool = True) -> ReferenceProfile:
    records = image_records(["0.jpg", "1.jpg", "2.jpg"], [b"\0" * 32] * 3)
    if timed:
        records = records.assign(client=["x", None, "y"], timestamp=pd.Timestamp(START))
    if cameras:
        records = records.assign(**{segment_record("camera"): ["a", "b", None]})
    return ReferenceProfile(
        id="p-1",
        created_at=START,
        source="",
        settings_digest="",
        versions={},
        features=pd.DataFrame({"mean": [1.0, 2.0, 3.0]}),
        predictions=PredictionTable(rows=pd.DataFrame({"prediction": ["cat", "dog", "dog"]})),
        left_out={},
        records=records,
    )


def units(of_predictions: list[int] | None = None) -> Units:
    """Return units of which the window's second and third images are one, and none else."""

    def side(first: list[int], clusters: list[int]) -> SideUnits:
        return SideUnits(
            first=np.array(first),
            copies=np.zeros(len(first), np.int64),
            known=True,
            timed=True,
            clusters=np.array(clusters),
        )

    return Units(
        reference=side([2, 0, 1], [1, 2, 0]),
        current=side([0, 1, 3], [0, 1, 1, 2]),
        predicted=RowUnits.of(np.array([0, 1, 1, 2])),
        reference_predicted=RowUnits.of(np.array(of_predictions or [0, 1, 2])),
    )


def window() -> WindowImages:
    rows = pd.DataFrame({"image": ["p.jpg", "q.jpg", "r.jpg", "p.jpg"]})
    return WindowImages(rows=rows, features=pd.DataFrame({"mean": [1.0, 2.0, 3.0, 4.0]}))


def found(known: ReferenceProfile, grouped: Units | None = None) -> SegmentedUnits:
    return segment_units(known, window(), grouped or units(), WINDOW_TABLE, JOB)


def test_each_unit_has_the_value_of_its_first_image() -> None:
    own = found(profile())
    assert own.images["camera"].reference.tolist() == ["(empty)", "a", "b"]
    assert own.images["camera"].current.tolist() == ["a", "b", "a"]
    assert own.predictions["camera"].reference.tolist() == ["a", "b", "(empty)"]
    assert own.predictions["camera"].current.tolist() == ["a", "b", "a"]


def test_the_client_is_known_by_profiles_of_older_versions_too() -> None:
    own = found(profile(cameras=False))
    assert own.images["who"].reference.tolist() == ["y", "x", "(empty)"]
    assert own.images.keys() == {"who"}
    assert own.unknown == {"camera"}
    assert SegmentValue(column="camera", value="a") in own.counts


def test_an_image_counts_once_however_many_rows_name_it() -> None:
    counts = found(profile()).counts
    assert counts[SegmentValue(column="camera", value="a")] == 1
    assert counts[SegmentValue(column="who", value="y")] == 1
    assert {one.column for one in counts} == {"camera", "who"}


def test_images_of_a_window_of_which_a_part_is_compared_are_counted_in_all_of_it() -> None:
    whole = dataclasses.replace(window(), segments=WINDOW_TABLE)
    part = dataclasses.replace(whole.take(np.array([1, 2])), part_of=whole)
    one = SideUnits(
        first=np.array([0]),
        copies=np.zeros(1, np.int64),
        known=True,
        timed=True,
        clusters=np.array([0, 0]),
    )
    grouped = dataclasses.replace(units(), current=one, predicted=RowUnits.of(np.array([0, 0])))
    table = WINDOW_TABLE.iloc[[1, 2]].reset_index(drop=True)
    own = segment_units(profile(), part, grouped, table, JOB)
    assert own.images["camera"].current.tolist() == ["b"]
    assert own.counts == found(profile()).counts


def test_predictions_of_images_that_the_profile_does_not_have_are_of_no_segment() -> None:
    images = pd.Series(["1.jpg", "gone.jpg", None], name="image")
    own = found(dataclasses.replace(profile(), prediction_images=images))
    assert own.predictions["camera"].reference.tolist() == ["b", "", ""]


@pytest.mark.parametrize("rows", [["cat"], ["cat"] * 5])
def test_predictions_that_are_not_linked_to_images_are_of_no_segment(rows: list[str]) -> None:
    said = PredictionTable(rows=pd.DataFrame({"prediction": rows}))
    own = found(dataclasses.replace(profile(), predictions=said), units(list(range(len(rows)))))
    assert set(own.predictions["camera"].reference) == {""}


def test_a_reference_that_is_no_stretch_of_the_log_knows_no_segments() -> None:
    assert found(profile(cameras=False, timed=False)) == SegmentedUnits()
    no_records = dataclasses.replace(profile(), records=None)
    assert found(no_records) == SegmentedUnits()


def test_a_models_view_has_the_values_of_the_held_out_images() -> None:
    own = segment_units(profile(), window(), units(), WINDOW_TABLE, JOB, np.array([1, 2]))
    assert own.views["camera"].reference.tolist() == ["b", "(empty)"]
    assert own.views["camera"].current.tolist() == own.images["camera"].current.tolist()
    assert not found(profile()).views
