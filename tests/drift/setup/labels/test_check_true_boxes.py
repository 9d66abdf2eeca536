"""What check says of true boxes: what joins, what is lost and why, and which format would fit."""

import json
import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from drift.run_request import RunOptions
from drift.setup.check.labels.boxes import newest
from drift.setup.check.labels.check import check_labels
from drift.setup.check.log import check_log
from drift.setup.check.registry import check_job_file
from drift.setup.check.result import CheckState
from drift.setup.propose.outcome import validated
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from jobs.times.windows import WindowRequest
from tests.support import box_world
from tests.support.boxed_layouts import (
    IMAGES,
    LABELLED,
    START,
    boxed_log,
    true_lists,
    true_table,
    write_texts,
)
from tests.support.labelbox_bucket import Fault, World, fill_folder, labelbox_bucket
from tests.support.proposing import proposed

END = START + timedelta(hours=3 * IMAGES)
WORLD = World(days=12, images_per_day=12, blurred_days=2)
AFTER = datetime(2025, 3, 13, tzinfo=UTC)


def job_of(folder, **boxes) -> Job:
    """Return the proposed job, with other settings of the predicted boxes."""
    tables = tomllib.loads(validated(proposed(folder, END)))
    tables["predictions"]["columns"]["boxes"] |= boxes
    tables["bucket"]["url"] = folder.as_uri()
    return Job.model_validate(tables)


def checks_of(job: Job, *, end=END, days=3):
    place = open_workplace(job, writes=False)
    rows = check_log(place, WindowRequest(end=end, last=timedelta(days=days))).rows
    assert rows is not None
    return list(check_labels(place, rows))


def looks(checks):
    return [one for one in checks if one.state is CheckState.LOOK]


@pytest.fixture
def coco(tmp_path):
    pictures = boxed_log(tmp_path, order="yxyx")
    write_texts(tmp_path, box_world.as_coco(pictures[:LABELLED]))
    return tmp_path, pictures


def test_images_with_true_boxes_are_counted_with_what_joins_them(coco):
    folder, pictures = coco
    first, *others = checks_of(job_of(folder))
    boxes = sum(len(one.true) for one in pictures[:LABELLED])
    assert first.state is CheckState.OK
    assert f"{LABELLED} labelled images with {boxes} boxes in 1 object" in first.found
    assert f"{LABELLED} of {IMAGES} images of the log's last 30 days have true boxes" in first.found
    assert "of 24 images of the window" in first.found
    assert first.found.endswith("by the last part of the image's name")
    assert any("AP50 of 40 images with true boxes is 0." in one.found for one in others)


def test_a_week_is_enough_where_it_has_many_labels(coco, monkeypatch):
    monkeypatch.setattr(newest, "_ENOUGH", 5)
    first = checks_of(job_of(coco[0]))[0]
    assert "images of the log's last 7 days have true boxes" in first.found
    assert "4 of the labelled images are for no image of the log's last 7 days" in first.found


@pytest.mark.parametrize("wrong", [{"format": "xyxy"}, {"unit": "pixels"}])
def test_a_wrong_format_is_told_with_the_one_that_fits(coco, wrong):
    checks = checks_of(job_of(coco[0], **wrong))
    (told,) = [one for one in checks if one.thing == "boxes"]
    assert told.state is CheckState.LOOK
    assert "predicted boxes meet" in told.found
    assert "read as yxyx in shares" in told.found
    assert told.mend == 'Set predictions.columns.boxes.format = "yxyx" and unit = "shares".'
    (score,) = [one for one in looks(checks) if "AP50" in one.found]
    assert "predicted boxes hardly meet true ones" in score.found
    assert "See above" in score.mend


def test_true_boxes_of_other_places_are_told_without_a_format(tmp_path):
    pictures = boxed_log(tmp_path)
    write_texts(tmp_path, box_world.as_coco(pictures))
    job = job_of(tmp_path)
    for one, other in zip(pictures, box_world.draw_pictures(9, IMAGES), strict=True):
        one.true, one.width, one.height = other.true, other.width, other.height
    write_texts(tmp_path, box_world.as_coco(pictures))
    checks = checks_of(job)
    assert not [one for one in checks if one.thing == "boxes"]
    (score,) = [one for one in looks(checks) if "AP50" in one.found]
    assert "Are these the labels of these images" in score.mend


def test_classes_of_one_side_alone_are_named(tmp_path):
    pictures = boxed_log(tmp_path)
    for one in pictures:
        one.true = [("lorry" if box[0] == "car" else box[0], *box[1:]) for box in one.true]
    write_texts(tmp_path, {"truth.csv": true_table(pictures)})
    checks = checks_of(job_of(tmp_path))
    (only_true,) = [one for one in looks(checks) if "of classes that the model found" in one.found]
    assert "lorry (" in only_true.found
    assert "labels.classes" in only_true.mend
    (only_predicted,) = [one for one in checks if "take no part in AP" in one.found]
    assert "car (" in only_predicted.found


def test_that_nothing_joins_is_told_with_names_of_both_sides(coco):
    folder, pictures = coco
    job = job_of(folder)
    for one in pictures:
        one.name = f"scan-{one.name}"
    write_texts(folder, box_world.as_coco(pictures))
    first = checks_of(job)[0]
    assert first.state is CheckState.LOOK
    assert "none of them is for one of the 60 images" in first.found
    assert 'the export holds "train/scan-0000.jpg"' in first.found
    assert 'the image of a row holds "images/0000.jpg"' in first.found


def test_labels_that_have_not_come_and_too_few_are_told(coco):
    folder, pictures = coco
    job = job_of(folder)
    write_texts(folder, box_world.as_coco(pictures[:20]))
    assert any("fewer than labels.min_labels (50)" in one.found for one in looks(checks_of(job)))
    (folder / "labels/coco.json").unlink()
    (only,) = checks_of(job)
    assert "no object with labels is there" in only.found


def test_objects_and_boxes_that_cannot_be_used_are_counted_with_their_first(coco):
    folder, _ = coco
    whole = json.loads((folder / "labels/coco.json").read_text())
    whole["annotations"][0]["bbox"] = [10, 20, -5, 8]
    whole["annotations"][1]["bbox"] = []
    job = job_of(folder)
    (folder / "labels/coco.json").write_text(json.dumps(whole))
    told = [one.found for one in looks(checks_of(job))]
    assert any("1 true box left out: shape that is no box, such as" in one for one in told)
    assert sum("true box left out" in one for one in told) == 2


def test_true_boxes_in_another_unit_than_is_said_are_told(tmp_path):
    pictures = boxed_log(tmp_path, order="xywh")
    write_texts(tmp_path, {"labels/all.jsonl": true_lists(pictures, "xyxy")})
    tables = job_of(tmp_path).model_dump(mode="json", exclude_unset=True)
    sides = {"width": "width", "height": "height"}
    rows = [json.loads(line) for line in (tmp_path / "labels/all.jsonl").read_text().splitlines()]
    for row, one in zip(rows, pictures, strict=True):
        row |= {"width": one.width, "height": one.height}
    text = "".join(json.dumps(row) + "\n" for row in rows)
    write_texts(tmp_path, {"labels/all.jsonl": text})
    tables["labels"]["columns"]["boxes"] |= {"unit": "pixels", **sides}
    checks = looks(checks_of(Job.model_validate(tables)))
    (told,) = [one for one in checks if "the true boxes look like" in one.found]
    assert "look like xyxy in shares, not xyxy in pixels" in told.found
    assert told.mend == 'Set labels.columns.boxes.format = "xyxy" and unit = "shares".'


def test_a_whole_check_of_the_labelled_detectors_bucket(tmp_path):
    bucket = labelbox_bucket(
        WORLD, faults=[Fault.OUTSIDE, Fault.NO_IMAGE, Fault.STRANGE_LABEL, Fault.RESPELLED_LABELS]
    )
    fill_folder(tmp_path / "bucket", bucket)
    file = tmp_path / "job.toml"
    proposal = proposed(tmp_path / "bucket", AFTER)
    file.write_text(validated(proposal), encoding="utf-8")
    checks = list(check_job_file(file, {}, RunOptions(until=AFTER)))
    assert not [one for one in checks if one.state is CheckState.FAILS]
    labels = [one for one in checks if one.thing == "labels"]
    assert "have true boxes, by id; 1 of the labelled images is for no image of" in labels[0].found
    assert any("AP50 of" in one.found and one.state is CheckState.OK for one in labels)
    assert any("spelled otherwise are the model's: Circle = circle" in one.found for one in labels)
