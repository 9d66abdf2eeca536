"""The JSON Schema of the job file: it says of a job file what the program itself says."""

import copy
import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from jobs.errors import JobFileError
from jobs.job_file.editors.schema import job_schema, schema_line, schema_text
from jobs.job_file.job import Job
from jobs.job_file.reading import load_job
from jobs.job_file.reference_page import job_keys

ROOT = Path(__file__).parents[2]
SMALLEST = """
name = "dogs"
bucket.url = "gs://dogs"
predictions.path = "log.csv"
images.path = "images/{id}.jpg"
window.last = "1d"
reference.images = "reference/"
"""


@pytest.fixture(scope="module")
def schema():
    made = job_schema()
    jsonschema.Draft7Validator.check_schema(made)
    return made


@pytest.fixture
def tables():
    return tomllib.loads(SMALLEST)


def written_job_files():
    for path in sorted((ROOT / "examples").rglob("*.toml")):
        yield pytest.param(path.read_text(encoding="utf-8"), id=path.name)
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for block in re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            if re.search(r"^name = ", block, re.MULTILINE) and "[reference]" in block:
                yield pytest.param(block, id=page.name)


def keys_of(schema, prefix=""):
    for key, one in schema["properties"].items():
        if "properties" in one:
            yield from keys_of(one, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", one


def put(tables, key, value):
    *parents, last = key.split(".")
    for parent in parents:
        tables = tables.setdefault(parent, {})
    tables[last] = value


def errors_of(schema, tables):
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(tables)]


def test_the_file_in_docs_is_up_to_date():
    written = (ROOT / "docs" / "job.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), (
        "run: python -m jobs.job_file.editors.schema > docs/job.schema.json"
    )


def test_it_has_every_key_with_what_it_means_and_follows_no_reference(schema):
    keys = dict(keys_of(schema))
    assert set(keys) == set(job_keys())
    assert all(one["description"] for one in keys.values())
    assert "$ref" not in json.dumps(schema)


def test_what_it_calls_a_default_is_one(schema, tables):
    # Tables that are not there by themselves have no defaults in a job without them.
    without = {"model", "serving", "predictions.columns.boxes", "labels.columns.boxes"}
    known = {key: one["default"] for key, one in keys_of(schema) if "default" in one}
    given = {key: one for key, one in known.items() if not key.startswith(tuple(without))}
    assert len(given) > 40
    usual = Job.model_validate(copy.deepcopy(tables))
    for key, value in given.items():
        put(tables, key, value)
    assert Job.model_validate(tables) == usual


@pytest.mark.parametrize("text", list(written_job_files()))
def test_it_and_the_job_accept_every_job_file_that_the_documents_show(text, schema, tmp_path):
    (tmp_path / "job.toml").write_text(text, encoding="utf-8")
    assert load_job(tmp_path / "job.toml", {})
    assert errors_of(schema, tomllib.loads(text)) == []


@pytest.mark.parametrize("table", ["", "window.", "evidently.", "predictions.columns."])
def test_it_refuses_unknown_keys_as_the_job_does(table, schema, tables, tmp_path):
    put(tables, f"{table}colour", "red")
    (error,) = errors_of(schema, tables)
    assert "colour" in error
    path = tmp_path / "job.toml"
    path.write_text(f'{SMALLEST}\n{table}colour = "red"\n', encoding="utf-8")
    with pytest.raises(JobFileError, match="colour is not a known key"):
        load_job(path, {})


@pytest.mark.parametrize(
    ("key", "wrong", "right"),
    [
        ("name", "Dogs", "dogs-2"),
        ("window.last", "7 dayz", "7d"),
        ("notifications.remind_every", "sometimes", "never"),
        ("evidently.report", "some", "drift"),
        ("baseline.days", 400, 366),
        ("segments.columns", [""], ["camera"]),
        ("predictions.columns.numbers", [1], {"speed": "speed_kmh"}),
        (
            "model",
            {"path": "net.pt", "input_size": [64, 64, 3]},
            {"path": "n", "input_size": [64, 64]},
        ),
    ],
)
def test_it_and_the_job_agree_on_values(key, wrong, right, schema, tables):
    put(tables, key, wrong)
    assert errors_of(schema, tables)
    with pytest.raises(ValueError, match=re.escape(key)):
        Job.model_validate(tables)
    put(tables, key, right)
    assert errors_of(schema, tables) == []
    assert Job.model_validate(tables)


def test_the_line_that_names_it_is_a_comment_for_everything_else(tmp_path):
    path = tmp_path / "job.toml"
    path.write_text(schema_line("job.schema.json") + SMALLEST, encoding="utf-8")
    assert path.read_text(encoding="utf-8").startswith("#:schema ./job.schema.json\n")
    assert load_job(path, {}).name == "dogs"
