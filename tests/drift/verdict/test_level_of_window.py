"""How a single window differs from the reference, where no days are known."""

import pytest

from drift.comparison.compare import Comparison
from drift.verdict.level import level_of_window
from reports.findings.answers import State
from reports.findings.columns import Category, Finding
from reports.findings.days import LevelState


def level(*columns):
    comparison = Comparison(
        features=columns,
        predictions=(),
        joint=None,
        smallest_effect=0.1,
        images_needed=9,
        evidence=None,
    )
    return level_of_window(comparison, effect_to_see=0.5)


def number(effect, direction, state=State.DRIFT):
    return Finding(name="mean", unit="", state=state, effect=effect, direction=direction)


@pytest.mark.parametrize(
    ("effect", "direction", "difference"),
    [
        (0.9, "down", -0.9),
        (0.9, "up", 0.9),
        # A fifth of the images far out weighs as much as one deviation.
        (0.2, "lower_tail", -1.0),
        (0.2, "upper_tail", 1.0),
    ],
)
def test_a_number_is_told_in_deviations_with_its_sign(effect, direction, difference):
    found = level(number(effect, direction))
    assert found.state is LevelState.DIFFERS
    assert found.blocks == 0
    assert found.columns[0].difference == pytest.approx(difference)
    assert found.columns[0].low == found.columns[0].high == found.columns[0].difference


def test_classes_are_told_by_the_one_that_moved_most_as_a_share():
    classes = Finding(
        name="breed",
        unit="",
        state=State.DRIFT,
        effect=0.3,
        direction="shares",
        categories=(
            Category(name="cat", reference=50, current=20),
            Category(name="dog", reference=40, current=65),
            Category(name="fox", reference=10, current=15),
        ),
    )
    (column,) = level(classes).columns
    assert (column.name, column.label) == ("breed", "cat")
    assert column.difference == pytest.approx(-0.3)
    assert "the share of cat in breed differs from the reference by 30.0 points" in (
        level(classes).summary
    )


def test_what_did_not_drift_or_not_far_enough_is_alike():
    for column in (number(0.9, "up", State.STEADY), number(0.4, "up")):
        assert level(column).state is LevelState.ALIKE
        assert level(column).columns == ()
