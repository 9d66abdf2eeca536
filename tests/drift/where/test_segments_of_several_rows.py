"""Segments of windows whose units have several log rows: which values and images are theirs."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.columns import AlignedRows, Column, ColumnRole, LinedUp
from drift.comparison.columns.logged.predictions import Said
from drift.comparison.compare import Comparison
from drift.comparison.segments.judged import BesideReference, JudgedSegment
from drift.observations.segments.segment_units import WindowSegments
from drift.observations.segments.segment_values import SegmentValue
from drift.observations.window_images import WindowImages
from drift.where.focus import focus_of
from drift.where.offenders import RankedImages, list_affected
from drift.where.segment_columns import segment_columns
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile
from reports.findings.answers import State
from reports.findings.columns import Finding
from tests.support.columns import classes, numeric
from tests.support.window_segments import window_segments

# Three boxes of each image; the boxes of images 0, 2, 4 and so on are of camera a.
IMAGES = 60
OF_ROW = np.repeat(np.arange(IMAGES), 3)
CAMERAS = np.where(OF_ROW % 2 == 0, "a", "b").astype(object)


def window(said: pd.DataFrame, units: np.ndarray = OF_ROW) -> WindowImages:
    rows = said.assign(
        image=[f"{unit:02}.jpg" for unit in units],
        id=[str(row) for row in range(len(said))],
        timestamp=pd.Timestamp("2025-03-04", tz="UTC"),
    )
    return WindowImages(rows=rows, features=pd.DataFrame({"mean": units.astype("float64")}))


def drifted(name: str, camera: str = "b") -> JudgedSegment:
    finding = Finding(name=name, unit="", state=State.DRIFT, effect=2.0, direction="up")
    return JudgedSegment(
        segment=SegmentValue(column="camera", value=camera),
        images=IMAGES // 2,
        days=9,
        state=State.DRIFT,
        p_value=1e-6,
        adjusted_p_value=1e-5,
        strongest=finding,
        drifted=(finding,),
    )


def shown(column: Column, seen: WindowImages, segments: WindowSegments) -> list[object]:
    """Return the values of a column that Evidently's page shows of camera b."""
    answers = [name for name in seen.rows if name not in ("image", "id", "timestamp")]
    names = seen.rows["image"].to_numpy(dtype=object)
    drawn = Said.of(seen.rows[answers], segments.predicted, names).drawn
    lined_up = LinedUp(
        columns=(column,),
        rows={column.role: AlignedRows(reference=drawn, current=drawn)},
    )
    ((own, _),) = segment_columns((drifted(column.name),), lined_up, segments, seen)
    return own.current.tolist()


def test_what_was_said_of_a_segment_is_of_its_log_rows_and_not_of_units_of_these_numbers() -> None:
    sure = np.where(CAMERAS == "b", 0.5, 0.9)
    seen = window(pd.DataFrame({"confidence": sure, "prediction": CAMERAS}))
    segments = window_segments(pd.DataFrame({"camera": CAMERAS}), OF_ROW)
    confidence = numeric("confidence", [0.9], [0.9], ColumnRole.PREDICTION)
    assert shown(confidence, seen, segments) == [0.5] * (IMAGES // 2)
    number = numeric("speed", [0.9], [0.9], ColumnRole.NUMBER)
    measured = window(pd.DataFrame({"speed": np.where(OF_ROW == 1, np.inf, sure)}))
    assert shown(number, measured, segments) == [0.5] * (IMAGES // 2 - 1)
    assert shown(classes("prediction", ["a"], ["a"]), seen, segments) == ["b"] * (IMAGES // 2)


def test_of_an_image_in_two_segments_only_its_rows_in_the_segment_speak() -> None:
    boxes = np.array(["a", "a", "b"] * IMAGES, dtype=object)
    seen = window(pd.DataFrame({"confidence": np.where(boxes == "b", 0.5, 0.9)}))
    segments = window_segments(pd.DataFrame({"camera": boxes}), OF_ROW)
    confidence = numeric("confidence", [0.9], [0.9], ColumnRole.PREDICTION)
    assert shown(confidence, seen, segments) == [0.5] * IMAGES


def all_rows(seen: WindowImages) -> AlignedRows:
    first = seen.features[~seen.rows["image"].duplicated().to_numpy()]
    return AlignedRows(reference=first.reset_index(drop=True), current=first)


NOTHING = Comparison(
    features=(), predictions=(), joint=None, smallest_effect=None, images_needed=None, evidence=None
)


def test_beside_days_an_image_is_in_every_segment_of_its_rows_with_a_row_of_that_segment() -> None:
    boxes = np.array(["a", "a", "b"] * IMAGES, dtype=object)
    seen = window(pd.DataFrame(index=range(3 * IMAGES)))
    segments = window_segments(pd.DataFrame({"camera": boxes}), OF_ROW)
    own = focus_of(NOTHING, all_rows(seen), (drifted("mean"),), segments).rows.current
    assert own.index.tolist() == list(range(2, 3 * IMAGES, 3))
    assert own["mean"].tolist() == list(range(IMAGES))


@pytest.mark.parametrize(("camera", "images"), [("a", IMAGES), ("b", 0)])
def test_beside_the_reference_an_image_is_in_the_segment_of_its_first_row(camera, images) -> None:
    boxes = np.array(["a", "a", "b"] * IMAGES, dtype=object)
    seen = window(pd.DataFrame(index=range(3 * IMAGES)))
    segments = window_segments(pd.DataFrame({"camera": boxes}), OF_ROW)
    reference = BesideReference(images=9, rows=None, column=numeric("mean", [1], [2]))
    one = dataclasses.replace(drifted("mean", camera), reference=reference)
    assert len(focus_of(NOTHING, all_rows(seen), (one,), segments).rows.current) == images


def ranked(labels: list[int], ratios: list[float], camera: str) -> RankedImages:
    return RankedImages(
        labels=np.array(labels),
        log_ratios=np.log(ratios),
        distances=pd.DataFrame({"mean": [3.0] * len(labels)}),
        usual=1.0,
        segment=SegmentValue(column="camera", value=camera),
    )


PROFILE = ReferenceProfile(
    id="p-1",
    created_at=pd.Timestamp("2025-03-01", tz="UTC").to_pydatetime(),
    source="",
    settings_digest="",
    versions={},
    features=pd.DataFrame({"mean": np.linspace(0.0, 1.0, 101)}),
    predictions=PredictionTable.empty(),
    left_out={},
)


def test_the_images_of_every_segment_are_listed_worst_first_each_once_with_its_segment() -> None:
    seen = window(pd.DataFrame(index=range(8)), np.array([0, 0, 1, 1, 2, 2, 3, 3]))
    table = pd.DataFrame({"camera": ["a", "b", "a", "a", "b", "b", "a", "b"]})
    segments = window_segments(table, [0, 0, 1, 1, 2, 2, 3, 3])
    parts = ranked([1, 4], [8.0, 4.0], "b"), ranked([0, 2, 6], [9.0, 6.0, 3.0], "a")
    found = list_affected(parts, seen, segments, PROFILE)
    assert found is not None
    assert [(one.image, one.score) for one in found.images] == [
        ("00.jpg", 8.0),
        ("01.jpg", 6.0),
        ("02.jpg", 4.0),
        ("03.jpg", 3.0),
    ]
    assert found.drifted == ("camera: b", "camera: a", "camera: b", "camera: a")
    # The log row is one of the segment that the image is listed for.
    assert [one.id for one in found.images] == ["1", "2", "4", "6"]
    assert found.segments == (("b",), ("a",), ("b",), ("a",))
    assert found.found == 4


def test_near_copies_that_are_in_another_segment_are_not_listed_for_it() -> None:
    """Three images of one burst, of which the second one is of another camera."""
    seen = window(pd.DataFrame(index=range(3)), np.arange(3))
    segments = window_segments(pd.DataFrame({"camera": ["b", "a", "b"]}), [0, 0, 0])
    found = list_affected([ranked([0], [8.0], "b")], seen, segments, PROFILE)
    assert found is not None
    assert [one.image for one in found.images] == ["00.jpg", "02.jpg"]
    assert math.isclose(found.images[1].score, 8.0)
