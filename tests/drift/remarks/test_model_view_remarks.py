"""What is said of the model that looks at the images, beside its findings."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from drift.remarks.model_view import model_view_remarks
from reports.findings.model_view import ModelView
from reports.findings.remarks import RemarkWeight
from tests.support.model_view_findings import SEEN

CALM = replace(SEEN, unknown=0)


def remarks(seen: ModelView | None) -> dict[str, str]:
    """Return the texts of the remarks by their codes; without a view no run is steady."""
    data = SimpleNamespace(model_view=seen, profile=SimpleNamespace(images=1_200))
    found = list(model_view_remarks(data))
    weighty = [one.code for one in found if one.weight is RemarkWeight.NOT_STEADY]
    assert weighty == ["model_view_missing"] * bool(seen and seen.problem)
    assert {one.weight for one in found} <= {RemarkWeight.NOTE, RemarkWeight.NOT_STEADY}
    return {one.code: one.text for one in found}


@pytest.mark.parametrize("seen", [None, CALM, replace(SEEN, unknown=2)])
def test_nothing_is_said_of_a_view_that_is_whole(seen):
    assert remarks(seen) == {}


def test_a_view_that_takes_no_part_is_said_with_what_to_do():
    problem = "models/cats.mar: there is no such file. Upload it, or correct model.path."

    said = remarks(replace(CALM, problem=problem, unknown=700))

    assert list(said) == ["model_view_missing"]
    assert problem in said["model_view_missing"]
    assert "The verdict rests on everything else." in said["model_view_missing"]


def test_many_images_of_the_reference_that_are_gone_are_said():
    said = remarks(replace(CALM, unknown=120))

    assert "120 of the reference's 1,200 images" in said["reference_images_unseen"]
    assert "drift profile build" in said["reference_images_unseen"]


def test_an_embedding_that_is_the_last_output_is_said_with_how_to_name_another():
    said = remarks(replace(CALM, is_output=True, found_layer="the output logits"))

    assert "the output logits, its last output" in said["model_view_of_output"]
    assert "model.layer" in said["model_view_of_output"]


def test_images_that_the_model_fails_on_are_counted_with_one_name():
    failing = replace(CALM, failed=1, failed_in_reference=2, unknown=2, failed_image="a/plain.png")

    said = remarks(failing)

    assert list(said) == ["images_the_model_fails_on"]
    told = said["images_the_model_fails_on"]
    assert "1 image of the window and 2 images of the reference" in told
    assert "such as a/plain.png" in told
    assert list(remarks(replace(failing, problem="m.mar: it died."))) == ["model_view_missing"]


def test_images_of_the_reference_that_the_model_fails_on_are_not_said_to_be_gone():
    said = remarks(replace(CALM, failed_in_reference=100, unknown=110, failed_image="a.png"))

    assert list(said) == ["images_the_model_fails_on"]
