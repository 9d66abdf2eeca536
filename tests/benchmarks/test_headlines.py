"""The headline names the true cause of a fault first."""

from __future__ import annotations

import re
from pathlib import Path

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
ROOT = Path(__file__).parents[2]
# What README calls them, in its order.
IN_README = {
    "a lens went out of focus": "defocus_blur",
    "a camera shakes": "hand_shake",
    "a camera was mounted sideways": "rotated_90",
    "a sensor has dead pixels": "hot_pixels",
    "there is too little light": "underexposed",
    "an upload compresses harder": "wifi_jpeg",
    "images are padded with black bars": "letterbox",
    "red and blue are swapped": "bgr_swap",
}


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


def test_the_readme_shows_what_is_said(told: dict[str, Told]) -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \| (Images .+) \|$", page, flags=re.MULTILINE)
    assert dict(rows) == {what: told[fault].headline for what, fault in IN_README.items()}


def test_the_page_of_the_verdict_shows_what_is_said(told: dict[str, Told]) -> None:
    page = (ROOT / "docs" / "verdict.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (.+) \| (\w+) \|$", page, flags=re.MULTILINE)
    shown = {fault: (said, answer) for fault, said, answer in rows if fault in told}
    assert shown == {
        one.fault: (one.headline or "no drift", one.answer.value) for one in told.values()
    }


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
