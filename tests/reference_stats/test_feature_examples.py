"""The examples of the image features say what the features give."""

import io

import numpy as np
import PIL.Image
import pytest

from reference_stats.decoding.decode import decode_image, image_from_pixels
from reference_stats.features import families
from reference_stats.features.registry import FEATURES
from tests.support.docstring_examples import assert_holds, examples_of

EXAMPLES = examples_of(families)
TAKEN_FOR_GRANTED = {
    "io": io,
    "np": np,
    "PIL": PIL,
    "decode_image": decode_image,
    "image_from_pixels": image_from_pixels,
}


@pytest.mark.parametrize("test", EXAMPLES, ids=lambda test: test.name.rpartition(".")[2])
def test_the_examples_hold(test):
    assert_holds(test, TAKEN_FOR_GRANTED)


def test_every_feature_has_an_example():
    shown = {test.name for test in EXAMPLES}

    assert {f"{one.compute.__module__}.{one.compute.__name__}" for one in FEATURES} <= shown
