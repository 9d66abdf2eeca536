"""Labels that lie beside a log: init proposes them by the key that joins, and nothing else."""

import tomllib

import pytest

from drift.setup.initiate import propose
from drift.setup.propose.outcome import told, validated
from drift.setup.propose.write_job_file import job_file_text
from jobs.buckets.registry import open_bucket
from tests.support import labelled_layouts, usual_layouts
from tests.support.counting_bucket import CountingBucket
from tests.support.labelled_layouts import LABELLED, labelled, log_by_id, truth
from tests.support.late_labels import LabelForm, LateWorld, show
from tests.support.layouts import put, requests, write_csv
from tests.support.proposing import NOW, proposed, said

SHARE = f"{LABELLED / 60:.0%} of 60 predictions looked at have a label"


def job_of(folder):
    proposal = proposed(folder)
    return tomllib.loads(validated(proposal)), proposal


@pytest.mark.parametrize(
    ("layout", "path", "columns"),
    [
        (
            "table_by_id",
            "labels.csv",
            {"id": "id", "label": "label", "timestamp": "labeled_at"},
        ),
        ("object_an_image", "labels/*/*.json", {"id": "{name:stem}", "label": "species"}),
        (
            "object_with_its_image",
            "annotations/*.json",
            {"image": "image", "label": "annotation.label"},
        ),
        ("other_spelling", "gt/export.csv", {"id": "uuid", "label": "target"}),
        ("file_name_only", "truth.csv", {"image": "filename", "label": "true_label"}),
        ("stem_only", "feedback.csv", {"id": "key", "label": "actual"}),
    ],
)
def test_labels_are_proposed_by_the_key_that_joins_them(tmp_path, layout, path, columns):
    getattr(labelled_layouts, layout)(tmp_path)
    job, proposal = job_of(tmp_path)
    assert job["labels"]["path"] == path
    assert job["labels"]["columns"] == columns
    key = "image" if "image" in columns else "id"
    assert f"{path}   ({SHARE}, by {key})" in told(proposal, tmp_path / "job.toml")
    assert f"# What was true: {SHARE}, by {key}." in job_file_text(proposal)
    assert "labels" not in said(proposal)


def test_a_log_without_ids_gets_one_that_labels_name(tmp_path):
    labelled_layouts.stem_only(tmp_path)
    job, _ = job_of(tmp_path)
    assert job["predictions"]["columns"]["id"] == "{path:stem}"


def test_objects_with_one_label_each_have_their_format_stated(tmp_path):
    labelled_layouts.object_an_image(tmp_path)
    job, _ = job_of(tmp_path)
    assert job["labels"]["format"] == "json"


def test_a_column_of_the_log_that_is_filled_late_is_its_label(tmp_path):
    labelled_layouts.column_filled_late(tmp_path)
    job, proposal = job_of(tmp_path)
    assert job["predictions"]["columns"]["label"] == "target"
    assert "labels" not in job
    assert "the log's column target" in told(proposal, tmp_path / "job.toml")


def test_a_column_of_labels_that_is_still_empty_is_proposed(tmp_path):
    log_by_id(tmp_path, lambda _: {"ground_truth": ""})
    job, proposal = job_of(tmp_path)
    assert job["predictions"]["columns"]["label"] == "ground_truth"
    assert "labels may come later" in job_file_text(proposal)


def test_the_models_version_is_named_where_there_are_labels_only(tmp_path):
    labelled_layouts.table_by_id(tmp_path / "with")
    job, _ = job_of(tmp_path / "with")
    assert job["quality"]["version"] == "model_version"
    log_by_id(tmp_path / "without")
    job, _ = job_of(tmp_path / "without")
    assert "quality" not in job
    assert "labels" not in job


def test_labels_that_name_no_prediction_are_told_with_what_both_sides_look_like(tmp_path):
    labelled_layouts.no_key_in_common(tmp_path)
    job, proposal = job_of(tmp_path)
    assert "labels" not in job
    told_of = said(proposal)
    assert "labels.csv looks like labels, but none of them names a prediction" in told_of
    assert 'its id holds "img_000.jpg"' in told_of
    assert f'id of the log holds "{requests()[0].id}"' in told_of
    assert "UNSURE: labels.csv looks like labels" in job_file_text(proposal)


def test_labels_of_the_references_images_are_no_doubt(tmp_path):
    log_by_id(tmp_path)
    for number in range(60):
        put(tmp_path, f"reference/r{number:03}.jpg", number)
    rows = [{"file": f"r{one.number:03}.jpg", "label": truth(one)} for one in requests()]
    write_csv(tmp_path / "labels.csv", rows)
    job, proposal = job_of(tmp_path)
    assert "labels" not in job
    assert "looks like labels" not in said(proposal)


def test_a_list_of_the_classes_is_no_label_and_no_doubt(tmp_path):
    log_by_id(tmp_path)
    write_csv(tmp_path / "labels.csv", [{"id": at, "label": one} for at, one in enumerate(BREED)])
    job, proposal = job_of(tmp_path)
    assert "labels" not in job
    assert "looks like labels" not in said(proposal)


def test_objects_called_like_labels_are_read_about_once_each(tmp_path):
    labelled_layouts.object_with_its_image(tmp_path)
    bucket = CountingBucket(open_bucket(tmp_path.as_uri()))
    proposal = propose(bucket, open_bucket=open_bucket, name="x", url=bucket.url, now=NOW)
    assert proposal.labels is not None
    read = {name: count for (_, name), count in bucket.calls.items() if "annotations/" in name}
    assert sum(read.values()) <= LABELLED + 8


def test_a_log_of_rows_alone_gets_its_labels_and_its_reference_those_it_has(tmp_path):
    world = LateWorld(days=8, references=120)
    show(world, tmp_path, world.day(8), LabelForm.JSON_LINES)
    job, proposal = job_of(tmp_path)
    assert job["labels"]["path"] == "labels/*.jsonl"
    assert "images" not in job
    assert job["reference"]["log"] == "validation_log.csv"
    assert "# Its column label holds the reference's labels." in job_file_text(proposal)


def test_a_folder_of_objects_called_by_ids_is_taken_whole(tmp_path):
    world = LateWorld(days=8, references=120)
    show(world, tmp_path, world.day(8), LabelForm.JSON_OBJECTS)
    job, _ = job_of(tmp_path)
    assert job["labels"]["path"] == "labels/*/*.json"
    assert job["labels"]["columns"]["id"] == "{name:stem}"


def test_short_numbers_of_two_columns_are_no_join(tmp_path):
    log_by_id(tmp_path, lambda one: {"batch_row": one.number})
    rows = [{"line": one.number, "label": truth(one)} for one in labelled()]
    write_csv(tmp_path / "labels.csv", rows)
    job, _ = job_of(tmp_path)
    assert "labels" not in job


def test_another_log_of_the_same_requests_is_no_label(tmp_path):
    log_by_id(tmp_path)
    rows = [
        {"id": one.id, "label": one.breed, "score": one.confidence, "p": 0.5} for one in requests()
    ]
    write_csv(tmp_path / "shadow_model.csv", rows)
    job, _ = job_of(tmp_path)
    assert "labels" not in job


def test_the_table_that_has_the_predictions_beside_its_labels_gives_the_true_ones(tmp_path):
    labelled_layouts.stem_only(tmp_path)
    job, _ = job_of(tmp_path)
    assert job["labels"]["columns"]["label"] == "actual"


def test_predictions_once_more_are_no_labels(tmp_path):
    log_by_id(tmp_path)
    rows = [{"id": one.id, "prediction": one.breed, "is_correct": "yes"} for one in labelled()]
    write_csv(tmp_path / "feedback.csv", rows)
    job, _ = job_of(tmp_path)
    assert "labels" not in job


def test_classes_that_the_model_never_answered_with_are_a_doubt(tmp_path):
    log_by_id(tmp_path)
    rows = [{"id": one.id, "label": f"n{BREED[truth(one)]}"} for one in labelled()]
    write_csv(tmp_path / "labels.csv", rows)
    _, proposal = job_of(tmp_path)
    assert proposal.labels is not None
    assert "100% of the labels are of classes that no prediction looked at has" in said(proposal)


BREED = {"beagle": "02088364", "boxer": "02108089", "collie": "02106030",
         "golden retriever": "02099601"}  # fmt: skip


def test_labels_beside_a_column_of_labels_are_a_doubt(tmp_path):
    labelled_layouts.column_filled_late(tmp_path)
    rows = [{"id": one.id, "label": truth(one)} for one in labelled()]
    write_csv(tmp_path / "labels.csv", rows)
    job, proposal = job_of(tmp_path)
    assert job["labels"]["path"] == "labels.csv"
    assert job["predictions"]["columns"]["label"] == "target"
    assert "The log's own column target holds labels too" in said(proposal)


@pytest.mark.parametrize("name", ["reference_system", "daily_parquet", "class_folders"])
def test_a_bucket_without_labels_is_asked_for_nothing_more(tmp_path, name, monkeypatch):
    folder = getattr(usual_layouts, name)(tmp_path) or tmp_path

    def calls():
        bucket = CountingBucket(open_bucket(folder.as_uri()))
        proposal = propose(bucket, open_bucket=open_bucket, name="x", url=bucket.url, now=NOW)
        return bucket.calls, proposal

    with_labels, proposal = calls()
    assert proposal.labels is None
    monkeypatch.setattr("drift.setup.with_labels.find_labels", nothing_found)
    assert with_labels == calls()[0]


def nothing_found(_):
    from drift.setup.labels.guess import FoundLabels  # noqa: PLC0415

    return FoundLabels()
