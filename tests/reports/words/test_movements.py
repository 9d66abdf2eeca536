import dataclasses

import pytest

from reference_stats.features.registry import FEATURES
from reports.findings.answers import State
from reports.findings.columns import Distribution, Finding, Multivariate, Pile
from reports.findings.effect_sizes import in_deviations
from reports.words.movements import joint_words, movement
from tests.support.findings import SIGMA

BY_NAME = {feature.name: feature for feature in FEATURES}
DASH = "\N{EN DASH}"
SPACE = "\N{NO-BREAK SPACE}"


def moved(direction: str | None, **parts: object) -> Finding:
    values: dict[str, object] = {"name": "mean", "unit": "", "state": State.DRIFT, "effect": 1.34}
    return Finding(**{**values, "direction": direction, **parts})  # type: ignore[arg-type]


def test_a_movement_says_how_the_images_look() -> None:
    assert movement(moved("up"), BY_NAME["mean"]).meaning == "brighter"
    assert movement(moved("down"), BY_NAME["mean"]).meaning == "darker"
    assert movement(moved("down"), None).meaning == "lower"
    assert movement(moved("down"), None).size == f"1.3\N{NO-BREAK SPACE}{SIGMA}"


@pytest.mark.parametrize(("now", "meaning"), [(2.0, "more varied"), (0.5, "less varied")])
def test_a_change_of_spread_says_which_way(now: float, meaning: str) -> None:
    column = moved(
        "spread",
        reference=Distribution(count=9, mean=0.0, std=1.0),
        current=Distribution(count=9, mean=0.0, std=now),
    )

    assert movement(column, None).meaning == meaning
    assert movement(moved("spread"), None).meaning == "another shape"


def test_shares_move_by_points() -> None:
    assert movement(moved("shares", effect=0.213), None).size == "21 points"
    assert movement(moved("shares", effect=0.004), None).size == "under 1 point"
    assert movement(moved(None, effect=None), None).size == DASH
    assert movement(moved(None, effect=0.2), None).meaning == ""


def test_a_tail_is_said_as_the_share_of_images_that_lie_far_out() -> None:
    blurred = movement(moved("lower_tail", name="sharpness", effect=0.105), BY_NAME["sharpness"])

    assert blurred.size == f"11{SPACE}% of images"
    assert blurred.meaning == "blurrier than 99.5 % of the reference; 0.5 % is usual"
    assert movement(moved("upper_tail", effect=0.02), None).size == f"2.5{SPACE}% of images"
    assert movement(moved("upper_tail", effect=0.02), None).meaning.startswith("higher than")


@pytest.mark.parametrize(
    ("pile", "words"),
    [
        (
            Pile(low=0.021, high=0.0312, images=40, expected=3.2),
            "40 images between 0.021 and 0.0312, where 3 would be expected",
        ),
        (
            Pile(low=640, high=640, images=1_040, expected=0.4),
            "1,040 images at 640, where fewer than 1 would be expected",
        ),
        (
            Pile(low=0.50001, high=0.50002, images=9, expected=0.0),
            "9 images between 0.50001 and 0.50002, where 0 would be expected",
        ),
    ],
)
def test_a_pile_is_said_as_images_between_two_values(pile: Pile, words: str) -> None:
    said = movement(moved("pile", effect=0.12, pile=pile), BY_NAME["mean"])

    assert said.size == words
    assert said.way == "piled up"
    assert said.meaning == "many images share an ordinary value"
    assert in_deviations(0.12, "pile") == pytest.approx(0.6)


def test_near_copies_are_a_share_of_all_images() -> None:
    column = moved(
        "shares",
        name="near_copies",
        effect=0.45,
        reference=Distribution(count=90, mean=0.25),
        current=Distribution(count=30, mean=3.0),
    )

    words = movement(column, None)

    assert words.size == "45 points"
    assert words.meaning == f"near-copies are 75{SPACE}% of all images, 20{SPACE}% in the reference"


@pytest.mark.parametrize("direction", ["upper_tail", "lower_tail", "shares"])
def test_two_points_of_a_share_weigh_as_a_tenth_of_a_deviation(direction: str) -> None:
    assert in_deviations(0.02, direction) == pytest.approx(0.1)
    assert in_deviations(-0.1, "down") == 0.1


def test_the_joint_distance_is_said_in_deviations() -> None:
    joint = Multivariate(state=State.DRIFT, effect=1.62)

    assert f"1.6{SPACE}{SIGMA} apart" in joint_words(joint)
    assert joint_words(dataclasses.replace(joint, effect=None)) == ""
