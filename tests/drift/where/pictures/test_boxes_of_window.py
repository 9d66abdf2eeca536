"""Which boxes of a window belong to the images that a page shows."""

import dataclasses

import numpy as np
import pandas as pd

from drift.observations.logged_images import LoggedImages
from drift.observations.window_images import WindowImages
from drift.where.pictures.boxes_in_pictures import BoxesOfImage
from drift.where.pictures.boxes_of_window import with_boxes
from jobs.boxes.fitting import FormatFit
from jobs.boxes.formats import BoxFormat, BoxOrder, BoxUnit
from jobs.boxes.image_boxes import ImageBoxes, OtherFormat
from reports.findings.images import BoxKind, Offender
from reports.findings.model_quality.scores import WrongImage
from reports.findings.remarks import BOXES_BEYOND_IMAGES, Remark
from reports.findings.run import RunFindings
from tests.support import findings as examples
from tests.support.model_qualities import fallen

TIMES = pd.date_range("2025-03-04 10:00", periods=4, freq="h", tz="UTC").as_unit("us")


def window() -> WindowImages:
    """Two requests of one image with two boxes and one, an image without boxes, one unreadable."""
    boxes = ImageBoxes(
        row=np.array([0, 1, 2]),
        corners=np.array([[10.0, 10, 50, 60], [20, 20, 30, 30], [0, 0, 100, 100]]),
        in_shares=False,
        image_of_row=np.array([0, 0, 1, 2, 3]),
        sizes=np.full((4, 2), np.nan),
        counts=np.array([5.0, 1.0, 0.0, np.nan]),
        in_cells=True,
    )
    rows = pd.DataFrame(
        {
            "image": ["a.jpg", "a.jpg", "a.jpg", "b.jpg", "c.jpg"],
            "id": ["1", "1", "2", "3", "4"],
            "timestamp": TIMES[[0, 0, 1, 2, 3]],
            "prediction": ["dog", None, "cat", None, None],
            "confidence": [0.4, 0.9, np.nan, np.nan, np.nan],
        }
    )
    features = pd.DataFrame({"width": [200.0] * 4, "height": [100.0] * 4}, index=[0, 1, 2, 3])
    return WindowImages(rows=rows, features=features, boxes=boxes)


def run_with(*images: tuple[str, str, int]) -> RunFindings:
    offenders = tuple(
        Offender(
            image=image,
            id=own_id,
            timestamp=TIMES[hour].isoformat().replace("+00:00", "Z"),
            score=1.0,
            because="darker",
        )
        for image, own_id, hour in images
    )
    return dataclasses.replace(examples.steady(), offenders=offenders)


def test_boxes_are_those_of_the_request_that_is_shown() -> None:
    first = with_boxes(run_with(("a.jpg", "1", 0), ("b.jpg", "3", 2)), window()).boxes
    second = with_boxes(run_with(("a.jpg", "2", 1)), window()).boxes

    assert first is not None
    assert second is not None
    assert set(first) == {"a.jpg", "b.jpg"}
    assert first["a.jpg"].predicted == 5
    assert [(one.class_name, one.score) for one in first["a.jpg"].drawn] == [
        ("", 0.9),
        ("dog", 0.4),
    ]
    assert [one.right for one in first["a.jpg"].drawn] == [0.15, 0.25]
    assert (first["b.jpg"].predicted, first["b.jpg"].drawn) == (0, ())
    assert [(one.class_name, one.score) for one in second["a.jpg"].drawn] == [("cat", None)]


def test_boxes_that_do_not_fit_the_run_s_images_are_not_drawn_at_a_wrong_place() -> None:
    run = run_with(("a.jpg", "1", 0), ("b.jpg", "3", 2))
    beyond = Remark(code=BOXES_BEYOND_IMAGES, text="Many reach beyond.")
    shares = BoxFormat(order=BoxOrder.XYXY, unit=BoxUnit.SHARES)
    pixels = BoxFormat(order=BoxOrder.XYXY, unit=BoxUnit.PIXELS)
    other = OtherFormat(said=shares, fit=FormatFit(box_format=pixels, share=1.0), checked=90)
    boxes = window().boxes
    assert boxes is not None
    misread = dataclasses.replace(
        window(), boxes=dataclasses.replace(boxes, other_format=other, in_shares=True)
    )

    stored_smaller = with_boxes(dataclasses.replace(run, remarks=(beyond,)), window()).boxes
    in_other_format = with_boxes(run, misread).boxes

    assert stored_smaller is not None
    assert in_other_format is not None
    assert (stored_smaller["a.jpg"].predicted, stored_smaller["a.jpg"].drawn) == (5, ())
    assert "do not fit the images" in stored_smaller["a.jpg"].not_drawn_because
    assert stored_smaller["b.jpg"].not_drawn_because == "", "it has no boxes"
    assert in_other_format["a.jpg"].drawn == ()
    assert "another format" in in_other_format["a.jpg"].not_drawn_because


def test_boxes_of_a_cell_that_cannot_be_read_are_not_known() -> None:
    found = with_boxes(run_with(("c.jpg", "4", 3)), window()).boxes

    assert found is not None
    assert found["c.jpg"].predicted is None


def test_a_wrong_answer_of_the_window_has_its_boxes_and_one_of_days_before_has_none() -> None:
    wrong = [
        WrongImage(
            image=image, id=own_id, timestamp=moment, true="fox", predicted="dog", confidence=None
        )
        for image, own_id, moment in (
            ("a.jpg", "2", TIMES[1].isoformat()),
            ("old.jpg", "9", "2025-02-01T00:00:00+00:00"),
            ("b.jpg", "3", "2025-02-01T00:00:00+00:00"),
        )
    ]
    quality = dataclasses.replace(fallen(), wrong=tuple(wrong))

    found = with_boxes(dataclasses.replace(run_with(), model_quality=quality), window()).boxes

    assert found is not None
    assert list(found) == ["a.jpg"]
    assert found["a.jpg"].drawn[0].class_name == "cat"


def test_true_boxes_are_asked_for_by_the_row_of_the_image() -> None:
    asked = []

    def true_boxes(row: int) -> BoxesOfImage:
        asked.append(row)
        return BoxesOfImage(
            corners=np.array([[0.0, 0.0, 0.5, 0.5]]),
            in_shares=True,
            size=None,
            classes=["dog"],
            scores=np.array([np.nan]),
            count=1,
        )

    found = with_boxes(run_with(("a.jpg", "2", 1)), window(), true_boxes).boxes

    assert asked == [2]
    assert found is not None
    assert [one.kind for one in found["a.jpg"].drawn] == [BoxKind.PREDICTED, BoxKind.TRUE]


def test_a_job_without_boxes_says_nothing_of_them() -> None:
    run = run_with(("a.jpg", "1", 0))

    assert with_boxes(run, dataclasses.replace(window(), boxes=None)) is run
    assert run.boxes is None


def test_rows_whose_image_may_not_be_read_take_their_boxes_with_them() -> None:
    whole = window()
    logged = object.__new__(LoggedImages)
    predictions = dataclasses.make_dataclass("Rows", ["boxes"])(whole.boxes)
    object.__setattr__(logged, "predictions", predictions)
    object.__setattr__(logged, "kept", np.array([False, False, True, True, True]))

    kept = logged.boxes

    assert kept is not None
    assert kept.row.tolist() == [0]
    assert kept.image_of_row.tolist() == [1, 2, 3]
