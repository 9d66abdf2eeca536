"""The made bucket is what its readers take it for: keys, places of boxes, labels that come late."""

import io
import json
import math
import re
from datetime import date, timedelta

import numpy as np
import pytest
from PIL import Image

from drift.model_quality.detection.boxes import (
    DetectedBoxes,
    DetectionSet,
    TrueBoxes,
    areas_of,
)
from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.scores import score_detections
from examples.labelbox.detector import detect
from examples.labelbox.objects import Layout, annotation_of, object_name, result_of
from examples.labelbox.scenes import CLASSES, World, draw, scenes_of
from tests.support.labelbox_bucket import (
    MANY_BOXES,
    STRANGE_ID,
    Fault,
    fill_folder,
    labelbox_bucket,
    newest_results,
)

SMALL = World(days=8, images_per_day=10, blurred_days=2)
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


@pytest.fixture(scope="module")
def bucket():
    return labelbox_bucket(SMALL)


def below(bucket, prefix):
    return sorted(name for name in bucket if name.startswith(f"{prefix}/"))


def stems(names):
    return {name.rpartition("/")[2].partition(".")[0] for name in names}


def quality(scenes):
    """AP50 and the mean score of a detector that looks at these scenes."""
    found = [(at, one) for at, scene in enumerate(scenes) for one in detect(scene)]
    true = [(at, one) for at, scene in enumerate(scenes) for one in scene.shapes]
    corners = [(one.left, one.top, one.left + one.width, one.top + one.height) for _, one in true]
    truths = np.array(corners, float)
    table = match_boxes(
        DetectionSet(
            images=len(scenes),
            classes=CLASSES,
            detected=DetectedBoxes(
                image=np.array([at for at, _ in found]),
                class_code=np.array([CLASSES.index(one.name) for _, one in found]),
                corners=np.array([(o.left, o.top, o.right, o.bottom) for _, o in found], float),
                score=np.array([one.score for _, one in found], float),
            ),
            true=TrueBoxes(
                image=np.array([at for at, _ in true]),
                class_code=np.array([CLASSES.index(one.name) for _, one in true]),
                corners=truths,
                crowd=np.zeros(len(true), bool),
                area=areas_of(truths),
            ),
        )
    )
    return score_detections(table).ap50, float(np.mean([one.score for _, one in found]))


def test_keys_are_days_and_ids_and_the_id_is_nowhere_else(bucket):
    assert {name.partition("/")[0] for name in bucket} == {"images", "results", "annotations"}
    for name in bucket:
        assert re.fullmatch(rf"\w+/\d\d-03-2025/{UUID}\.(jpg|json)", name)
    results = below(bucket, "results")
    assert len(results) == 80
    assert stems(results) == stems(below(bucket, "images"))
    for name in results:
        assert set(json.loads(bucket[name])) == {
            *("boxes", "scores", "class_names", "timestamp", "image_h", "image_w"),
            *("model_name", "model_version"),
        }
        assert stems([name]).isdisjoint(bucket[name].decode())


def test_folders_of_the_newer_state_are_times():
    newer = labelbox_bucket(SMALL, Layout(folder_of_each_time=True), with_images=False)

    for name in newer:
        assert re.fullmatch(rf"\w+/\d\d-03-2025 \d\d:\d\d:\d\d/{UUID}\.json", name)
    for name in below(newer, "results"):
        day, time = name.split("/")[1].split()
        stamp = json.loads(newer[name])["timestamp"]
        assert stamp == f"{'-'.join(reversed(day.split('-')))} {time}"


def test_what_is_seen_later_holds_what_was_seen_before_and_labels_come_days_late():
    layout = Layout(label_days=(2, 4))
    on_fifth = labelbox_bucket(SMALL, layout, seen=date(2025, 3, 5), with_images=False)
    at_end = labelbox_bucket(SMALL, layout, seen=date(2025, 3, 31), with_images=False)

    assert on_fifth.items() <= at_end.items()
    assert len(below(on_fifth, "results")) == 50
    days = {name.split("/")[1] for name in below(on_fifth, "annotations")}
    assert days == {"01-03-2025", "02-03-2025", "03-03-2025"}
    assert stems(below(on_fifth, "annotations")) < stems(below(on_fifth, "results"))
    # 80 images of which 70 % are labelled: all of them after the last day and four more.
    assert 44 <= len(below(at_end, "annotations")) <= 68
    assert labelbox_bucket(SMALL, layout, seen=date(2025, 2, 1)) == {}


def test_stored_images_are_smaller_than_those_the_model_saw(bucket):
    turned = set()
    for name in below(bucket, "results"):
        result = json.loads(bucket[name])
        image = name.replace("results", "images").replace("json", "jpg")
        with Image.open(io.BytesIO(bucket[image])) as picture:
            stored = picture.size
        scale = 160 / max(result["image_w"], result["image_h"])
        assert stored == (round(result["image_w"] * scale), round(result["image_h"] * scale))
        turned.add(stored[0] < stored[1])
    assert turned == {True, False}


def test_shapes_are_drawn_where_annotations_say():
    """Coloured where a shape is, and grey everywhere else."""
    for scene in scenes_of(SMALL, SMALL.first_day):
        pixels = np.asarray(draw(scene, 160).convert("RGB"), float)
        coloured = np.ptp(pixels, axis=2) > 40
        scale = 160 / max(scene.width, scene.height)
        outside = np.ones(coloured.shape, bool)
        for box in annotation_of(scene)["boxes"]:
            left, top = box["left"] * scale, box["top"] * scale
            right, bottom = left + box["width"] * scale, top + box["height"] * scale
            inside = coloured[round(top) : round(bottom), round(left) : round(right)]
            assert inside.mean() > 0.4
            # The shape fills its box to all four edges, but for a pixel of softness.
            rows, columns = np.nonzero(inside)
            assert rows.min() <= 2
            assert columns.min() <= 2
            assert rows.max() >= inside.shape[0] - 4
            assert columns.max() >= inside.shape[1] - 4
            outside[
                max(0, round(top) - 3) : round(bottom) + 3,
                max(0, round(left) - 3) : round(right) + 3,
            ] = False
        assert not coloured[outside].any()


def test_results_are_shares_and_annotations_pixels_of_the_same_image():
    for scene in scenes_of(World(images_per_day=40), date(2025, 3, 1)):
        result, annotation = result_of(scene, Layout()), annotation_of(scene)
        assert all(
            0 <= low < high <= 1
            for y0, x0, y1, x1 in result["boxes"]
            for low, high in ((y0, y1), (x0, x1))
        )
        assert all(
            one["left"] + one["width"] <= result["image_w"] + 0.1
            and one["top"] + one["height"] <= result["image_h"] + 0.1
            for one in annotation["boxes"]
        )


def test_a_blurred_week_costs_a_third_of_ap50_and_hardly_any_score():
    """AP50 of 690 and 210 images has a standard error of about 0.01 and 0.03."""
    world = World()
    sharp = [s for day in world.all_days for s in scenes_of(world, day) if not s.blurred]
    blurred = [s for day in world.all_days for s in scenes_of(world, day) if s.blurred]
    before, after = quality(sharp), quality(blurred)

    assert len(blurred) == 7 * world.images_per_day
    assert before == (pytest.approx(0.84, abs=0.03), pytest.approx(0.80, abs=0.01))
    assert after == (pytest.approx(0.55, abs=0.07), pytest.approx(0.76, abs=0.015))


def test_one_seed_makes_the_same_bytes_and_another_one_does_not(bucket):
    assert labelbox_bucket(SMALL) == bucket
    other = labelbox_bucket(World(days=8, images_per_day=10, blurred_days=2, seed=1))
    assert set(other).isdisjoint(bucket)


def test_a_folder_is_added_to_and_never_written_over(tmp_path, bucket):
    fill_folder(tmp_path, labelbox_bucket(SMALL, seen=date(2025, 3, 3)))
    first = next(tmp_path.rglob("*.jpg"))
    first.write_bytes(b"of one's own")
    fill_folder(tmp_path, bucket)

    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert names == set(bucket)
    assert first.read_bytes() == b"of one's own"


@pytest.mark.parametrize(
    ("fault", "box"),
    [
        (Fault.OUTSIDE, lambda y0, x0, y1, x1: min(y0, x0) > 1),
        (Fault.INVERTED, lambda y0, x0, y1, x1: y1 < y0 and x1 < x0),
        (Fault.EMPTY, lambda y0, x0, y1, x1: y0 == y1 and x0 == x1),
        (Fault.NAN, lambda y0, x0, y1, x1: math.isnan(x0)),
    ],
)
def test_one_box_of_one_result_is_faulty(bucket, fault, box):
    faulty = labelbox_bucket(SMALL, faults=[fault])

    changed = [name for name in bucket if faulty[name] != bucket[name]]
    assert changed == [newest_results(bucket)[0]]
    assert box(*json.loads(faulty[changed[0]])["boxes"][0])


def test_all_faults_fit_into_one_bucket(bucket):
    faulty = labelbox_bucket(SMALL, faults=list(Fault))

    counts = [len(json.loads(faulty[name])["boxes"]) for name in below(faulty, "results")]
    assert counts.count(MANY_BOXES) == 1
    without_image = stems(below(faulty, "results")) - stems(below(faulty, "images"))
    without_result = stems(below(faulty, "images")) - stems(below(faulty, "results"))
    assert (len(without_image), len(without_result)) == (1, 1)
    labelled = stems(below(faulty, "annotations"))
    assert labelled - stems(below(bucket, "annotations")) == {STRANGE_ID}
    for prefix in ("results", "annotations"):
        spelled = {
            name.split("/")[1]: {"circle", "Circle"} & set(json.loads(faulty[name])["class_names"])
            for name in below(faulty, prefix)
        }
        assert any(names == {"Circle"} for names in spelled.values())
        late = [names for day, names in spelled.items() if int(day[:2]) > 4]
        assert all("circle" not in names for names in late)


def test_names_of_one_image_differ_by_prefix_and_ending_alone():
    scene = scenes_of(SMALL, SMALL.first_day + timedelta(days=1))[3]

    assert {object_name(prefix, scene, Layout()) for prefix in ("images", "results")} == {
        f"images/02-03-2025/{scene.id}.jpg",
        f"results/02-03-2025/{scene.id}.json",
    }
