"""A job file without [images]: what it may leave out, and what it must name instead."""

import tomllib

import pytest

from jobs.errors import JobFileError
from jobs.job_file.job import Job
from jobs.job_file.reading import load_job

TEXT = """
name = "tables"
[bucket]
url = "."
[predictions]
path = "log/*.csv"
[predictions.columns]
{columns}
[window]
last = "1d"
[reference]
{reference}
"""


def text(columns: str = 'numbers = ["speed"]', reference: str = 'log = "ref.csv"') -> str:
    return TEXT.format(columns=columns, reference=reference)


def job(columns: str = 'numbers = ["speed"]', reference: str = 'log = "ref.csv"') -> Job:
    return Job.model_validate(tomllib.loads(text(columns, reference)))


def faults(tmp_path, written: str) -> list[str]:
    file = tmp_path / "job.toml"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(JobFileError) as caught:
        load_job(file, {})
    return list(caught.value.faults)


@pytest.mark.parametrize(
    "columns",
    [
        'numbers = ["speed"]',
        'prediction = "class"',
        'confidence = "p"',
        'probabilities = ["p_*"]',
        'numbers = { mean = "brightness" }',
    ],
)
def test_anything_that_can_be_compared_makes_a_job_without_images(columns):
    found = job(columns)

    assert not found.has_images
    assert found.reference.kinds == ("log",)
    assert found.image_rules.most_lost == 0.25


def test_a_job_that_names_nothing_to_compare_is_told_of_images(tmp_path):
    (fault,) = faults(tmp_path, text('timestamp = "ts"'))

    assert "[images] is missing" in fault
    assert "numbers" in fault


@pytest.mark.parametrize("kind", ["images", "tensors"])
def test_pictures_are_no_reference_of_rows_without_features(kind, tmp_path):
    (fault,) = faults(tmp_path, text(reference=f'{kind} = "reference/"'))

    assert f"reference.{kind}" in fault
    assert "Add images.path" in fault


def test_pictures_are_a_reference_of_features_that_the_log_holds():
    found = job('numbers = { mean = "brightness" }', 'images = "reference/"')

    assert found.reference.kinds == ("images",)


def test_a_log_alone_is_no_reference_of_images(tmp_path):
    (fault,) = faults(tmp_path, text() + '[images]\npath = "{id}.jpg"\n')

    assert "exactly one of images, features, tensors and window" in fault


@pytest.mark.parametrize("numbers", ['"speed"', "7", '[""]', "[1]"])
def test_numbers_of_another_kind_are_refused_in_one_sentence(numbers, tmp_path):
    (fault,) = faults(tmp_path, text(f"numbers = {numbers}"))

    assert fault.startswith("predictions.columns.numbers is ")
    assert 'a list such as ["speed"], or a table such as { mean = "mean_brightness" }' in fault


def test_a_table_of_empty_names_is_refused(tmp_path):
    (fault,) = faults(tmp_path, text('numbers = { mean = "" }'))

    assert fault.startswith("predictions.columns.numbers: expected a list such as")


def test_a_pattern_takes_in_no_column_that_is_named_for_something_else():
    columns = job('numbers = ["*"]\nprediction = "class"\nconfidence = "p"').predictions.columns

    assert columns.number_columns(["timestamp", "class", "p", "speed"]) == {"speed": "speed"}


def test_a_table_names_each_column():
    columns = job('numbers = { mean = "brightness", speed = "v" }').predictions.columns

    assert columns.number_columns(["brightness", "v", "x"]) == {"mean": "brightness", "speed": "v"}
    assert columns.number_patterns == ("brightness", "v")
