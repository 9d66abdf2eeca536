"""Classes that are likely the same, spelled anew."""

import pandas as pd
import pytest

from drift.comparison.columns.class_spelling import likely_renaming
from drift.comparison.columns.columns import Sides


def renamed(then: dict[str, int], now: dict[str, int]) -> dict[str, str]:
    return likely_renaming(
        Sides(reference=pd.Series(then, dtype=float), current=pd.Series(now, dtype=float))
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tabby cat", "tabby_cat"),
        ("german shepherd", "German Shepherd"),
        ("german shepherd", "GermanShepherd"),
        ("pâté bird", "pate bird"),
        ("pâté bird", "pÃ¢tÃ© bird"),
        ("a", "A"),
        ("labrador retriever", "labrador retreiver"),
        ("class 12 cat", "class-12-cat"),
    ],
)
def test_a_class_that_went_while_a_like_spelled_one_came_is_a_renaming(old, new):
    assert renamed({old: 50, "dog": 50}, {new: 48, "dog": 52}) == {new: old}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("class 12", "class 13"),
        ("1.5", "15"),
        ("-1", "1"),
        ("cat", "dog"),
        ("male", "female"),
        ("c", "c++"),
    ],
)
def test_other_classes_are_no_renaming(old, new):
    assert renamed({old: 50, "x": 50}, {new: 50, "x": 50}) == {}


def test_classes_that_both_sides_tell_apart_are_two():
    assert renamed({"Turkey": 20, "turkey": 30}, {"Turkey": 40, "turkey": 10}) == {}


def test_a_renaming_that_falls_into_a_side_is_one_too():
    assert renamed({"tabby cat": 60}, {"tabby cat": 20, "tabby_cat": 40}) == {
        "tabby_cat": "tabby cat"
    }
    assert renamed({"tabby cat": 30, "tabby_cat": 30}, {"tabby_cat": 60}) == {
        "tabby_cat": "tabby cat"
    }


def test_one_letter_beside_the_old_one_is_a_class_of_its_own():
    assert renamed({"a": 60}, {"a": 20, "A": 40}) == {}


def test_rare_classes_that_differ_in_letters_are_not_paired():
    assert renamed({"kit fox den": 2}, {"kit fox dens": 2}) == {}


def test_nothing_is_renamed_where_nothing_changed():
    assert renamed({"cat": 3, "Cat": 4}, {"Cat": 4, "cat": 3}) == {}
