"""The archives of the examples look at pictures: with their class, and without their handler."""

import io
import tomllib

import numpy as np
import pytest
from PIL import Image

from examples.serving.models import COLOURS, DIGITS, Trained, trained
from examples.serving.watching import model_table
from examples.torchserve.run import archive
from jobs.errors import ModelError
from jobs.job_file.model_settings import ModelSettings
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.runtimes.opened import OpenedModel
from reference_stats.model_view.runtimes.opening import open_model
from tests.support.model_files import archive as packed

pytestmark = pytest.mark.slow
LOOKED_AT = 200
MOST_S = 30.0


@pytest.fixture(scope="module", params=[DIGITS, COLOURS], ids=lambda one: one.name)
def model(request, tmp_path_factory):
    return trained(request.param, tmp_path_factory.mktemp(request.param.name))


@pytest.fixture(scope="module")
def file(model):
    """The archive, packed as `torch-model-archiver` packs it; its handler is not in the way."""
    made = archive(model)
    path = model.weights.with_suffix(".mar")
    path.write_bytes(
        packed(
            model.weights.name,
            model.weights.read_bytes(),
            {
                made.model_file.name: made.model_file.read_bytes(),
                "handler.py": made.handler.read_bytes(),
                "index_to_name.json": made.index().encode(),
            },
            modelFile=made.model_file.name,
        )
    )
    return path


@pytest.fixture(scope="module")
def settings(model):
    table = tomllib.loads(model_table("model_store/x.mar", model.subject.entering))["model"]
    return ModelSettings.model_validate(table)


def opened(file, settings) -> OpenedModel:
    return open_model(ModelFile.at(str(file), file), ModelChoice.of(settings))


def pictures(model: Trained, definition) -> np.ndarray:
    how = definition.preprocessing
    mode = "L" if how.channels == 1 else "RGB"
    images = [
        Image.open(io.BytesIO(one.image)).convert(mode)
        for one in model.pictures.traffic[:LOOKED_AT]
    ]
    size = (how.width, how.height)
    small = [np.asarray(one.resize(size, Image.Resampling.BILINEAR)) for one in images]
    return np.stack(small).reshape(len(small), how.height, how.width, how.channels)


def test_an_archive_of_the_example_tells_classes_as_its_server_does(model, file, settings):
    viewer = opened(file, settings)
    views = viewer.look(pictures(model, viewer.definition))

    names = viewer.definition.class_names
    right = [
        names[place] == one.name
        for place, one in zip(views.classes, model.pictures.traffic, strict=False)
    ]
    assert np.mean(right) > 0.9
    assert viewer.definition.found_layer == "the input of layers.2"
    assert views.known.all()


def test_an_archive_of_the_example_explains_its_answers(model, file, settings):
    viewer = opened(file, settings)
    how = viewer.definition.preprocessing
    shown = viewer.explain(pictures(model, viewer.definition)[:2], MOST_S)

    assert shown.attributions.shape == (2, how.height, how.width)
    assert (shown.attributions.max(axis=(1, 2)) > 0).all()


def test_its_class_does_not_run_without_consent(file, settings):
    refusing = settings.model_copy(update={"trust_code": False})
    with pytest.raises(ModelError, match="trust_code = true"):
        opened(file, refusing)
