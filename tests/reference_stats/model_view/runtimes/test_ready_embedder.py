"""The embedder whose weights a package ships."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from reference_stats.model_view.files.choice import READY_EMBEDDER, ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.runtimes.opening import open_model

pytestmark = pytest.mark.slow

EGYPTIAN_CAT, ESPRESSO = 285, 967


@pytest.fixture(scope="module")
def embedder():
    return open_model(ModelFile.ready_embedder(), ModelChoice(path=READY_EMBEDDER))


def shown(*names):
    images = [Image.fromarray(getattr(data, name)()).resize((224, 224)) for name in names]
    return np.stack([np.asarray(one, dtype=np.uint8) for one in images])


def test_it_knows_a_cat_and_a_coffee(embedder):
    views = embedder.look(shown("chelsea", "coffee"))

    assert views.classes.tolist() == [EGYPTIAN_CAT, ESPRESSO]
    assert (views.answers[:, 2] > 0.7).all()


def test_it_says_what_it_is(embedder):
    said = embedder.definition

    assert (said.found_layer, said.width, said.classes) == ("the input of _fc", 1280, 1000)
    assert (said.kind, said.is_output, len(said.digest)) == ("state_dict", False, 64)
    assert (said.preprocessing.height, said.preprocessing.resize) == (224, None)


def test_an_image_has_the_same_numbers_in_any_company(embedder):
    several = shown("chelsea", "coffee", "rocket")

    alone = [embedder.look(several[place : place + 1]) for place in range(3)]
    together = embedder.look(several[::-1])

    for place in range(3):
        np.testing.assert_array_equal(alone[place].embeddings[0], together.embeddings[2 - place])


def test_a_layer_in_its_middle_can_be_named():
    choice = ModelChoice(path=READY_EMBEDDER, layer="_conv_head")

    said = open_model(ModelFile.ready_embedder(), choice).definition

    assert (said.found_layer, said.width) == ("the input of _conv_head", 320)
