"""A reference of one scene is told, and whether the window shows that scene."""

import pandas as pd
import pytest

from drift.observations.reference.copies import without_copies
from drift.observations.reference.one_scene import find_one_scene
from tests.support.two_sides import NAMES, pictures, profile_of, saved_anew, window_of


def scene(number: int) -> pd.DataFrame:
    return saved_anew(pictures(1, seed=3).iloc[[0] * number].reset_index(drop=True), flips=3)


def both(*parts: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)


def test_a_picture_that_was_saved_anew_again_and_again_is_told_where_the_window_has_none():
    reference = profile_of(both(scene(480), pictures(120, seed=1)))
    found = find_one_scene(reference, window_of(pictures(160, seed=2)))
    assert found is not None
    assert (found.reference.count, found.reference.total) == (480, 600)
    assert found.window.count == 0
    assert found.is_gone


def test_a_camera_that_stands_where_it_stood_is_no_change():
    found = find_one_scene(profile_of(scene(300)), window_of(scene(50)))
    assert found is not None
    assert not found.is_gone


@pytest.mark.parametrize("alike", [0, 200])
def test_a_reference_that_mostly_shows_other_things_is_none(alike):
    reference = both(scene(alike), pictures(300, seed=1))
    assert find_one_scene(profile_of(reference), window_of(pictures(20, seed=2))) is None


def test_the_very_same_picture_counts_once():
    same = pictures(1, seed=3).iloc[[0] * 500]
    reference = without_copies(profile_of(both(same, pictures(100, seed=1))))
    assert find_one_scene(reference, window_of(pictures(20, seed=2))) is None


def test_flat_images_are_no_scene():
    black = pictures(1, seed=5).assign(**dict.fromkeys(NAMES, 0.0), fingerprint=bytes(32))
    flat = both(*[black.assign(mean=float(number)) for number in range(100)])
    assert find_one_scene(profile_of(flat), window_of(pictures(20, seed=2))) is None


def test_a_table_of_features_shows_no_scene():
    reference = profile_of(scene(100), known=False)
    assert find_one_scene(reference, window_of(pictures(20, seed=2))) is None
