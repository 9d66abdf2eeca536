"""What check says of labels: how many there are, and which of the log's newest rows have one."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from drift.run_request import RunOptions
from drift.setup.check.labels import read
from drift.setup.check.labels.check import check_labels
from drift.setup.check.labels.reference import check_reference_labels
from drift.setup.check.log import check_log
from drift.setup.check.registry import check_job_file
from drift.setup.check.result import Check, CheckState
from drift.workplace import Workplace, open_workplace
from jobs.job_file.job import Job
from jobs.times.windows import WindowRequest
from tests.support.late_labels import LabelForm, LateWorld, late_job, show

DAYS = 20
WORLD = LateWorld(days=DAYS, per_day=40, references=60)
NOW = WORLD.day(DAYS)


@pytest.fixture(scope="module")
def buckets(tmp_path_factory) -> dict[LabelForm, Path]:
    made = {}
    for form in LabelForm:
        made[form] = tmp_path_factory.mktemp(form.name.lower())
        show(WORLD, made[form], NOW, form)
    return made


def checks_of(job: Job, *, last: int = 7, end=NOW) -> list[Check]:
    place = open_workplace(job, writes=False)
    rows = check_log(place, WindowRequest(end=end, last=timedelta(days=last))).rows
    assert rows is not None
    return list(check_labels(place, rows))


def with_tables(job: Job, **tables) -> Job:
    return Job.model_validate({**job.model_dump(mode="json", exclude_unset=True), **tables})


@pytest.mark.parametrize("form", sorted(LabelForm, key=lambda one: one.name))
def test_labels_of_each_form_are_counted_with_the_rows_that_have_one(buckets, form):
    checks = checks_of(late_job(buckets[form], form, images=form is LabelForm.PARQUET))
    first = checks[0]
    assert first.thing == "labels"
    assert first.state is CheckState.OK
    assert f" of {DAYS * 40} rows of the log's last 30 days" in first.found
    assert " of 280 rows of the window" in first.found
    if form is not LabelForm.IN_LOG:
        by = "by image" if form is LabelForm.PARQUET else "by id"
        assert f"have one, {by}" in first.found
    if form in {LabelForm.PARQUET, LabelForm.JSON_LINES}:
        assert "the newest given 2025-03-22" in first.found


def test_the_rows_that_have_a_label_are_those_that_labels_came_for(buckets):
    came = WORLD.labels[(WORLD.labels["given"] < NOW) & (WORLD.labels["kind"] != "unknown")]
    first = checks_of(late_job(buckets[LabelForm.JSON_LINES], LabelForm.JSON_LINES))[0]
    ids = WORLD.rows[WORLD.rows["timestamp"] >= NOW - timedelta(days=7)]["id"]
    in_window = int(ids.isin(came["id"]).sum())
    assert f"{in_window:,} of 280 rows of the window" in first.found
    assert f"{came['id'].nunique():,} of 800 rows of the log's last 30 days" in first.found
    assert "15 of the labels name no prediction" in first.found


def test_labels_that_contradict_each_other_are_told_with_the_first_one(buckets):
    checks = checks_of(late_job(buckets[LabelForm.TABLE], LabelForm.TABLE))
    (left_out,) = [one for one in checks if "left out" in one.found]
    assert left_out.state is CheckState.LOOK
    assert "contradicting labels, such as line" in left_out.found
    assert "labels.columns.timestamp" in left_out.mend


def test_that_nothing_joins_is_told_with_what_keys_look_like_on_both_sides(buckets):
    job = late_job(buckets[LabelForm.TABLE], LabelForm.TABLE)
    log = {**job.predictions.columns.model_dump(exclude_unset=True), "id": "filename"}
    job = with_tables(job, predictions={"path": "predictions/*.csv", "columns": log})
    first = checks_of(job)[0]
    assert first.state is CheckState.LOOK
    assert 'labels.columns.id (id) holds "nobody-000-0"' in first.found
    assert 'predictions.columns.id (filename) holds "req-000-00000.jpg"' in first.found
    assert "labels.columns.image" in first.mend


def test_labels_by_image_in_a_job_without_images_are_told(buckets):
    first = checks_of(late_job(buckets[LabelForm.PARQUET], LabelForm.PARQUET))[0]
    assert first.state is CheckState.LOOK
    assert "the job has no [images], so that no row names one" in first.found


def test_classes_that_the_model_never_answers_with_are_named(buckets, tmp_path):
    folder = buckets[LabelForm.TABLE]
    ids = WORLD.rows["id"].tolist()
    lines = [f"{one},{'Poodle' if number % 4 else 'BEAGLE'}" for number, one in enumerate(ids)]
    (folder / "other.csv").write_text("\n".join(["id,label", *lines]) + "\n")
    job = with_tables(
        late_job(folder, LabelForm.TABLE),
        labels={"path": "other.csv", "columns": {"id": "id", "label": "label"}},
    )
    checks = checks_of(job)
    (strange,) = [one for one in checks if "Poodle" in one.found]
    assert strange.state is CheckState.LOOK
    assert "600 labels of classes that the model answered with in no row" in strange.found
    assert "labels.classes" in strange.mend
    (spelling,) = [one for one in checks if "BEAGLE" in one.found]
    assert spelling.found == "classes spelled otherwise are the model's: BEAGLE = beagle"


def test_a_class_of_the_model_that_counts_as_no_label_is_told(buckets):
    job = with_tables(
        late_job(buckets[LabelForm.TABLE], LabelForm.TABLE),
        labels={"path": "labels/labels.csv", "columns": {"id": "id"}, "no_class": ["beagle"]},
    )
    (check,) = [one for one in checks_of(job) if "labels.no_class takes" in one.found]
    assert check.state is CheckState.LOOK
    assert check.found.startswith("the model answers with beagle, ")
    assert "labels.no_class" in check.mend


def test_a_column_of_labels_that_no_row_has_is_told_and_fails_nothing(buckets):
    job = late_job(buckets[LabelForm.TABLE], LabelForm.TABLE)
    columns = {**job.predictions.columns.model_dump(exclude_unset=True), "label": "truht"}
    job = late_job(
        buckets[LabelForm.TABLE],
        LabelForm.IN_LOG,
        predictions={"path": "predictions/*.csv", "columns": columns},
    )
    (check,) = checks_of(job)
    assert check.state is CheckState.LOOK
    assert "no column truht (predictions.columns.label)" in check.found


def test_a_table_without_a_row_is_told(buckets):
    folder = buckets[LabelForm.TABLE]
    (folder / "empty.csv").write_text("id,label\n")
    job = with_tables(
        late_job(folder, LabelForm.TABLE), labels={"path": "empty.csv", "columns": {"id": "id"}}
    )
    (check,) = checks_of(job)
    assert check.found == "empty.csv: 0 labels in 1 object: there is no row in it yet"


def test_a_path_without_objects_is_told(buckets):
    job = with_tables(
        late_job(buckets[LabelForm.TABLE], LabelForm.TABLE),
        labels={"path": "nowhere/*.csv", "columns": {"id": "id"}},
    )
    (check,) = checks_of(job)
    assert check.state is CheckState.LOOK
    assert check.found == "nowhere/*.csv: no object with labels is there"


def test_a_column_that_labels_do_not_have_is_told_with_those_that_they_have(buckets):
    job = with_tables(
        late_job(buckets[LabelForm.TABLE], LabelForm.TABLE),
        labels={"path": "labels/labels.csv", "columns": {"id": "id", "label": "labl"}},
    )
    (check,) = checks_of(job)
    assert check.state is CheckState.LOOK
    assert "labl" in check.found
    assert "labels.columns.label" in check.found
    assert "Runs go on without labels" in check.mend


def test_too_few_labels_for_a_statement_are_told(buckets):
    folder = buckets[LabelForm.IN_LOG]
    job = with_tables(late_job(folder, LabelForm.IN_LOG), labels={"min_labels": 5_000})
    *_, check = checks_of(job)
    assert check.state is CheckState.LOOK
    assert "fewer than labels.min_labels (5,000)" in check.found
    assert "say nothing of the model's quality" in check.mend


def test_a_window_that_is_judged_with_the_days_before_it_is_no_fault(buckets):
    *_, check = checks_of(late_job(buckets[LabelForm.TABLE], LabelForm.TABLE), last=4)
    assert check.state is CheckState.OK
    assert "judged together with the newest days before it" in check.found


def test_a_column_without_any_label_yet_is_to_be_looked_at(buckets):
    job = with_tables(late_job(buckets[LabelForm.TABLE], LabelForm.IN_LOG))
    (check,) = checks_of(job)
    assert check.state is CheckState.LOOK
    assert check.found == "label is empty in all 800 rows of the log's last 30 days"


def test_a_log_too_old_for_labels_is_told_with_the_window_to_look_at(buckets):
    place = open_workplace(late_job(buckets[LabelForm.TABLE], LabelForm.TABLE), writes=False)
    rows = check_log(place, WindowRequest(end=NOW + timedelta(days=90), rows=50)).rows
    *_, check = check_labels(place, rows)
    assert check.state is CheckState.LOOK
    assert "the log's newest row is of 2025-03-22, more than labels.wait (30 days)" in check.found
    assert "--until 2025-03-22T" in check.mend


def test_of_very_many_objects_the_newest_are_looked_at(buckets, monkeypatch):
    monkeypatch.setattr(read, "MOST_OBJECTS", 5)
    job = late_job(buckets[LabelForm.JSON_LINES], LabelForm.JSON_LINES)
    first = checks_of(job)[0]
    assert " in 5 of 16 objects, the newest given 2025-03-22" in first.found


def test_a_job_without_labels_hears_nothing_of_them(buckets):
    job = late_job(buckets[LabelForm.TABLE], LabelForm.TABLE)
    columns = job.predictions.columns.model_dump(exclude_unset=True) | {"label": None}
    job = with_tables(job, labels={}, predictions={"path": "predictions/*.csv", "columns": columns})
    assert checks_of(job) == []


def test_a_version_that_the_log_does_not_name_is_told(buckets):
    job = late_job(buckets[LabelForm.TABLE], LabelForm.TABLE, quality={"version": "model"})
    *_, check = checks_of(job)
    assert check.state is CheckState.LOOK
    assert "names the model's version in model (quality.version)" in check.found


def said_of_reference(place: Workplace) -> Check:
    (check,) = check_reference_labels(place)
    return check


def test_the_references_labels_are_counted(buckets):
    job = late_job(buckets[LabelForm.TABLE], LabelForm.TABLE)
    check = said_of_reference(open_workplace(job, writes=False))
    assert check.found == "60 of 60 predictions have a label"


def test_a_stretch_of_the_log_as_the_reference_has_the_labels_of_its_rows(buckets):
    window = {"start": "2025-03-03T00:00:00Z", "end": "2025-03-06T00:00:00Z"}
    job = with_tables(
        late_job(buckets[LabelForm.JSON_LINES], LabelForm.JSON_LINES),
        reference={"window": window},
    )
    check = said_of_reference(open_workplace(job, writes=False))
    assert check.found == "120 of 120 predictions have a label"


def test_a_reference_without_labels_is_told_with_what_is_compared_instead(buckets, tmp_path):
    folder = buckets[LabelForm.TABLE]
    bare = WORLD.reference.drop(columns="label")
    bare.to_csv(folder / "bare.csv", index=False, date_format="%Y-%m-%dT%H:%M:%SZ")
    job = with_tables(late_job(folder, LabelForm.TABLE), reference={"log": "bare.csv"})
    check = said_of_reference(open_workplace(job, writes=False))
    assert check.state is CheckState.OK
    assert check.found == "none of 60 predictions has a label"
    assert "compared with those of earlier days" in check.mend
    assert "A column label in reference.log" in check.mend


def test_the_command_says_the_same_to_people_and_programs(buckets, tmp_path):
    job_file = tmp_path / "job.toml"
    job_file.write_text(
        f"""
name = "dogs"
[bucket]
url = "{buckets[LabelForm.TABLE]}"
[predictions]
path = "predictions/*.csv"
columns = {{ prediction = "breed", confidence = "confidence" }}
[labels]
path = "labels/labels.csv"
columns = {{ id = "id" }}
[window]
last = "7d"
[reference]
log = "validation_log.csv"
"""
    )
    checks = list(check_job_file(job_file, {}, RunOptions(until=NOW)))
    assert [one.found for one in checks if one.state is CheckState.FAILS] == []
    things = [one.thing for one in checks]
    assert things.index("log") < things.index("labels") < things.index("reference's labels")
    from drift.cli.check_table import as_json, as_text  # noqa: PLC0415

    told = json.loads(as_json(checks))
    assert told["would_run"]
    assert {"labels", "reference's labels"} <= {one["thing"] for one in told["checks"]}
    assert "ok           labels " in as_text(checks)
