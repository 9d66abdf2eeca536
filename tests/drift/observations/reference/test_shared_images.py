"""Images on both sides are found, and images that are merely alike are not taken for them."""

import numpy as np
import pandas as pd
import pytest

from drift.observations.near_copies.between_sides import match_near_copies
from drift.observations.reference.shared_images import NEARLY_ALL, find_shared
from reference_stats.fingerprint import stack_fingerprints
from tests.support.two_sides import NAMES, pictures, profile_of, saved_anew, window_of


def both(*parts: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)


def test_the_windows_own_images_in_the_reference_are_counted():
    window = pictures(160, seed=1)
    shared = find_shared(profile_of(both(pictures(300, seed=2), window[:120])), window_of(window))
    assert (shared.images.count, shared.images.total) == (120, 160)
    assert shared.share == pytest.approx(0.75)
    assert shared.saved_anew == 0


def test_images_that_were_saved_anew_are_found_as_near_copies():
    window = pictures(160, seed=1)
    reference = both(pictures(300, seed=2), saved_anew(window[:120]))
    shared = find_shared(profile_of(reference), window_of(window))
    assert shared.saved_anew == pytest.approx(120, abs=3)
    assert shared.share == pytest.approx(0.75, abs=0.03)


def test_unlike_images_share_nothing():
    shared = find_shared(profile_of(pictures(300, seed=2)), window_of(pictures(160, seed=1)))
    assert shared.images.count == shared.window.count == shared.reference.count == 0


def test_a_reference_that_is_a_small_part_of_the_window_is_compared_with_itself():
    window = pictures(400, seed=1)
    shared = find_shared(profile_of(window[:12]), window_of(window))
    assert shared.window.share == pytest.approx(0.03)
    assert shared.share == 1.0 > NEARLY_ALL


def test_one_picture_of_a_health_check_weighs_nothing_however_often_it_came():
    check = pictures(1, seed=5)
    window = both(pictures(20, seed=1), *[check] * 100)
    shared = find_shared(profile_of(both(pictures(30, seed=2), check)), window_of(window))
    assert (shared.images.count, shared.window.count) == (100, 1)
    assert shared.share == 0.0


def test_flat_images_are_equal_by_chance_and_not_shared():
    black = pictures(1, seed=5).assign(**dict.fromkeys(NAMES, 0.0), fingerprint=bytes(32))
    dark = both(*[black] * 50)
    shared = find_shared(profile_of(both(pictures(30, seed=2), dark)), window_of(dark))
    assert shared.images.count == 0


def test_scenes_that_repeat_within_the_reference_are_no_overlap():
    """Cameras that stand still: any image looks like some other, on either side."""
    scenes = pictures(40, seed=3)
    reference = saved_anew(both(*[scenes] * 8), flips=3)
    window = saved_anew(both(*[scenes] * 4), flips=4)
    assert find_shared(profile_of(reference), window_of(window)).share == 0.0


def test_many_images_of_a_few_things_that_the_reference_shows_once_are_no_overlap():
    products = pictures(12, seed=3)
    window = saved_anew(both(*[products] * 15), flips=4)
    assert find_shared(profile_of(products), window_of(window)).saved_anew == 0


def test_a_table_of_features_is_compared_by_its_numbers():
    window = pictures(50, seed=1)
    shared = find_shared(profile_of(window, known=False), window_of(window))
    assert shared.images.count == 50


def test_an_empty_window_shares_nothing():
    shared = find_shared(profile_of(pictures(20, seed=2)), window_of(pictures(0, seed=1)))
    assert shared.share == 0.0
    assert not shared.is_all


def test_the_order_of_the_rows_does_not_matter():
    window = pictures(160, seed=1)
    profile = profile_of(both(pictures(300, seed=2), saved_anew(window[:120], flips=9)))
    mixed = window.sample(frac=1, random_state=3).reset_index(drop=True)
    assert find_shared(profile, window_of(mixed)) == find_shared(profile, window_of(window))


def test_both_images_of_a_pair_are_told_and_pairs_within_the_window_are_not():
    reference = stack_fingerprints(list(pictures(50, seed=1)["fingerprint"]))
    ours = both(saved_anew(pictures(50, seed=1)[:3]), pictures(40, seed=4), pictures(2, seed=4))
    matches = match_near_copies(reference, stack_fingerprints(list(ours["fingerprint"])))
    assert np.flatnonzero(matches.current).tolist() == [0, 1, 2]
    assert np.flatnonzero(matches.reference).tolist() == [0, 1, 2]
    assert not matches.within_reference.any()
