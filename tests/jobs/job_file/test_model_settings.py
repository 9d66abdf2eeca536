"""A job file with [model]: what it needs beside it, and what is refused."""

import tomllib

import pytest
from pydantic import ValidationError

from jobs.errors import JobFileError
from jobs.job_file.job import Job
from jobs.job_file.reading import load_job

TEXT = """
name = "cats"
[bucket]
url = "."
[predictions]
path = "log/*.csv"
[predictions.columns]
prediction = "class"
{images}
[window]
last = "1d"
[reference]
{reference}
{more}
"""
IMAGES = '[images]\npath = "images/{name}"'
MODEL = '[model]\npath = "models/cats.pt"'
STRETCH = 'window = { start = "2025-01-01T00:00:00Z", end = "2025-02-01T00:00:00Z" }'


def text(images: str = IMAGES, reference: str = 'images = "reference/"', more: str = MODEL) -> str:
    return TEXT.format(images=images, reference=reference, more=more)


def faults(tmp_path, written: str) -> list[str]:
    file = tmp_path / "job.toml"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(JobFileError) as caught:
        load_job(file, {})
    return list(caught.value.faults)


@pytest.mark.parametrize("reference", ['images = "reference/"', STRETCH])
def test_a_model_stands_beside_a_reference_of_images(reference):
    found = Job.model_validate(tomllib.loads(text(reference=reference)))

    assert found.model is not None
    assert found.model.path == "models/cats.pt"
    assert not found.model.trust_code


def test_a_model_without_images_is_refused(tmp_path):
    (fault,) = faults(tmp_path, text(images="", reference='log = "ref.csv"'))

    assert "[images] is missing: the model looks at images" in fault
    assert "Add images.path" in fault


@pytest.mark.parametrize("kind", ["features", "tensors"])
def test_a_model_beside_a_reference_without_images_is_refused(tmp_path, kind):
    (fault,) = faults(tmp_path, text(reference=f'{kind} = "reference.file"'))

    assert f"[model] beside reference.{kind}" in fault
    assert "Set reference.images or reference.window" in fault


def test_explanations_without_a_model_are_refused(tmp_path):
    (fault,) = faults(tmp_path, text(more="[reports]\nexplanations = 6"))

    assert "[model] is missing" in fault


def test_code_without_consent_is_refused():
    given = tomllib.loads(text(more=f'{MODEL}\nmodule = "nets:Small"'))

    with pytest.raises(ValidationError, match="trust_code = true only"):
        Job.model_validate(given)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("./nets/cats.pt", "{folder}/nets/cats.pt"),
        ("../cats.pt", "{above}/cats.pt"),
        ("models/cats.pt", "models/cats.pt"),
        ("/models/cats.pt", "/models/cats.pt"),
        ("gs://models/cats.pt", "gs://models/cats.pt"),
        ("efficientnet-lite0", "efficientnet-lite0"),
    ],
)
def test_a_path_that_begins_with_a_dot_is_taken_from_the_job_files_folder(tmp_path, written, read):
    file = tmp_path / "job.toml"
    file.write_text(text(more=f'[model]\npath = "{written}"'), encoding="utf-8")

    found = load_job(file, {}).model

    assert found is not None
    assert found.path == read.format(folder=tmp_path, above=tmp_path.parent)
