"""The headline names the true cause of a fault first."""

from __future__ import annotations

import pytest

from benchmarks.detection_parts.pictures import packaged_crops
from benchmarks.headlines import (
    EXPECTED,
    NO_FAULT,
    REFERENCE,
    WINDOW,
    Answer,
    Expected,
    Told,
    small,
    tell_all,
)

# The gaps that a computed light leaves between levels tell more than its colour.
BEHIND_ANOTHER = {"warm_light"}


@pytest.fixture(scope="module")
def told() -> dict[str, Told]:
    pictures = small(packaged_crops(REFERENCE + WINDOW))
    return {one.fault: one for one in tell_all(pictures)}


def test_the_cause_of_each_fault_comes_first(told: dict[str, Told]) -> None:
    wrong = {
        fault: one.headline
        for fault, one in told.items()
        if one.answer is not Answer.RIGHT and fault not in BEHIND_ANOTHER
    }
    assert not wrong
    assert set(told) == {*EXPECTED, NO_FAULT}
    assert not told[NO_FAULT].headline


@pytest.mark.parametrize(
    ("headline", "answer"),
    [
        ("Images are darker and noisier than the reference", Answer.RIGHT),
        ("Images are noisier and darker than the reference", Answer.SECOND),
        ("Images are noisier than the reference", Answer.BURIED),
        ("Images are darker and turned than the reference", Answer.MISLEADS),
        ("", Answer.BURIED),
    ],
)
def test_a_headline_is_judged_by_its_words(headline: str, answer: Answer) -> None:
    assert Expected(cause=("darker",), never=("turned",)).answer(headline) is answer
