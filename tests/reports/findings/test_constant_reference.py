"""The words for a number whose reference is constant."""

import dataclasses

import pytest

from reports.findings.answers import State
from reports.findings.constant_reference import ConstantReference, difference_words, reference_words
from reports.findings.effect_sizes import LARGEST_EFFECT, capped, sigmas
from reports.words.movements import deviations
from reports.words.numbers import SIGMA
from reports.words.whereabouts import distance_unit, segment_words
from tests.support.findings import drifted, segment

WHITE = ConstantReference(
    low=255.0,
    high=255.0,
    resolution=1.0,
    reference_images=120,
    images=160,
    lowest=254.0,
    highest=254.0,
)


def test_the_window_is_told_by_its_own_values() -> None:
    assert difference_words(WHITE, 1600) == "254 in 10 % of the images"
    some = dataclasses.replace(WHITE, images=37, lowest=101.5, highest=200.0)
    assert difference_words(some, 160) == "102 to 200 in 23 % of the images"
    assert difference_words(some, 3_701) == "102 to 200 in less than 1 % of the images"
    assert difference_words(some, 37) == "102 to 200 in all images"
    same = dataclasses.replace(WHITE, images=0, lowest=None, highest=None)
    assert difference_words(same, 160) == "the same"
    near = dataclasses.replace(same, low=254.0)
    assert difference_words(near, 160) == "within the same range"


def test_values_that_differ_are_not_told_alike() -> None:
    third = dataclasses.replace(WHITE, low=1 / 3, high=1 / 3, lowest=0.3333334, highest=0.3333334)
    assert reference_words(third, 120) == "0.333333 in all of the reference"
    assert difference_words(third, 160) == "0.3333334 in all images"


def test_segments_of_a_constant_are_counted_in_steps_of_the_resolution() -> None:
    run = drifted()
    assert distance_unit(run) == SIGMA
    white = dataclasses.replace(run.features[0], state=State.DRIFT, constant=WHITE)
    only = dataclasses.replace(run, features=(white,))
    assert distance_unit(only) == "steps of the resolution"
    words = segment_words(segment("camera", "B"), distance_unit(only))
    assert "(2.10\N{NO-BREAK SPACE}steps of the resolution" in words
    assert SIGMA not in words


def test_the_reference_is_told_by_its_value_or_its_narrow_range() -> None:
    assert reference_words(WHITE, 120) == "255 in all of the reference"
    assert reference_words(WHITE, 1200) == "255 in nearly all of the reference"
    narrow = dataclasses.replace(WHITE, low=0.51512, high=0.51522)
    assert reference_words(narrow, 120) == "0.5151 to 0.5152 in all of the reference"


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (1 / 3, "0.333333"), (921_654.0, "921654"), (1e9, "1000000000"), (0.1, "0.1")],
)
def test_a_value_has_as_many_digits_as_people_need(value: float, words: str) -> None:
    constant = dataclasses.replace(WHITE, low=value, high=value)
    assert reference_words(constant, 120) == f"{words} in all of the reference"


def test_no_size_is_said_beyond_the_cap() -> None:
    assert capped(-9.1e15) == -LARGEST_EFFECT
    assert capped(3.0) == 3.0
    assert sigmas(9.1e15) == "more than 100 sigma"
    assert sigmas(0.814) == "0.81 sigma"
    assert deviations(9.1e15) == f"more than 100\N{NO-BREAK SPACE}{SIGMA}"
    far = dataclasses.replace(segment("camera", "B"), effect=LARGEST_EFFECT)
    assert f"(more than 100\N{NO-BREAK SPACE}{SIGMA}" in segment_words(far)
