"""A picture that lies in the reference's folder many times counts once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.align import line_up
from drift.comparison.compare import Comparison, compare
from drift.observations.reference.copies import count_copies, without_copies, words_of_copies
from drift.observations.side_copies import find_copies
from drift.observations.units import Units, find_units
from drift.observations.window_images import WindowImages
from jobs.job_file.job import DetectionSettings
from jobs.job_file.prediction_settings import LogColumns
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile
from reports.findings.answers import State
from tests.support.two_sides import BURST, NAMES, pictures, profile_of, saved_anew, window_of


def five_hundred_times_one(others: int = 100) -> pd.DataFrame:
    images = pictures(1 + others, seed=1)
    # As odd as a picture may be.
    images.loc[0, NAMES] = 3.0
    return images.iloc[[0] * 500 + list(range(1, others + 1))].reset_index(drop=True)


def units_of(profile: ReferenceProfile, window: WindowImages) -> Units:
    return find_units(profile, window, find_copies(profile, window, burst=BURST))


def compared(profile: ReferenceProfile, window: WindowImages) -> Comparison:
    lined_up = line_up(profile, window, units_of(profile, window), LogColumns(), ())
    return compare(lined_up, DetectionSettings())


def test_one_picture_five_hundred_times_is_one_unit_and_no_drift():
    profile, window = profile_of(five_hundred_times_one()), window_of(pictures(160, seed=2))
    units = units_of(profile, window)
    assert units.reference.first.tolist() == [0, *range(500, 600)]
    assert not units.reference.copies.any()
    assert not compared(profile, window).has_drifted


def test_it_is_said_in_one_sentence():
    profile = profile_of(five_hundred_times_one())
    assert words_of_copies(profile) == (
        "499 of 600 reference images are copies of one; each picture counts once, so the reference "
        "is 101 different pictures"
    )
    assert count_copies(profile).different_words() == "600 images (101 different)"


def test_copies_of_several_pictures_are_counted_together():
    twice = pictures(30, seed=1).iloc[[*range(30), 3, 3, 7]].reset_index(drop=True)
    assert words_of_copies(profile_of(twice)).startswith(
        "3 of 33 reference images are copies of 2 others;"
    )


def test_nothing_is_said_where_all_are_different():
    profile = profile_of(pictures(30, seed=1))
    assert words_of_copies(profile) == ""
    assert without_copies(profile) is profile


def test_what_is_usual_in_the_reference_is_told_without_its_copies():
    kept = without_copies(profile_of(five_hundred_times_one()))
    assert kept.images == 101
    assert kept.records is not None
    assert kept.records["image"].tolist()[:2] == ["reference/00000.jpg", "reference/00500.jpg"]


def test_a_log_counts_by_bursts_on_both_sides():
    """What was sent twice was asked twice, as in the window."""
    images = pictures(4, seed=1).iloc[[0, 1, 0, 2]].reset_index(drop=True)
    profile = profile_of(images, minutes=[0, 60, 120, 180])
    units = units_of(profile, window_of(pictures(5, seed=2)))
    assert units.reference.first.tolist() == [0, 1, 2, 3]
    assert without_copies(profile) is profile
    assert "they count by bursts" in words_of_copies(profile)


def test_a_table_of_features_counts_equal_rows_once():
    profile = profile_of(five_hundred_times_one(), known=False)
    units = units_of(profile, window_of(pictures(20, seed=2)))
    assert len(units.reference.first) == 101
    assert not units.reference.known


def test_a_camera_that_stands_still_keeps_its_images():
    """600 near-copies of one scene are cut into units of 25, as a covered lens is."""
    scene = saved_anew(pictures(1, seed=1).iloc[[0] * 600].reset_index(drop=True), flips=3)
    profile = profile_of(scene)
    assert words_of_copies(profile) == ""
    assert len(units_of(profile, window_of(pictures(5, seed=2))).reference.first) == 24


def test_a_placeholder_as_frequent_on_both_sides_is_no_drift():
    """One in twelve, on either side; it counts once there and once here."""
    placeholder = pictures(1, seed=9).assign(**dict.fromkeys(NAMES, 3.0))
    reference = pd.concat([pictures(900, seed=1), *[placeholder] * 80], ignore_index=True)
    window = pd.concat([pictures(150, seed=2), *[placeholder] * 13], ignore_index=True)
    both = profile_of(reference), window_of(window)
    assert len(units_of(*both).current.first) == 151
    assert not compared(*both).has_drifted


def test_a_camera_that_froze_on_a_picture_of_the_reference_still_drifts():
    images = pictures(300, seed=1)
    images.loc[0, NAMES] = 3.0
    frozen = window_of(images.iloc[[0] * 200].reset_index(drop=True))
    profile = profile_of(images)
    assert len(units_of(profile, frozen).current.first) == 8
    assert compared(profile, frozen).has_drifted


@pytest.mark.parametrize("saved", [True, False])
def test_more_near_copies_in_the_folder_than_in_traffic_are_no_drift(saved):
    images = pictures(60, seed=1)
    many = images.iloc[np.repeat(np.arange(60), 10)].reset_index(drop=True)
    profile = profile_of(saved_anew(many) if saved else many)
    near = next(
        one
        for one in compared(profile, window_of(pictures(200, seed=2))).features
        if one.name == "near_copies"
    )
    assert near.state is not State.DRIFT


def nights_and_days(seed: int) -> pd.DataFrame:
    """Every third image is a night of one camera, and all nights look alike."""
    days, night = pictures(120, seed), pictures(1, seed=1)
    night[NAMES] = 3.0
    nights = saved_anew(night.iloc[[0] * 60].reset_index(drop=True), flips=2)
    return pd.concat([days, nights], ignore_index=True)


def test_a_scene_as_frequent_on_both_sides_is_no_drift_though_the_folder_has_no_times():
    profile, window = profile_of(nights_and_days(seed=2)), window_of(nights_and_days(seed=3))
    units = units_of(profile, window)
    assert len(units.reference.first) == len(units.current.first) == 120 + 3
    assert not compared(profile, window).has_drifted


def test_a_scene_that_the_reference_shows_once_keeps_its_images():
    profile, window = profile_of(pictures(120, seed=2)), window_of(nights_and_days(seed=3))
    assert len(units_of(profile, window).current.first) == 180
    assert compared(profile, window).has_drifted


def test_predictions_that_name_no_image_are_not_held_against_scenes():
    profile = profile_of(nights_and_days(seed=2))
    said = PredictionTable(rows=pd.DataFrame({"prediction": ["day"] * 120 + ["night"] * 60}))
    units = units_of(replace(profile, predictions=said), window_of(nights_and_days(seed=3)))
    assert units.predicted.number == units.reference_predicted.number == 180
