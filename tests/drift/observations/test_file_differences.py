"""In what the window's image files differ from the reference's, and how that is said."""

from __future__ import annotations

from collections import Counter

import pytest

from drift.observations.file_differences import count_files, file_differences
from drift.remarks.words.files import advice, headline, told, with_modes
from drift.setup.check.files import check_files
from drift.setup.check.result import CheckState
from reference_stats.file_facts.facts import FileFacts

JPEG = FileFacts(kind="JPEG", mode="RGB")
PNG = FileFacts(kind="PNG", mode="RGB")
GREY = FileFacts(kind="PNG", mode="L")
DEEP = FileFacts(kind="PNG", mode="I;16", bits=16)
FLOAT = FileFacts(kind="TIFF", mode="F", bits=32, is_float=True)
CUT_OUT = FileFacts(kind="PNG", mode="RGBA", transparent=True)
OPAQUE = FileFacts(kind="PNG", mode="RGBA")
ANIMATED = FileFacts(kind="WEBP", mode="RGB", frames=9)
WIDE = FileFacts(kind="JPEG", mode="RGB", profile="Display P3")


def _said(reference: list[FileFacts], current: list[FileFacts]) -> tuple[str, list[str]]:
    differences = file_differences(count_files(reference), count_files(current))
    found = [with_modes(one, [*reference, *current]) for one in differences]
    return headline(found), [told(one) for one in found]


@pytest.mark.parametrize(
    ("reference", "current", "first", "sentence"),
    [
        (
            [GREY] * 120,
            [DEEP] * 160,
            "The images have 16 bits per sample, unlike the reference's",
            "All 160 images have 16 bits per sample; all of the reference's 120 have 8 bits per "
            "sample.",
        ),
        (
            [PNG] * 120,
            [CUT_OUT] * 160,
            "The images are transparent (RGBA), unlike the reference's",
            "All 160 images are transparent (RGBA); all of the reference's 120 have no "
            "transparent pixels.",
        ),
        (
            [CUT_OUT] * 120,
            [PNG] * 160,
            "The images have no transparent pixels, unlike the reference's",
            "All 160 images have no transparent pixels; all of the reference's 120 are "
            "transparent (RGBA).",
        ),
        (
            [PNG] * 120,
            [OPAQUE] * 160,
            "The images have an alpha channel (RGBA), unlike the reference's",
            "All 160 images have an alpha channel (RGBA); all of the reference's 120 have no "
            "alpha channel.",
        ),
        (
            [JPEG] * 120,
            [WIDE] * 50 + [JPEG] * 50,
            "Some images have the wide colour profile Display P3, unlike the reference's",
            "50 of 100 images have the wide colour profile Display P3; all of the reference's 120 "
            "have no wide colour profile.",
        ),
        (
            [JPEG] * 90 + [WIDE] * 30,
            [WIDE] * 100,
            "The images have the wide colour profile Display P3, unlike most of the reference's",
            "All 100 images have the wide colour profile Display P3, 30 of the reference's 120.",
        ),
        (
            [ANIMATED] * 120,
            [ANIMATED] * 30 + [FileFacts(kind="WEBP", mode="RGB")] * 70,
            "Most images have one frame, unlike the reference's",
            "70 of 100 images have one frame; all of the reference's 120 have more than one frame.",
        ),
    ],
)
def test_what_changed_is_said_with_its_numbers(
    reference: list[FileFacts], current: list[FileFacts], first: str, sentence: str
) -> None:
    assert _said(reference, current) == (first, [sentence])


def test_a_kind_that_many_others_took_the_place_of_is_said_to_be_gone() -> None:
    kinds = ["GIF", "PNG", "TIFF", "WEBP", "BMP", "AVIF"]
    current = [FileFacts(kind=kind, mode="RGB") for kind in kinds * 20]
    first, sentences = _said([JPEG] * 100, current)
    assert first == "The images are not JPEG files, unlike the reference's"
    assert sentences == ["None of the 120 images are JPEG files, all of the reference's 100."]


def test_what_has_become_rare_is_said_so() -> None:
    kinds = ["GIF", "PNG", "TIFF", "WEBP", "BMP", "AVIF", "JPEG"]
    current = [FileFacts(kind=kind, mode="RGB") for kind in kinds * 20]
    first, sentences = _said([JPEG] * 100, current)
    assert first == "Most images are not JPEG files, unlike the reference's"
    assert sentences == ["Only 20 of 140 images are JPEG files, all of the reference's 100."]


def test_several_changes_are_all_told_and_the_first_two_lead() -> None:
    first, sentences = _said([JPEG] * 100, [FLOAT] * 50 + [ANIMATED] * 50)
    assert first == (
        "Some images have floating-point samples and more than one frame, unlike the reference's"
    )
    assert [one.split(" images ")[1].split(";")[0] for one in sentences] == [
        "have floating-point samples",
        "have more than one frame",
        "are grey",
        "are TIFF files",
    ]


@pytest.mark.parametrize(
    ("reference", "current"),
    [
        ([JPEG] * 100, [JPEG] * 100),
        # Less than 20 points.
        ([JPEG] * 1_000, [JPEG] * 810 + [PNG] * 190),
        # By chance.
        ([JPEG] * 4 + [PNG] * 6, [JPEG] * 7 + [PNG] * 3),
        ([], [DEEP] * 100),
        ([DEEP] * 100, []),
    ],
)
def test_small_and_chance_differences_are_not_told(
    reference: list[FileFacts], current: list[FileFacts]
) -> None:
    assert file_differences(count_files(reference), count_files(current)) == ()


def test_what_most_of_the_reference_has_too_is_not_said_to_be_unlike_it() -> None:
    first, _ = _said([JPEG] * 55 + [DEEP] * 25, [JPEG] * 80)
    assert first == "More images than in the reference have 8 bits per sample and are in colour"
    gone, _ = _said([JPEG] * 30 + [GREY] * 70, [GREY] * 100)
    assert gone == "More images than in the reference are grey and PNG files"


def test_nothing_is_advised_about_files_that_have_become_fewer() -> None:
    then, now = {DEEP: 64, CUT_OUT: 36}, {DEEP: 16, CUT_OUT: 4, PNG: 80}
    found = file_differences(Counter(then), Counter(now))
    assert {one.trait for one in found if one.has_grown} >= {"bits", "transparency"}
    assert list(advice(found, [*now])) == []


def test_exactly_twenty_points_are_told() -> None:
    (found,) = file_differences(Counter({JPEG: 600, PNG: 400}), Counter({JPEG: 400, PNG: 600}))
    assert (found.current, found.reference) == (600, 400)


def test_the_order_of_the_files_changes_nothing() -> None:
    reference, current = [JPEG] * 50 + [DEEP] * 50, [WIDE] * 50 + [CUT_OUT] * 30 + [FLOAT] * 20
    told_once = _said(reference, current)
    assert _said(reference[::-1], current[::-1]) == told_once


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        (GREY, DEEP, "nearly white"),
        (GREY, FLOAT, "black"),
        (PNG, CUT_OUT, "background"),
        (JPEG, WIDE, "sRGB"),
    ],
)
def test_it_is_said_what_a_loader_makes_of_such_files(
    then: FileFacts, now: FileFacts, words: str
) -> None:
    found = file_differences(Counter({then: 100}), Counter({now: 100}))
    assert any(words in one for one in advice(found, [now]))
    # The other way round there is nothing to be done to the window's images.
    back = file_differences(Counter({now: 100}), Counter({then: 100}))
    assert not list(advice(back, [then]))


def test_a_sample_is_enough_for_the_check() -> None:
    (found,) = check_files([PNG] * 20, [CUT_OUT] * 100)
    assert found.state is CheckState.LOOK
    assert "transparent (RGBA)" in found.found
    assert list(check_files([PNG] * 20, [PNG] * 100)) == []
