"""What makes a run another run, and what does not."""

from datetime import UTC, datetime

import pytest

from drift.days.records.stored.names import record_key
from drift.run_request import RunOptions, requested_window, run_id
from tests.support.worlds import job_of

UNTIL = datetime(2025, 3, 5, tzinfo=UTC)
OLDER = {"predictions": {"path": "logs/*.csv"}, "images": {"path": "images/{id}.jpg"}}


def id_of(**tables):
    job = job_of("bucket", **tables)
    return run_id(job, requested_window(job, RunOptions(until=UNTIL), UNTIL))


@pytest.mark.parametrize(
    "tables",
    [
        {"baseline": {"days": 0}},
        {"baseline": {"days": 60, "images_per_day": 1_000, "most_minutes": 0}},
        {"detection": {"basis": "auto"}},
    ],
)
def test_normal_days_make_no_other_run(tables):
    assert id_of(**tables) == id_of()


def test_a_run_beside_the_reference_is_another_one():
    assert id_of(detection={"basis": "reference"}) != id_of()


MODEL = {"path": "models/cats.pt"}


def test_a_job_without_a_model_keeps_its_ids():
    # As versions wrote it that knew no model.
    assert id_of() == "20250305T000000Z-aca451ba"


@pytest.mark.parametrize(
    "more",
    [
        {"path": "models/dogs.pt"},
        {"module": "nets:Small", "trust_code": True},
        {"input_size": 32},
        {"resize": 40},
        {"grey": True},
        {"mean": [0.5], "std": [0.5]},
        {"layer": "fc2"},
    ],
)
def test_another_model_or_another_way_into_it_makes_another_run(more):
    assert len({id_of(), id_of(model=MODEL), id_of(model={**MODEL, **more})}) == 3


@pytest.mark.parametrize("more", [{"device": "cpu"}, {"trust_code": True}, {"kind": "torchscript"}])
def test_where_a_model_runs_and_how_it_is_opened_make_no_other_run(more):
    assert id_of(model={**MODEL, **more}) == id_of(model=MODEL)


def test_records_of_days_are_found_again_by_a_job_without_newer_keys():
    # As versions wrote them that knew no key but these.
    assert record_key(job_of("bucket", **OLDER), None) == "22e517ac"
    columns = {"prediction": "p", "confidence": "c", "probabilities": ["p_*"], "client": "cam"}
    said = {**OLDER["predictions"], "timezone": "Asia/Tokyo", "day_first": True}
    job = job_of("bucket", **{**OLDER, "predictions": {**said, "columns": columns}})
    assert record_key(job, 500) == "926ab6b9"


@pytest.mark.parametrize(
    "newer",
    [
        {"encoding": "cp1252"},
        {"header": ["timestamp", "breed"]},
        {"exclude": ["*_debug.csv"]},
        {"from_path": "{camera}/*.csv"},
    ],
)
def test_records_of_days_are_made_anew_where_the_log_is_read_otherwise(newer):
    job = job_of("bucket", **{**OLDER, "predictions": {**OLDER["predictions"], **newer}})
    assert record_key(job, None) != record_key(job_of("bucket", **OLDER), None)
