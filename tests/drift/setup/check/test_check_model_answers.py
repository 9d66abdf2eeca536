"""Whether a model that is opened answers as the log says that it did."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from drift.observations.window_images import WindowImages
from drift.setup.check.model_answers import check_answers
from drift.setup.check.result import CheckState
from reference_stats.model_view.definition import Preprocessing, ViewDefinition
from reference_stats.model_view.views import ImageViews

DEFINITION = ViewDefinition(
    model="models/pets.onnx",
    digest="d",
    kind="onnx",
    preprocessing=Preprocessing(height=8, width=8, channels=1, mean=(0.0,), std=(1.0,)),
    layer=None,
    runtime="onnxruntime on cpu",
    found_layer="the input of fc",
    is_output=False,
    width=4,
    classes=3,
)
NAMED = replace(DEFINITION, class_names=("Cat", "dog", "fox"))


def window(logged, places) -> WindowImages:
    views = ImageViews.unknown(len(places), 4)
    views = replace(
        views, classes=np.array(places, np.int32), known=np.ones(len(places), dtype=np.bool_)
    )
    rows = pd.DataFrame({"image": [f"{at}.png" for at in range(len(logged))], "prediction": logged})
    return WindowImages(rows=rows, features=pd.DataFrame(index=rows.index), views=views)


def said(logged, places, definition):
    return list(check_answers(window(logged, places), definition))


def test_a_model_that_answers_as_the_log_says_is_right():
    (check,) = said(["cat", "dog", "fox"] * 10, [0, 1, 2] * 10, NAMED)
    assert check.state is CheckState.OK
    assert check.found == "its class is that of the log for 30 of 30 images tried"


def test_a_model_that_answers_otherwise_is_to_be_looked_at():
    (check,) = said(["cat", "dog", "fox"] * 10, [0, 0, 0] * 10, NAMED)
    assert check.state is CheckState.LOOK
    assert "10 of 30" in check.found
    assert "model.mean" in check.mend or "mean" in check.mend


def test_a_log_of_numbers_is_read_as_the_places_of_classes():
    (check,) = said(["0", "1", "2"] * 10, [0, 1, 2] * 10, DEFINITION)
    assert check.state is CheckState.OK


def test_a_log_of_other_numbers_than_places_is_put_side_by_side():
    (check,) = said(["0", "1", "9"] * 10, [0, 1, 2] * 10, DEFINITION)
    assert check.state is CheckState.OK
    assert "put side by side" in check.found


def test_classes_without_names_are_put_side_by_side():
    (check,) = said(["a", "b", "c"] * 10, [2, 0, 1] * 10, DEFINITION)
    assert check.state is CheckState.OK
    assert "30 of 30" in check.found


def test_classes_without_names_that_do_not_fit_are_to_be_looked_at():
    (check,) = said(["a", "b", "c"] * 10, [1, 1, 1] * 10, DEFINITION)
    assert check.state is CheckState.LOOK


def test_images_that_the_model_has_not_looked_at_do_not_count():
    tried = window(["cat", "dog", "fox"] * 10, [0, 1, 2] * 10)
    known = tried.views.known.copy()
    known[:5] = False
    tried = replace(tried, views=replace(tried.views, known=known))
    (check,) = check_answers(tried, NAMED)
    assert "25 of 25" in check.found


@pytest.mark.parametrize(
    ("logged", "places", "definition"),
    [
        (["cat"] * 5, [0] * 5, NAMED),
        ([None] * 30, [0] * 30, NAMED),
        (["a", "b"] * 15, [0, 1] * 15, replace(DEFINITION, classes=100)),
        (["a", "b"] * 15, [-1] * 30, replace(DEFINITION, classes=0)),
    ],
    ids=["few images", "no classes in the log", "many classes", "no classes in the model"],
)
def test_nothing_is_said_where_nothing_can_be(logged, places, definition):
    assert said(logged, places, definition) == []
