"""True boxes beside a detector's log: init proposes them with their key, and exports by content."""

import tomllib

import pytest

from drift.setup.propose.outcome import told, validated
from drift.setup.propose.write_job_file import job_file_text
from tests.support import box_world
from tests.support.boxed_layouts import (
    IMAGES,
    LABELLED,
    boxed_log,
    true_lists,
    true_table,
    write_texts,
)
from tests.support.layouts import put
from tests.support.proposing import proposed, said

SHARE = f"{LABELLED / IMAGES:.0%} of {IMAGES} images looked at have true boxes"


def job_of(folder):
    proposal = proposed(folder)
    return tomllib.loads(validated(proposal)), proposal


@pytest.mark.parametrize(
    ("kind", "export", "path", "by"),
    [
        ("coco", "coco", "labels/coco.json", ""),
        ("yolo", "yolo", "labels/train/*.txt", " without its ending"),
        ("label_studio", "label studio", "labels/export.json", ""),
        ("cvat", "cvat", "labels/annotations.xml", ""),
        ("datumaro", "cvat", "labels/datumaro.json", ""),
    ],
)
def test_an_export_is_proposed_by_its_content(tmp_path, kind, export, path, by):
    pictures = boxed_log(tmp_path)
    write_texts(tmp_path, getattr(box_world, f"as_{kind}")(pictures[:LABELLED]))
    job, proposal = job_of(tmp_path)
    assert job["labels"] == {"path": path, "export": export}
    assert job["quality"]["version"] == "model_version"
    assert (f"labels     {path}   ({SHARE}, by the last part of the image's name{by})") in told(
        proposal, tmp_path / "job.toml"
    )
    assert "labels" not in said(proposal)


def test_text_files_beside_the_images_are_yolos(tmp_path):
    pictures = boxed_log(tmp_path)
    texts = box_world.as_yolo(pictures[:LABELLED])
    write_texts(
        tmp_path, {name.replace("labels/train/", "images/"): one for name, one in texts.items()}
    )
    job, _ = job_of(tmp_path)
    assert job["labels"] == {"path": "images/*.txt", "export": "yolo"}


def test_text_files_that_a_detector_wrote_are_not_what_was_true(tmp_path):
    pictures = boxed_log(tmp_path)
    texts = box_world.as_yolo(pictures[:LABELLED])
    write_texts(tmp_path, {f"runs/detect/exp/{name}": one for name, one in texts.items()})
    job, _ = job_of(tmp_path)
    assert "labels" not in job


def test_text_files_that_hold_no_boxes_are_no_labels(tmp_path):
    pictures = boxed_log(tmp_path)
    write_texts(tmp_path, {f"notes/{one.name}.txt": "a street at night\n" for one in pictures})
    job, _ = job_of(tmp_path)
    assert "labels" not in job


def test_a_table_with_a_row_a_box_is_proposed_with_its_columns(tmp_path):
    pictures = boxed_log(tmp_path)
    write_texts(tmp_path, {"labels/boxes.csv": true_table(pictures[:LABELLED])})
    job, proposal = job_of(tmp_path)
    assert job["labels"] == {
        "path": "labels/boxes.csv",
        "columns": {
            "image": "file",
            "timestamp": "annotated_at",
            "boxes": {
                "columns": ["xmin", "ymin", "xmax", "ymax"],
                "format": "xyxy",
                "unit": "pixels",
                "classes": "name",
            },
        },
    }
    assert f"# What was true: {SHARE}, by the last part" in job_file_text(proposal)


def test_a_table_that_names_images_without_their_ending_joins_too(tmp_path):
    pictures = boxed_log(tmp_path)
    write_texts(tmp_path, {"truth.csv": true_table(pictures[:LABELLED], ending="")})
    job, _ = job_of(tmp_path)
    assert job["labels"]["columns"]["image"] == "file"


@pytest.mark.parametrize("order", ["xyxy", "yxyx"])
def test_true_boxes_tell_which_way_round_shares_are(tmp_path, order):
    pictures = boxed_log(tmp_path, order=order)
    write_texts(tmp_path, box_world.as_coco(pictures[:LABELLED]))
    job, proposal = job_of(tmp_path)
    boxes = job["predictions"]["columns"]["boxes"]
    assert (boxes["format"], boxes["unit"]) == (order, "shares")
    assert (boxes["width"], boxes["height"]) == ("image_w", "image_h")
    assert "predictions.columns.boxes" not in said(proposal)
    assert "of the true boxes" in job_file_text(proposal).replace("\n#", "")


def test_without_true_boxes_the_doubt_stays_with_what_to_look_at(tmp_path):
    boxed_log(tmp_path, order="yxyx")
    job, proposal = job_of(tmp_path)
    assert "labels" not in job
    assert job["predictions"]["columns"]["boxes"]["format"] == "xyxy"
    assert "The boxes fit yxyx as well as xyxy: look which it is." in said(proposal)
    assert "A run's page draws them over the pictures" in said(proposal)


@pytest.mark.parametrize("order", ["xyxy", "yxyx"])
def test_predicted_boxes_of_known_order_tell_that_of_the_true_ones(tmp_path, order):
    pictures = boxed_log(tmp_path, order="xywh")
    write_texts(tmp_path, {"labels/all.jsonl": true_lists(pictures[:LABELLED], order)})
    job, proposal = job_of(tmp_path)
    boxes = job["labels"]["columns"]["boxes"]
    assert (boxes["format"], boxes["unit"]) == (order, "shares")
    assert "labels" not in said(proposal)


def test_where_neither_order_is_known_both_are_doubted(tmp_path):
    pictures = boxed_log(tmp_path)
    write_texts(tmp_path, {"labels/all.jsonl": true_lists(pictures[:LABELLED], "xyxy")})
    _, proposal = job_of(tmp_path)
    assert "labels: Of the true boxes: The boxes fit yxyx as well as xyxy" in said(proposal)


def test_true_boxes_of_other_places_are_doubted(tmp_path):
    pictures = boxed_log(tmp_path)
    others = [
        box_world.BoxPicture(name=one.name, width=two.width, height=two.height, true=two.true)
        for one, two in zip(pictures, box_world.draw_pictures(7, IMAGES), strict=True)
    ]
    write_texts(tmp_path, box_world.as_coco(others[:LABELLED]))
    job, proposal = job_of(tmp_path)
    assert job["labels"]["export"] == "coco"
    assert "of the true boxes in whichever format" in said(proposal)


def test_classes_that_the_detector_never_finds_are_told(tmp_path):
    pictures = boxed_log(tmp_path)
    for one in pictures:
        one.true = [("lorry", *box[1:]) for box in one.true]
    write_texts(tmp_path, {"truth.csv": true_table(pictures[:LABELLED])})
    _, proposal = job_of(tmp_path)
    assert "are of classes that no prediction looked at has, such as lorry" in said(proposal)


def test_true_boxes_that_name_no_image_are_told_with_both_sides(tmp_path):
    pictures = boxed_log(tmp_path)
    for number, one in enumerate(pictures):
        one.name = f"scan-{number}"
    write_texts(tmp_path, {"labels/boxes.csv": true_table(pictures[:LABELLED])})
    job, proposal = job_of(tmp_path)
    assert "labels" not in job
    assert "labels/boxes.csv looks like labels, but none of them names a prediction" in said(
        proposal
    )
    assert 'its file holds "scan-0.jpg"' in said(proposal)


def test_an_export_that_names_no_image_is_told_with_both_sides(tmp_path):
    pictures = boxed_log(tmp_path)
    for number, one in enumerate(pictures):
        one.name = f"scan-{number}"
    write_texts(tmp_path, box_world.as_coco(pictures[:LABELLED]))
    job, proposal = job_of(tmp_path)
    assert "labels" not in job
    assert "labels/coco.json looks like labels, but none of them names a prediction" in said(
        proposal
    )
    assert 'its file_name holds "train/scan-0.jpg", images are called "images/0000.jpg"' in said(
        proposal
    )


def test_an_export_of_the_references_images_is_no_doubt(tmp_path):
    pictures = boxed_log(tmp_path)
    for number, one in enumerate(pictures[:LABELLED]):
        one.name = f"scan-{number}"
        put(tmp_path, f"reference/{one.name}.jpg", number)
    write_texts(tmp_path, box_world.as_coco(pictures[:LABELLED]))
    _, proposal = job_of(tmp_path)
    assert "looks like labels" not in said(proposal)


def test_a_table_of_classes_is_no_label_of_boxes(tmp_path):
    pictures = boxed_log(tmp_path)
    rows = [f"{one.name}.jpg,car" for one in pictures]
    write_texts(tmp_path, {"labels.csv": "\n".join(["file,label", *rows]) + "\n"})
    job, _ = job_of(tmp_path)
    assert "labels" not in job
