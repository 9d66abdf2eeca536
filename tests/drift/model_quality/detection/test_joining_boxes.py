"""From a bucket of results and labels to pycocotools' scores, and what is left out on the way."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.detection_scores_parts.coco import evaluate_with_pycocotools
from drift.model_quality.detection.joining.detected import LogNames, detected_images
from drift.model_quality.detection.joining.joined import (
    BEYOND,
    NO_SCORE,
    NO_SIZE,
    ONE_CLASS,
    ONE_SCORE,
    OUTSIDE,
    SPELLED_OTHERWISE,
    join_boxes,
)
from drift.model_quality.detection.joining.keys import (
    BY_ID,
    BY_LAST_PART,
    BY_NAME,
    BY_STEM,
    SHARED,
)
from drift.model_quality.detection.joining.labels import BoxLabels
from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.scores import score_detections
from jobs.images.locations import ImageLocator
from jobs.job_file.image_settings import ImageSettings
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import LogColumns, PredictionSettings
from jobs.labels.boxes.reading import read_box_labels
from jobs.labels.labels import UnreadLabels
from jobs.predictions.reading import read_predictions
from jobs.times.windows import WindowRequest
from tests.support.box_world import (
    annotations,
    as_coco,
    as_cvat,
    as_datumaro,
    as_label_studio,
    as_labelbox,
    as_yolo,
    draw_pictures,
    results,
    set_of,
)
from tests.support.memory_bucket import MemoryBucket

WINDOW = WindowRequest(end=datetime(2025, 3, 5, tzinfo=UTC), last=timedelta(days=1))
SIZED = {"width": "image_w", "height": "image_h"}
LABELBOX = {
    "path": "annotations/**",
    "columns": {
        "id": "{name:stem}",
        "boxes": {"column": "boxes", "format": "ltwh", "classes": "class_names"},
    },
}


def read_log(contents, path="images/{name:stem}.jpg", **boxes):
    bucket = MemoryBucket()
    bucket.put_all({name: text.encode() for name, text in contents.items()})
    columns = LogColumns.model_validate(
        {
            "id": "{name:stem}",
            "boxes": {
                "column": "boxes",
                "format": "yxyx",
                "unit": "shares",
                "classes": "class_names",
                "scores": "scores",
                **boxes,
            },
        }
    )
    log = PredictionSettings(path="results/**", columns=columns)
    images = ImageSettings(path=path)
    locator = ImageLocator(bucket_url=bucket.url, settings=images)
    rows = read_predictions(bucket, log, WINDOW, extra_columns=locator.columns_used())
    return bucket, log, locator, rows


def read_any(contents, labels=LABELBOX, **boxes):
    """Return the images that have labels, and the labels."""
    bucket, log, locator, rows = read_log(contents, **(SIZED | boxes))
    settings = LabelSettings.model_validate(labels)
    read = read_box_labels(bucket, MemoryBucket, settings, log, since=rows.window.start, workers=2)
    if isinstance(read, UnreadLabels):
        return read
    url = bucket.url_of(log.path)
    detected = detected_images(rows, LogNames(columns=log.columns, locator=locator, url=url))
    keyed = BoxLabels.read(read, bucket.url)
    return join_boxes(detected, keyed, keyed.keys.way_of(detected.names)), read


def joined(contents, labels=LABELBOX, **boxes):
    found = read_any(contents, labels, **boxes)
    assert not isinstance(found, UnreadLabels), found
    return found[0]


def ap50(detections):
    return score_detections(match_boxes(detections)).ap50


def test_a_bucket_scores_as_pycocotools_scores_its_boxes():
    pictures = draw_pictures(1)

    found = joined(results(pictures) | annotations(pictures))

    theirs = evaluate_with_pycocotools(set_of(pictures)).figures
    assert found.detections.images == len(pictures)
    assert 0.3 < theirs[1] < 0.95
    assert ap50(found.detections) == pytest.approx(theirs[1], abs=1e-9)
    assert score_detections(match_boxes(found.detections)).ap == pytest.approx(theirs[0], abs=1e-9)
    assert found.in_shares
    assert found.noted == {BY_ID: len(pictures)}
    assert not found.left_out
    assert not found.lost_boxes


@pytest.mark.parametrize("path", ["shards/7.tar#{name:stem}.jpg", "7.tar.gz#a/{name:stem}.jpg"])
def test_packed_images_are_joined_by_the_names_of_their_members(path):
    pictures = draw_pictures(2)
    export = {"path": "labels/**", "export": "coco"}
    found = joined(results(pictures) | as_coco(pictures), export, path=path)
    assert found.noted == {BY_LAST_PART: len(pictures)}


@pytest.mark.parametrize(
    ("written", "kind", "way"),
    [
        (as_coco, "coco", BY_LAST_PART),
        (as_yolo, "yolo", BY_STEM),
        (as_label_studio, "label studio", BY_LAST_PART),
        (as_labelbox, "labelbox", BY_LAST_PART),
        (as_cvat, "cvat", BY_LAST_PART),
        (as_datumaro, "cvat", BY_LAST_PART),
    ],
)
@pytest.mark.parametrize("told", [True, False])
def test_exports_score_as_pycocotools_scores_the_same_boxes(written, kind, way, told):
    pictures = draw_pictures(2)
    export = {"path": "labels/**", "export": kind if told else "any"}

    found = joined(results(pictures) | written(pictures), export)

    theirs = evaluate_with_pycocotools(set_of(pictures)).figures
    assert ap50(found.detections) == pytest.approx(theirs[1], abs=1e-9)
    assert found.noted == {way: len(pictures)}
    assert not found.lost_boxes


@pytest.mark.parametrize("written", [as_coco, as_label_studio, as_labelbox, as_cvat])
def test_pixels_of_a_log_without_sizes_meet_labels_that_say_them(written):
    pictures = draw_pictures(3)
    in_pixels = {}
    for one in pictures:
        answer = json.loads(results([one])[f"results/04-03-2025/{one.name}.json"])
        answer["boxes"] = [
            [top, left, bottom, right] for _, left, top, right, bottom, _ in one.found
        ]
        in_pixels[f"results/04-03-2025/{one.name}.json"] = json.dumps(answer)
    export = {"path": "labels/**", "export": "any"}

    found = joined(in_pixels | written(pictures), export, unit="pixels", width=None, height=None)

    theirs = evaluate_with_pycocotools(set_of(pictures)).figures
    assert ap50(found.detections) == pytest.approx(theirs[1], abs=1e-9)
    # Pixels and pixels are compared as they are. An image without objects has no size there.
    assert found.detections.images == len(pictures)
    assert found.in_shares == (written is as_label_studio)


def test_images_without_labels_and_labels_without_images_are_not_scored():
    pictures = draw_pictures(5, images=30)

    found = joined(results(pictures[:20]) | annotations(pictures[10:]))

    assert found.predicted == 20
    assert found.detections.images == 10
    theirs = evaluate_with_pycocotools(set_of(pictures[10:20])).figures
    assert ap50(found.detections) == pytest.approx(theirs[1], abs=1e-9)


def test_no_label_at_all_leaves_an_empty_set():
    pictures = draw_pictures(5, images=3)

    found = joined(
        results(pictures) | annotations(pictures[:1], day="05-03-2025"),
        {**LABELBOX, "path": "annotations/04*/*"},
    )

    assert found.detections.images == 0
    assert found.predicted == 3


def test_an_image_with_an_empty_list_counts_as_an_image_without_objects():
    pictures = draw_pictures(6, images=8)
    for one in pictures[:3]:
        one.true = []
        one.found = one.found[:1]

    found = joined(results(pictures) | annotations(pictures))

    theirs = evaluate_with_pycocotools(set_of(pictures)).figures
    assert found.detections.images == 8
    assert ap50(found.detections) == pytest.approx(theirs[1], abs=1e-9)


def test_classes_that_are_spelled_otherwise_are_the_model_s():
    pictures = draw_pictures(7)
    labels = {
        name: text.replace("Traffic light", "traffic_LIGHT")
        for name, text in annotations(pictures).items()
    }
    spelled = sum(box[0] == "Traffic light" for one in pictures for box in one.true)

    found = joined(results(pictures) | labels)

    assert ap50(found.detections) == pytest.approx(ap50(set_of(pictures)), abs=1e-9)
    reason = f'{SPELLED_OTHERWISE}: "traffic_LIGHT" for "Traffic light"'
    assert found.noted_boxes == {reason: spelled}
    assert set(found.detections.classes) == {"car", "Traffic light", "person"}


def test_classes_may_be_renamed_by_the_job_file():
    pictures = draw_pictures(7)
    labels = {
        name: text.replace("Traffic light", "semaphore")
        for name, text in annotations(pictures).items()
    }
    settings = {**LABELBOX, "classes": {"semaphore": "Traffic light"}}

    found = joined(results(pictures) | labels, settings)

    assert ap50(found.detections) == pytest.approx(ap50(set_of(pictures)), abs=1e-9)


def test_shares_and_pixels_without_a_size_are_left_out_and_the_settings_that_help_are_named():
    pictures = draw_pictures(8, images=5)

    found = joined(
        results(pictures, with_size=False) | annotations(pictures), width=None, height=None
    )

    two_sides = sum(bool(one.true and one.found) for one in pictures)
    assert found.left_out == {NO_SIZE: two_sides}
    assert found.detections.images == 5 - two_sides < 5
    assert not found.lost_boxes
    assert "labels.columns.boxes.width" in NO_SIZE


def test_true_boxes_in_pixels_of_a_larger_image_are_counted():
    pictures = draw_pictures(9, images=20)
    for one in pictures:
        one.true = [
            (name, 3 * left, 3 * top, 3 * right, 3 * bottom)
            for name, left, top, right, bottom in one.true
        ]

    found = joined(results(pictures) | annotations(pictures))

    outside = found.lost_boxes[OUTSIDE]
    assert outside > 5
    assert found.noted_boxes[BEYOND] > 0
    assert len(found.detections.true) == sum(len(one.true) for one in pictures) - outside


def test_boxes_without_scores_are_left_out_unless_no_box_has_one():
    pictures = draw_pictures(10, images=10)
    one = next(one for one in pictures if one.found)
    one.found[0] = (*one.found[0][:5], None)
    some = joined(results(pictures) | annotations(pictures))
    for one in pictures:
        one.found = [(*box[:5], None) for box in one.found]
    none = joined(results(pictures) | annotations(pictures))

    assert some.lost_boxes == {NO_SCORE: 1}
    boxes = sum(len(one.found) for one in pictures)
    assert none.noted_boxes == {ONE_SCORE: boxes}
    assert set(none.detections.detected.score) == {1.0}


def test_labels_without_classes_are_matched_whatever_the_class():
    pictures = draw_pictures(11)
    settings = {
        "path": "annotations/**",
        "columns": {"id": "{name:stem}", "boxes": {"column": "boxes", "format": "ltwh"}},
    }

    found = joined(results(pictures) | annotations(pictures), settings)

    for one in pictures:
        one.true = [("car", *box[1:]) for box in one.true]
        one.found = [("car", *box[1:]) for box in one.found]
    theirs = evaluate_with_pycocotools(set_of(pictures)).figures
    assert ap50(found.detections) == pytest.approx(theirs[1], abs=1e-9)
    assert ONE_CLASS in found.noted_boxes


def test_faulty_boxes_on_both_sides_do_not_stop_the_others():
    pictures = draw_pictures(12)
    expected = ap50(set_of(pictures))
    answers, labels = results(pictures), annotations(pictures)
    name = f"{pictures[0].name}.json"
    answer = json.loads(answers[f"results/04-03-2025/{name}"])
    answer["boxes"] += [[0.5, 0.5, 0.1, 0.1], [0.1, 0.1, None, 0.5], [7, 7, 8, 8]]
    answer["class_names"] += ["car"] * 3
    answer["scores"] += [0.9] * 3
    answers[f"results/04-03-2025/{name}"] = json.dumps(answer)
    label = json.loads(labels[f"annotations/04-03-2025/{name}"])
    label["boxes"] += [{"left": 1, "top": 1, "width": -5, "height": 9}, {"left": 1}]
    label["class_names"] += ["car"] * 2
    labels[f"annotations/04-03-2025/{name}"] = json.dumps(label)

    _, read = read_any(answers | labels)

    # The second has no part but its left side, so that the whole list cannot be read.
    assert read.left_out == {"boxes not readable as boxes": 1}
    label["boxes"].pop()
    label["class_names"].pop()
    labels[f"annotations/04-03-2025/{name}"] = json.dumps(label)
    found, read = read_any(answers | labels)
    assert read.lost_boxes == {"inverted": 1}
    assert ap50(found.detections) == pytest.approx(expected, abs=1e-9)


def test_one_name_of_several_images_is_not_joined():
    pictures = draw_pictures(13, images=6)
    export = as_coco(pictures)
    whole = json.loads(export["labels/coco.json"])
    whole["images"].append({"id": 99, "file_name": f"other/{pictures[0].name}.jpg"})
    export["labels/coco.json"] = json.dumps(whole)

    found = joined(results(pictures) | export, {"path": "labels/*", "export": "coco"})

    assert found.left_out == {SHARED: 1}
    assert found.detections.images == 5


def test_names_that_roboflow_wrote_are_joined_without_what_it_added():
    pictures = draw_pictures(14, images=6)
    texts = {
        name.replace(".txt", f"_jpg.rf.{'0f3a' * 8}.txt"): text
        for name, text in as_yolo(pictures).items()
    }

    found = joined(results(pictures) | texts, {"path": "labels/**", "export": "yolo"})

    assert found.noted == {BY_STEM: 6}


def test_whole_names_go_before_their_last_parts():
    pictures = draw_pictures(14, images=6)
    export = as_coco(pictures)
    whole = json.loads(export["labels/coco.json"])
    for one in whole["images"]:
        one["file_name"] = one["file_name"].replace("train/", "memory://test/images/")
    export["labels/coco.json"] = json.dumps(whole)

    found = joined(results(pictures) | export, {"path": "labels/*", "export": "coco"})

    assert found.noted == {BY_NAME: 6}


def test_the_order_of_objects_changes_nothing():
    pictures = draw_pictures(15, images=12)
    contents = results(pictures) | annotations(pictures)
    first = joined(contents)
    second = joined(dict(reversed(contents.items())))

    assert first.names == second.names
    assert (first.detections.true.corners == second.detections.true.corners).all()
    assert (first.detections.detected.score == second.detections.detected.score).all()
