"""What is said of a model's view, in sentences."""

from dataclasses import replace

import pytest

from reference_stats.model_view.view_scores import ENERGY, ENTROPY, NOVELTY
from reports.findings.answers import State
from reports.findings.model_view import ModelView, NovelGroup
from reports.words.movements import movement
from reports.words.of_view.sentences import (
    compared_with,
    expected_words,
    few_novel_words,
    group_class_words,
    novel_title,
    problem_words,
    view_line,
    view_phrase,
    what_looked,
)
from reports.words.segments import moved_words
from reports.words.wording import column_title
from tests.support.model_view_findings import SEEN, no_view, novel_images, unanswering_model
from tests.support.tested_segments import BESIDE_REFERENCE

SIZED = NovelGroup(images=("a",), reference_images=("b",), size=10, share=0.1, predicted="cat")


def test_a_reader_learns_which_layer_is_compared_and_with_what() -> None:
    assert what_looked(novel_images(), SEEN) == (
        "looked at 5,190 images of this window. Compared with the reference is the input of fc2, "
        "and how sure the model is of its answer."
    )
    assert compared_with(SEEN).startswith("Each image is compared with 803 images")
    assert "2 images of the reference could not be looked at: they are gone" in compared_with(SEEN)


def test_a_model_without_classes_is_not_said_to_be_sure() -> None:
    assert "how sure" not in what_looked(unanswering_model(), SEEN)


def test_images_that_the_model_did_not_look_at_are_counted() -> None:
    part = replace(SEEN, images=5000)

    assert "looked at 5,000 of 5,190 images" in what_looked(novel_images(), part)


def test_a_last_output_is_named_with_what_mends_it() -> None:
    seen = replace(SEEN, found_layer="the output", is_output=True)

    assert "name one as model.layer" in what_looked(novel_images(), seen)


@pytest.mark.parametrize(
    ("group", "said"),
    [
        (replace(SIZED, predicted=""), ""),
        (replace(SIZED, size=1, predicted_share=1.0), "The model calls it “cat”."),
        (replace(SIZED, predicted_share=1.0), "The model calls all of them “cat”."),
        (replace(SIZED, predicted_share=0.8), "The model calls most of them “cat” (80 %)."),
        (
            replace(SIZED, predicted_share=0.4),
            "The model has several names for them: “cat” for 40 %, others for fewer.",
        ),
    ],
)
def test_most_is_said_only_of_more_than_half(group: NovelGroup, said: str) -> None:
    assert group_class_words(group) == said


def test_a_missing_view_says_why_and_what_to_do() -> None:
    seen = no_view().model_view
    assert seen is not None
    assert problem_words(seen) == (
        "The model's view takes no part in this run's verdict: models/cats.mar is not there. "
        "Upload it, or correct model.path."
    )
    assert what_looked(no_view(), seen) == compared_with(seen) == ""


def test_one_image_shows_and_several_show() -> None:
    assert novel_title(replace(SEEN, novel_images=1, novel_expected=0.0)).startswith(
        "1 of 5,190 images shows things"
    )
    assert novel_title(SEEN) == "611 of 5,190 images show things that the reference does not"


def test_hardly_any_novel_image_is_said_without_alarm() -> None:
    quiet = replace(SEEN, novel_images=48, novel=())

    assert few_novel_words(quiet).startswith("48 images of 5,190 are more novel")
    assert few_novel_words(SEEN) == ""


def test_a_message_has_a_line_where_the_view_drifted_or_is_missing() -> None:
    most = replace(SEEN, novel=(replace(SEEN.novel[0], size=500),))

    assert view_line(replace(novel_images(), model_view=most)) == (
        "Model's view: 611 of 5,190 images show things that the reference does not; the model "
        "calls most of them “cat”. Accuracy cannot be estimated on them."
    )
    assert "calls most" not in view_line(novel_images())
    assert view_line(no_view()) == "Model's view: missing, see the report"
    assert view_line(replace(novel_images(), model_view=None)) == ""


def test_a_quiet_view_adds_nothing_to_a_message() -> None:
    run = novel_images()
    quiet = tuple(replace(one, state=State.STEADY) for one in run.view)

    assert view_line(replace(run, view=quiet)) == ""


def test_certainty_alone_is_not_called_new() -> None:
    assert view_phrase((ENERGY.name, ENTROPY.name)) == "how certain the model is has changed"
    both = (ENERGY.name, NOVELTY.name)
    assert view_phrase(both) == "images show things that the reference does not"


@pytest.mark.parametrize(
    ("direction", "said"),
    [
        ("up", "more novel to the model"),
        ("down", "less novel to the model"),
        ("upper_tail", "more novel to the model than 99.5 % of the reference; 0.5 % is usual"),
    ],
)
def test_a_number_of_the_view_reads_as_a_sentence(direction: str, said: str) -> None:
    column = replace(novel_images().view[0], direction=direction)

    assert movement(column, NOVELTY).meaning == said


def test_a_number_of_the_view_has_words_in_a_segment() -> None:
    segment = replace(BESIDE_REFERENCE.tested[0].strongest, direction="up", effect=1.3)

    assert column_title(NOVELTY.name, {NOVELTY.name: NOVELTY}) == "Novelty to the model"
    assert moved_words(segment, NOVELTY).startswith("more novel to the model by 1.3")


def test_a_view_without_a_window_has_no_sentences() -> None:
    empty = ModelView(model="m.mar")

    assert problem_words(empty) == few_novel_words(empty) == ""


def test_where_no_image_stands_out_the_number_is_not_said_to_show_new_things() -> None:
    alike = replace(SEEN, novel_images=53, stands_out=False)

    assert novel_title(alike) == "The images that are newest to the model"
    assert "hardly one stands out by itself: 53 images of 5,190" in expected_words(alike)
    assert view_line(replace(novel_images(), model_view=alike)) == (
        "Model's view: images show things that the reference does not"
    )
    assert "about 52 would be by chance" in expected_words(SEEN)


def test_beside_images_that_the_model_was_trained_on_no_number_is_said_to_be_new() -> None:
    known = replace(SEEN, novel_images=None, novel_expected=None, stands_out=False)

    assert novel_title(known) == "The images that are newest to the model"
    assert "0 images" not in expected_words(known)
    assert "The most novel fifth, 60 at most, is grouped here." in expected_words(known)
    assert few_novel_words(known) == ""
