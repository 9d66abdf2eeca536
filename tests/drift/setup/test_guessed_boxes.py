"""Which columns of a log ``drift init`` takes for those of a detector's boxes."""

import json

import numpy as np
import pytest

from drift.setup.columns.all_columns import guess_columns
from drift.setup.columns.values import ColumnValues

IMAGES = 40


def corners(random, count):
    sides = random.uniform(0.05, 0.5, (count, 2))
    at = random.uniform(0, 1, (count, 2)) * (1 - sides)
    return np.hstack([at, at + sides])


def made(scale=1.0):
    """Return boxes, classes and scores of each image; some have none."""
    random = np.random.default_rng(4)
    found = []
    for _ in range(IMAGES):
        count = int(random.integers(0, 4))
        names = [("cat", "dog")[one] for one in random.integers(2, size=count)]
        scores = random.uniform(0.5, 1, count).round(3).tolist()
        found.append(((corners(random, count) * scale).round(4), names, scores))
    return found


def sizes(boxes):
    return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]]).reshape(-1, 4)


def guess(**columns):
    times = [f"2025-03-04T01:{minute:02}:00Z" for minute in range(IMAGES)]
    images = [f"{number}.jpg" for number in range(IMAGES)]
    every = {"timestamp": times, "image": images, **columns}
    texts = {
        name: [one if isinstance(one, str) else json.dumps(one) for one in values]
        for name, values in every.items()
    }
    found = {name: ColumnValues(name=name, values=tuple(one)) for name, one in texts.items()}
    return guess_columns(found)


def settings_of(guesses):
    assert guesses.boxes is not None
    return guesses.boxes.settings.model_dump(exclude_defaults=True)


@pytest.mark.parametrize(
    ("scale", "written", "expected"),
    [
        (1, np.asarray, {"unit": "shares"}),
        (640, np.asarray, {}),
        (640, sizes, {"format": "xywh"}),
        (1, sizes, {"format": "xywh", "unit": "shares"}),
    ],
)
def test_lists_side_by_side_are_boxes_with_their_format(scale, written, expected):
    boxes, names, scores = zip(*made(scale), strict=True)
    guesses = guess(
        boxes=[written(one).tolist() for one in boxes], class_names=names, scores=scores
    )
    beside = {"column": "boxes", "classes": "class_names", "scores": "scores"}
    assert settings_of(guesses) == beside | expected
    assert (guesses.prediction, guesses.confidence, guesses.notes) == (None, None, ())


def test_a_class_or_score_that_is_missing_in_an_image_hides_neither_list():
    boxes, names, scores = zip(*made(), strict=True)
    first = next(place for place, one in enumerate(names) if one)
    names[first][0], scores[first][0] = None, "high"
    last = next(place for place in reversed(range(IMAGES)) if names[place])
    names[last][0] = 7
    settings = settings_of(
        guess(boxes=[one.tolist() for one in boxes], class_names=names, scores=scores)
    )
    assert (settings["classes"], settings["scores"]) == ("class_names", "scores")


def test_corners_in_shares_may_be_either_way_round_and_that_is_said():
    boxes = [one.tolist() for one, _, _ in made()]
    assert "yxyx as well as xyxy" in guess(boxes=boxes).boxes.doubt


def test_objects_with_a_list_bring_their_keys():
    cells = [
        [
            {"bbox": box.tolist(), "category": name, "score": score}
            for box, name, score in zip(sizes(boxes), names, scores, strict=True)
        ]
        for boxes, names, scores in made(640)
    ]
    assert settings_of(guess(detections=cells)) == {
        "column": "detections",
        "format": "xywh",
        "classes": "category",
        "scores": "score",
    }


def test_objects_that_name_their_parts_tell_the_format():
    parts = ("left", "top", "width", "height")
    cells = [
        [dict(zip(parts, box.tolist(), strict=True), label="a") for box in sizes(boxes)]
        for boxes, _, _ in made(640)
    ]
    found = guess(found=cells).boxes
    assert found.settings.model_dump(exclude_defaults=True) == {
        "column": "found",
        "format": "ltwh",
        "classes": "label",
    }
    assert found.doubt == ""


@pytest.mark.parametrize("prefix", ["", "bbox_"])
def test_columns_called_like_the_parts_of_a_box_are_boxes(prefix):
    boxes = (corners(np.random.default_rng(1), IMAGES) * 640).round(1)
    names = [f"{prefix}{part}" for part in ("x1", "y1", "x2", "y2")]
    four = {name: list(map(str, boxes[:, place])) for place, name in enumerate(names)}
    random = np.random.default_rng(3)
    guesses = guess(
        **four,
        class_name=[("cat", "dog")[one] for one in random.integers(2, size=IMAGES)],
        score=[f"{one:.3f}" for one in random.uniform(0.5, 1, IMAGES)],
    )
    assert settings_of(guesses) == {"columns": tuple(names)}
    assert guesses.prediction.column == "class_name"
    assert guesses.confidence.column == "score"


@pytest.mark.parametrize(
    "cell", [[0.1, 0.2, 0.3, 0.4], [[0.1, 0.2, 0.3, 0.4]], [{"label": "cat", "score": 0.9}], []]
)
def test_answers_of_classifiers_are_no_boxes(cell):
    assert guess(output=[cell] * IMAGES).boxes is None


def test_parts_that_are_named_leave_no_doubt_of_their_order():
    parts = ("xmin", "ymin", "xmax", "ymax")
    cells = [
        [dict(zip(parts, box.tolist(), strict=True)) for box in boxes] for boxes, _, _ in made()
    ]
    found = guess(boxes=cells).boxes
    assert (found.settings.format, found.settings.unit, found.doubt) == ("xyxy", "shares", "")


@pytest.mark.parametrize(
    ("width", "height"),
    [("image_w", "image_h"), ("imgWidth", "imgHeight"), ("width", "height"), ("w", "h")],
)
@pytest.mark.parametrize("scale", [1, 640])
def test_columns_with_the_images_size_are_named(scale, width, height):
    boxes = [one.tolist() for one, _, _ in made(scale)]
    named = {width: ["640"] * IMAGES, height: ["640"] * IMAGES}
    settings = guess(boxes=boxes, **named).boxes.settings
    assert (settings.width, settings.height) == (width, height)


def test_the_size_of_another_image_is_not_taken():
    boxes = [one.tolist() for one, _, _ in made(640)]
    for named in ({"image_w": "224", "image_h": "224"}, {"box_w": "640", "box_h": "640"}):
        columns = {name: [value] * IMAGES for name, value in named.items()}
        assert guess(boxes=boxes, **columns).boxes.settings.width is None


def test_lists_beside_boxes_that_are_objects_are_their_classes():
    parts = ("left", "top", "width", "height")
    cells, names, _ = zip(*made(640), strict=True)
    boxes = [[dict(zip(parts, box.tolist(), strict=True)) for box in sizes(one)] for one in cells]
    assert settings_of(guess(boxes=boxes, class_names=names)) == {
        "column": "boxes",
        "format": "ltwh",
        "classes": "class_names",
    }
