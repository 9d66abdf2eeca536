"""What init proposes for the bucket of a service that writes an object an image, and annotators."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drift.setup.propose.outcome import told, validated
from tests.support.labelbox_bucket import Layout, World, fill_folder, labelbox_bucket
from tests.support.proposing import proposed, said

WORLD = World(days=10, images_per_day=12, blurred_days=2)
NOW = datetime(2025, 3, 11, 3, tzinfo=UTC)
BOXES = {
    "column": "boxes",
    "format": "yxyx",
    "unit": "shares",
    "classes": "class_names",
    "scores": "scores",
    "width": "image_w",
    "height": "image_h",
}


def bucket_of(folder: Path, *, newer: bool, **changes) -> Path:
    bucket = labelbox_bucket(WORLD, Layout(folder_of_each_time=newer))
    for name, content in list(bucket.items()):
        if name.startswith("results/") and changes:
            value = json.loads(content)
            bucket[name] = json.dumps({**value, **changes}).encode()
        if name.startswith("results/") and changes.get("timestamp", "") is None:
            value = {key: one for key, one in value.items() if key != "timestamp"}
            bucket[name] = json.dumps(value).encode()
    fill_folder(folder, bucket)
    return folder


def job_of(folder: Path):
    proposal = proposed(folder, NOW)
    return tomllib.loads(validated(proposal)), proposal


@pytest.mark.parametrize("newer", [False, True])
def test_both_states_of_the_bucket_lead_to_the_same_job(tmp_path, newer):
    job, proposal = job_of(bucket_of(tmp_path, newer=newer))
    predictions = job["predictions"]
    assert predictions["path"] == "results/*/*.json"
    assert predictions["from_path"] == "results/{folder}/*.json"
    assert predictions["columns"] == {
        "timestamp": "timestamp",
        "id": "{name:stem}",
        "boxes": BOXES,
    }
    assert job["images"]["path"] == "images/{folder}/{path:stem}.jpg"
    assert job["labels"] == {
        "path": "annotations/*/*.json",
        "format": "json",
        "columns": {
            "id": "{name:stem}",
            "boxes": {
                "column": "boxes",
                "format": "ltwh",
                "unit": "pixels",
                "classes": "class_names",
            },
        },
    }
    assert job["quality"] == {"version": "model_version"}
    assert "have true boxes, by id" in told(proposal, tmp_path / "job.toml")
    assert "images.path" not in said(proposal)
    assert "boxes" not in said(proposal)


@pytest.mark.parametrize(("newer", "written"), [(False, "%d-%m-%Y"), (True, "%d-%m-%Y %H:%M:%S")])
def test_times_are_taken_from_folders_where_results_hold_none(tmp_path, newer, written):
    job, proposal = job_of(bucket_of(tmp_path, newer=newer, timestamp=None))
    assert job["predictions"]["from_path"] == f"results/{{timestamp:{written}}}/*.json"
    assert job["images"]["path"] == f"images/{{timestamp:{written}}}/{{path:stem}}.jpg"
    assert job["labels"]["columns"]["id"] == "{name:stem}"
    assert job["predictions"]["columns"]["boxes"] == BOXES
    assert "annotations" not in said(proposal)
    assert "images.path" not in said(proposal)


def test_a_bucket_that_changed_its_folders_is_one_log(tmp_path):
    bucket = labelbox_bucket(WORLD, Layout())
    later = labelbox_bucket(WORLD, Layout(folder_of_each_time=True))
    half = {name: one for name, one in bucket.items() if name.split("/")[1][:2] <= "05"}
    half |= {name: one for name, one in later.items() if name.split("/")[1][:2] > "05"}
    fill_folder(tmp_path, half)
    job, proposal = job_of(tmp_path)
    assert job["predictions"]["path"] == "results/*/*.json"
    assert job["images"]["path"] == "images/{folder}/{path:stem}.jpg"
    assert f"100% of {WORLD.days * WORLD.images_per_day} rows found" in told(
        proposal, tmp_path / "job.toml"
    )


def test_images_in_one_folder_need_no_column_of_the_name(tmp_path):
    bucket = labelbox_bucket(WORLD, Layout())
    flat = {
        f"images/{name.rpartition('/')[2]}" if name.startswith("images/") else name: one
        for name, one in bucket.items()
    }
    fill_folder(tmp_path, flat)
    job, _ = job_of(tmp_path)
    assert "from_path" not in job["predictions"]
    assert job["images"]["path"] == "images/{path:stem}.jpg"


def test_before_the_first_labels_the_rest_is_proposed_with_its_doubt(tmp_path):
    bucket = labelbox_bucket(WORLD, Layout())
    fill_folder(
        tmp_path, {name: one for name, one in bucket.items() if not name.startswith("annot")}
    )
    job, proposal = job_of(tmp_path)
    assert job["images"]["path"] == "images/{folder}/{path:stem}.jpg"
    assert "labels" not in job
    assert "The boxes fit yxyx as well as xyxy" in said(proposal)


def test_a_result_that_shares_no_name_with_an_image_gets_none(tmp_path):
    bucket = labelbox_bucket(WORLD, Layout())
    strange = {
        name.replace(".jpg", "x.jpg") if name.startswith("images/") else name: one
        for name, one in bucket.items()
    }
    fill_folder(tmp_path, strange)
    with pytest.raises(Exception, match="but not its images"):
        proposed(tmp_path, NOW)
