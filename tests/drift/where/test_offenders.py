"""Which images are shown as the most unusual ones, and what is said of each."""

import numpy as np
import pandas as pd

from drift.observations.window_images import WindowImages
from drift.where.direction import Positions
from drift.where.offenders import find_offenders
from reference_stats.fingerprint import WORDS, Fingerprints
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile
from reports.findings.images import Offender

RANDOM = np.random.default_rng(31)
# From 0 to 100: the central 90 % are 5 to 95, the median is 50.
EVENLY = np.linspace(0.0, 100.0, 101)


def offenders(
    values: dict[str, list[float]],
    distances: dict[str, list[float]],
    fingerprints: Fingerprints | None = None,
    order: list[int] | None = None,
) -> tuple[Offender, ...]:
    count = len(next(iter(distances.values())))
    rows = pd.DataFrame(
        {
            "image": [f"{number:02}.jpg" for number in range(count)],
            "id": [str(number) for number in range(count)],
            "timestamp": pd.Timestamp("2025-03-04", tz="UTC"),
        }
    )
    places = order or list(range(count))
    current = pd.DataFrame(distances).iloc[places].reset_index(drop=True)
    window = WindowImages(
        rows=rows.iloc[places].reset_index(drop=True),
        features=pd.DataFrame(values, index=range(count)).iloc[places].reset_index(drop=True),
        fingerprints=None if fingerprints is None else fingerprints[places],
    )
    profile = ReferenceProfile(
        id="p-1",
        created_at=pd.Timestamp("2025-03-01", tz="UTC").to_pydatetime(),
        source="",
        settings_digest="",
        versions={},
        features=pd.DataFrame(dict.fromkeys(values, EVENLY)),
        predictions=PredictionTable.empty(),
        left_out={},
    )
    return find_offenders(Positions(reference=current.iloc[:0], current=current), window, profile)


def because(**numbers: tuple[float, float]) -> str:
    """Return what is said of one image; each number is its value and its distance."""
    values = {name: [value] for name, (value, _) in numbers.items()}
    (found,) = offenders(values, {name: [distance] for name, (_, distance) in numbers.items()})
    return found.because


def test_only_numbers_outside_of_what_is_usual_are_named() -> None:
    assert because(mean=(90.0, 3.0), sharpness=(-2.0, 1.5)) == (
        "blurrier (sharpness -2, reference 5 to 95)"
    )


def test_what_the_eye_sees_comes_before_what_lies_somewhat_farther_out() -> None:
    said = because(entropy=(120.0, 2.9), mean=(110.0, 1.5))

    assert said.startswith("brighter (brightness 110, reference 5 to 95), richer in grey levels")


def test_what_lies_more_than_twice_as_far_out_comes_first() -> None:
    said = because(entropy=(120.0, 3.1), mean=(110.0, 1.5))

    assert said.startswith("richer in grey levels (variety of grey levels 120, ")


def test_where_nothing_is_outside_the_farthest_is_named_with_care() -> None:
    assert because(mean=(80.0, 0.9), sharpness=(30.0, 0.5)) == (
        "rather brighter (brightness 80, reference 5 to 95)"
    )


def test_the_same_look_is_named_once() -> None:
    said = because(mean=(-5.0, 2.0), median=(-6.0, 1.9), sharpness=(-1.0, 1.2))

    assert said.count("darker") == 1
    assert "blurrier" in said


def test_numbers_without_a_look_are_put_into_words() -> None:
    assert because(mean=(50.0, 0.0), combination=(0.0, 3.0)) == "its numbers rarely go together"
    assert because(mean=(50.0, 0.0), near_copies=(0.0, 3.0)) == "one of several near-copies"


def test_an_image_on_the_other_side_of_the_drift_is_not_shown() -> None:
    found = offenders({"mean": [120.0, -20.0]}, {"mean": [2.0, -2.0]})

    assert [one.image for one in found] == ["00.jpg"]


def test_images_of_other_things_come_before_repeats_in_whatever_order_the_rows_are() -> None:
    prints = RANDOM.integers(0, 2**63, (6, 4)).astype(np.uint64)
    # The first three are one scene, and the last one lies hardly out at all.
    prints[1], prints[2] = prints[0] ^ np.uint64(3), prints[0] ^ np.uint64(5)
    distances = {"mean": [6.0, 5.9, 5.8, 4.0, 3.5, 0.2]}
    values = {"mean": [200.0] * 6}
    wanted = ["00.jpg", "03.jpg", "04.jpg", "01.jpg", "02.jpg", "05.jpg"]

    for order in (None, [5, 4, 3, 2, 1, 0], [2, 0, 5, 1, 4, 3]):
        assert [one.image for one in offenders(values, distances, prints, order)] == wanted


def test_of_many_images_those_that_lie_hardly_out_displace_no_repeat() -> None:
    prints = RANDOM.integers(0, 2**63, (40, 4)).astype(np.uint64)
    prints[:30] = prints[0]
    found = offenders({"mean": [200.0] * 40}, {"mean": [6.0] * 30 + [0.5] * 10}, prints)

    assert len(found) == 24
    assert all(one.score == 6.0 for one in found)


def test_of_very_many_images_the_farthest_are_shown_and_ties_go_by_name() -> None:
    count = 30_000
    distances = np.full(count, 3.0)
    distances[[70, 20_011]] = 5.0
    prints = RANDOM.integers(0, 2**64, size=(count, WORDS), dtype=np.uint64)
    order = RANDOM.permutation(count).tolist()
    shown = offenders({"mean": [99.0] * count}, {"mean": distances.tolist()}, prints, order)
    assert [one.image for one in shown[:2]] == ["20011.jpg", "70.jpg"]
    assert {one.score for one in shown[2:]} == {3.0}
    assert shown == offenders({"mean": [99.0] * count}, {"mean": distances.tolist()}, prints)
