"""What is remembered of models that were opened."""

from dataclasses import replace

import pytest

from drift.run_model.remembered import RememberedModels
from jobs.buckets.registry import open_bucket
from jobs.job_file.model_settings import ModelSettings
from reference_stats.model_view.definition import Preprocessing, ViewDefinition

DEFINITION = ViewDefinition(
    model="models/cats.mar",
    digest="5f" * 32,
    kind="mar",
    preprocessing=Preprocessing(
        height=28, width=32, channels=1, mean=(0.1307,), std=(0.3081,), resize=30
    ),
    layer=None,
    runtime="torch 2.13.0+cpu on cpu",
    found_layer="the input of fc2",
    is_output=False,
    width=64,
    classes=2,
    class_names=("cat", "dög"),
)
SETTINGS = ModelSettings(path="models/cats.mar")
VERSIONS = {"gs://b/models/cats.mar": "7"}


@pytest.fixture
def models(tmp_path) -> RememberedModels:
    return RememberedModels(bucket=open_bucket(str(tmp_path)), prefix="reports")


@pytest.mark.parametrize("layer", [None, "fc2"])
def test_a_definition_comes_back_as_it_was(models, layer):
    definition = replace(DEFINITION, layer=layer)
    name = models.name_of(SETTINGS, VERSIONS)

    models.save(name, definition)

    assert models.load(name) == definition
    assert models.load(name).id == definition.id


def test_another_version_or_another_setting_is_another_model(models):
    names = {
        models.name_of(SETTINGS, VERSIONS),
        models.name_of(SETTINGS, {"gs://b/models/cats.mar": "8"}),
        models.name_of(SETTINGS, {"gs://other/models/cats.mar": "7"}),
        models.name_of(ModelSettings(path="models/cats.mar", input_size=32), VERSIONS),
        models.name_of(ModelSettings(path="models/cats.mar", layer="fc1"), VERSIONS),
        models.name_of(ModelSettings(path="models/cats.mar", trust_code=True), VERSIONS),
    }

    assert len(names) == 6


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1]", b'{"model": 1}', b"\xff"])
def test_what_is_damaged_or_gone_is_not_remembered(models, content):
    name = models.name_of(SETTINGS, VERSIONS)
    if content is not None:
        models.bucket.write(name, content)

    assert models.load(name) is None
