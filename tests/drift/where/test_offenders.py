"""Which images are shown as the most unusual ones, and what is said of each."""

import dataclasses
import math

import numpy as np
import pandas as pd

from drift.comparison.columns.columns import AlignedRows
from drift.comparison.compare import Comparison
from drift.observations.window_images import WindowImages
from drift.where.direction import Positions, drift_positions
from drift.where.offenders import (
    MOST_LISTED,
    RankedImages,
    find_offenders,
    list_affected,
    offenders_in_turn,
    rank_images,
)
from reference_stats.fingerprint import WORDS, Fingerprints
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile
from reports.findings.answers import State
from reports.findings.columns import Finding, Pile
from reports.findings.images import Offender
from reports.publishing.affected_csv import AffectedImages
from tests.support.window_segments import window_segments

RANDOM = np.random.default_rng(31)
# From 0 to 100: the central 90 % are 5 to 95, the median is 50.
EVENLY = np.linspace(0.0, 100.0, 101)
PROFILE_TIME = pd.Timestamp("2025-03-01", tz="UTC").to_pydatetime()


def profile_of(names: list[str]) -> ReferenceProfile:
    return ReferenceProfile(
        id="p-1",
        created_at=PROFILE_TIME,
        source="",
        settings_digest="",
        versions={},
        features=pd.DataFrame(dict.fromkeys(names, EVENLY)),
        predictions=PredictionTable.empty(),
        left_out={},
    )


def window_of(values: pd.DataFrame, prints: Fingerprints | None, places: list[int]) -> WindowImages:
    rows = pd.DataFrame(
        {
            "image": [f"{number:02}.jpg" for number in places],
            "id": [str(number) for number in places],
            "timestamp": pd.Timestamp("2025-03-04", tz="UTC"),
        }
    )
    return WindowImages(
        rows=rows,
        features=values.iloc[places].reset_index(drop=True),
        fingerprints=None if prints is None else prints[places],
    )


def comparison_of(drifted: list[str], tested: list[str]) -> Comparison:
    features = [
        Finding(name=name, unit="", state=State.DRIFT, p_value=0.001, direction="up")
        for name in drifted
    ] + [Finding(name=name, unit="", state=State.STEADY, p_value=0.5) for name in tested]
    return Comparison(
        features=tuple(features),
        predictions=(),
        joint=None,
        smallest_effect=None,
        images_needed=None,
        evidence=None,
    )


def offenders(
    values: dict[str, list[float]],
    distances: dict[str, list[float]],
    fingerprints: Fingerprints | None = None,
    order: list[int] | None = None,
) -> tuple[Offender, ...]:
    """Return what is shown of a window whose reference has no image on the side of the drift."""
    places = order or list(range(len(next(iter(distances.values())))))
    current = pd.DataFrame(distances).iloc[places].reset_index(drop=True)
    window = window_of(pd.DataFrame(values), fingerprints, places)
    positions = Positions(reference=current.iloc[:1] * 0.0, current=current)
    rows = AlignedRows(reference=positions.reference, current=current)
    ranked = rank_images(positions, rows, comparison_of(list(distances), []), window)
    return find_offenders(ranked, window, profile_of(list(values)))


def because(**numbers: tuple[float, float]) -> str:
    """Return what is said of one image; each number is its value and its distance."""
    values = {name: [value] for name, (value, _) in numbers.items()}
    (found,) = offenders(values, {name: [distance] for name, (_, distance) in numbers.items()})
    return found.because


def test_images_of_several_parts_are_shown_by_turns() -> None:
    values = {"mean": [90.0, 80.0, 85.0, 70.0]}
    window = window_of(pd.DataFrame(values), None, [0, 1, 2, 3])
    parts = []
    for places in ([0, 1], [2, 3]):
        current = pd.DataFrame({"mean": [3.0, 2.0]}, index=places)
        positions = Positions(reference=current.iloc[:1] * 0.0, current=current)
        rows = AlignedRows(reference=positions.reference, current=current)
        parts.append(rank_images(positions, rows, comparison_of(["mean"], []), window))
    shown = offenders_in_turn(parts, window, profile_of(["mean"]))
    assert [one.image for one in shown] == ["00.jpg", "02.jpg", "01.jpg", "03.jpg"]
    alone = offenders_in_turn(parts[:1], window, profile_of(["mean"]))
    assert alone == find_offenders(parts[0], window, profile_of(["mean"]))


def test_images_of_the_part_that_the_headline_names_come_first() -> None:
    window = window_of(pd.DataFrame({"mean": [90.0, 80.0, 85.0, 70.0]}), None, [0, 1, 2, 3])
    current = pd.DataFrame({"mean": [3.0, 2.0, 2.5, 1.5]})
    positions = Positions(reference=current.iloc[:1] * 0.0, current=current)
    rows = AlignedRows(reference=positions.reference, current=current)
    ranked = rank_images(positions, rows, comparison_of(["mean"], []), window)
    usual = find_offenders(ranked, window, profile_of(["mean"]))
    assert [one.image for one in usual] == ["00.jpg", "02.jpg", "01.jpg", "03.jpg"]
    named = dataclasses.replace(ranked, named=np.array([False, True, False, True]))
    shown = find_offenders(named, window, profile_of(["mean"]))
    assert [one.image for one in shown] == ["01.jpg", "03.jpg", "00.jpg", "02.jpg"]
    assert list(named.affected().labels) == list(ranked.affected().labels)


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
    assert all(int(one.image[:2]) < 30 for one in found)


def test_of_very_many_images_the_farthest_are_shown_and_ties_go_by_name() -> None:
    count = 30_000
    distances = np.full(count, 3.0)
    distances[[70, 20_011]] = 5.0
    prints = RANDOM.integers(0, 2**64, size=(count, WORDS), dtype=np.uint64)
    order = RANDOM.permutation(count).tolist()
    shown = offenders({"mean": [99.0] * count}, {"mean": distances.tolist()}, prints, order)
    assert [one.image for one in shown[:2]] == ["20011.jpg", "70.jpg"]
    assert len({one.score for one in shown[2:]}) == 1
    assert shown == offenders({"mean": [99.0] * count}, {"mean": distances.tolist()}, prints)


def faulty_window(
    seed: int, *, images: int = 400, faulty: int = 40
) -> tuple[RankedImages, WindowImages, ReferenceProfile]:
    """Return a window whose first images have a fault: a moderate value that few others share.

    Natural extremes lie farther out, as often in the reference as in the window; what the fault
    does to another number tells the two apart.
    """
    generator = np.random.default_rng(seed)
    then, now = (
        pd.DataFrame(generator.normal(size=(count, 3)), columns=["mean", "sharpness", "entropy"])
        for count in (600, images)
    )
    for side in (then, now):
        side.loc[generator.random(len(side)) < 0.04, "mean"] += 4.0
    now.loc[: faulty - 1, "mean"] = generator.normal(2.5, 0.1, faulty)
    now.loc[: faulty - 1, "sharpness"] -= 2.5
    positions = Positions(reference=then[["mean"]].clip(-6, 6), current=now[["mean"]].clip(-6, 6))
    rows = AlignedRows(reference=then, current=now)
    window = window_of(now, None, list(range(images)))
    comparison = comparison_of(["mean"], ["sharpness", "entropy"])
    return rank_images(positions, rows, comparison, window), window, profile_of(list(now))


def test_a_cluster_at_a_moderate_value_comes_before_natural_extremes() -> None:
    hits = []
    for seed in range(5):
        ranked, window, profile = faulty_window(seed)
        shown = find_offenders(ranked, window, profile)[:12]
        hits.append(sum(int(one.image[:-4]) < 40 for one in shown))

    assert min(hits) >= 10
    # By distance alone hardly any of them would be shown.
    far = np.argsort(-window.features["mean"].to_numpy())[:12]
    assert (far < 40).sum() <= 3


def segments_of(images: int) -> pd.DataFrame:
    return pd.DataFrame({"camera": ["a", None] * (images // 2)}, dtype="str")


def affected(seed: int = 1) -> AffectedImages:
    ranked, window, profile = faulty_window(seed)
    found = list_affected([ranked], window, window_segments(segments_of(400)), profile)
    assert found is not None
    return found


def test_the_list_holds_most_of_the_affected_images_and_few_others() -> None:
    names = [int(one.image[:-4]) for one in affected().images]

    assert sum(name < 40 for name in names) >= 34
    assert sum(name >= 40 for name in names) <= 16


def test_listed_is_what_is_at_least_twice_as_common_worst_first_with_its_segments() -> None:
    found = affected()
    scores = [one.score for one in found.images]

    assert min(scores) >= 2.0
    assert scores == sorted(scores, reverse=True)
    assert found.found == len(found.images) == len(found.segments)
    assert found.segment_columns == ("camera",)
    for one, values in zip(found.images, found.segments, strict=True):
        assert values == (("a",) if int(one.image[:-4]) % 2 == 0 else ("",))
        assert one.because


def test_near_copies_of_a_listed_image_are_listed_with_its_score_and_each_image_once() -> None:
    ranked, window, profile = faulty_window(1)
    alone = affected()
    first = int(alone.images[0].image[:-4])
    # A near-copy of the worst image, that picture in a second row, and one that is like neither.
    rows = pd.concat([window.rows, window.rows.iloc[[first, first]]], ignore_index=True)
    rows.loc[400, "image"] = "copy.jpg"
    features = pd.concat([window.features, window.features.iloc[[first, first]]], ignore_index=True)
    more = WindowImages(rows=rows, features=features)
    clusters = [*range(400), first, first]
    found = list_affected([ranked], more, window_segments(segments_of(402), clusters), profile)

    assert found is not None
    assert found.found == alone.found + 1
    assert [one.image for one in found.images[:2]] == [f"{first:02}.jpg", "copy.jpg"]
    assert found.images[0].score == found.images[1].score


def test_of_very_many_affected_images_the_first_are_listed_and_all_are_counted() -> None:
    count = MOST_LISTED + 500
    current = pd.DataFrame({"mean": np.full(count, 3.0)})
    window = window_of(current, None, list(range(count)))
    ranked = RankedImages(
        labels=np.arange(count),
        log_ratios=np.full(count, math.log(8)),
        distances=current,
        usual=1.0,
    )
    segments = pd.DataFrame(index=range(count))
    found = list_affected([ranked], window, window_segments(segments), profile_of(["mean"]))

    assert found is not None
    assert (found.found, len(found.images), len(found.segments)) == (
        count,
        MOST_LISTED,
        MOST_LISTED,
    )


def test_where_no_image_is_twice_as_common_or_farther_out_there_is_no_list() -> None:
    ranked, window, profile = faulty_window(1)
    usual = dataclasses.replace(ranked, log_ratios=np.full(len(ranked.labels), 0.1))
    near = dataclasses.replace(ranked, usual=7.0)

    assert list_affected([near], window, window_segments(segments_of(400)), profile) is None
    assert list_affected([usual], window, window_segments(segments_of(400)), profile) is None


def test_of_a_number_whose_distances_end_early_images_are_listed_too() -> None:
    """Distances are at most six, and a tenth of a skewed reference may lie there."""
    current = pd.DataFrame({"mean": np.full(50, 6.0)})
    ranked = RankedImages(
        labels=np.arange(50), log_ratios=np.full(50, math.log(8)), distances=current, usual=6.0
    )
    segments = pd.DataFrame(index=range(50))
    window = window_of(current, None, list(range(50)))
    found = list_affected([ranked], window, window_segments(segments), profile_of(["mean"]))

    assert found is not None
    assert found.found == 50


def test_the_images_of_a_pile_come_first_and_are_said_to_be_alike() -> None:
    random = np.random.default_rng(5)
    then = pd.DataFrame({"mean": random.uniform(0, 100, 400)})
    now = pd.DataFrame({"mean": random.uniform(0, 100, 300)})
    now.loc[:29, "mean"] = 40.0
    pile = Pile(low=40.0, high=40.0, images=30, expected=0.0)
    finding = Finding(
        name="mean", unit="", state=State.DRIFT, p_value=0.0, direction="pile", pile=pile
    )
    comparison = dataclasses.replace(comparison_of([], []), features=(finding,))
    rows = AlignedRows(reference=then, current=now)
    positions = drift_positions(comparison, rows)
    window = window_of(now, None, list(range(300)))
    ranked = rank_images(positions, rows, comparison, window)
    profile = profile_of(["mean"])

    assert sorted(ranked.labels) == list(range(30))
    shown = find_offenders(ranked, window, profile)
    assert {one.because for one in shown} == {"one of many alike in brightness (40)"}
    found = list_affected([ranked], window, window_segments(segments_of(300)), profile)
    assert found is not None
    assert found.found == 30
