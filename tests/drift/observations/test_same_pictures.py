"""A picture is known again by its numbers, and only where it is the very same."""

import numpy as np
import pandas as pd
import pytest

from drift.observations.same_pictures import PictureKeys, reference_pictures
from tests.support.two_sides import NAMES, pictures, profile_of, saved_anew


def test_images_with_the_same_numbers_are_one_picture_however_the_file_is_stored():
    images = pictures(4, seed=1).iloc[[0, 1, 0, 2]].reset_index(drop=True)
    images.loc[2, ["size_bytes", "bits_per_pixel"]] = [9_999.0, 8.0]
    assert reference_pictures(profile_of(images)).tolist() == [0, 1, 0, 3]


@pytest.mark.parametrize("name", ["mean", "sharpness", "width"])
def test_one_other_number_is_another_picture(name):
    images = pictures(1, seed=1).iloc[[0, 0]].reset_index(drop=True)
    images.loc[1, name] += 0.001
    assert reference_pictures(profile_of(images)).tolist() == [0, 1]


def test_a_number_that_another_machine_rounds_in_another_way_is_the_same():
    images = pictures(200, seed=1)
    again = images.assign(**{name: images[name] * (1 + 1e-15) for name in NAMES})
    both = pd.concat([images, again], ignore_index=True)
    found = reference_pictures(profile_of(both))
    assert (found[200:] == np.arange(200)).mean() > 0.98


def test_near_copies_are_pictures_of_their_own():
    images = pictures(5, seed=1)
    both = pd.concat([images, saved_anew(images, flips=0)], ignore_index=True)
    assert reference_pictures(profile_of(both)).tolist() == list(range(10))


def test_a_table_of_a_few_coarse_numbers_knows_no_picture_again():
    table = pd.DataFrame({"mean": [120.0, 120.0], "max_pixel": [255.0, 255.0]})
    assert not PictureKeys.of(table, list(table.columns), None).known.any()


def test_a_table_of_features_knows_pictures_again_without_fingerprints():
    images = pictures(3, seed=1).iloc[[0, 1, 1, 2]].reset_index(drop=True)
    assert reference_pictures(profile_of(images, known=False)).tolist() == [0, 1, 1, 3]


def test_missing_numbers_agree_with_each_other():
    images = pictures(1, seed=1).iloc[[0, 0]].reset_index(drop=True)
    images["blockiness"] = np.nan
    assert reference_pictures(profile_of(images)).tolist() == [0, 0]
