import dataclasses
import math

import pytest

from reference_stats.features.registry import FEATURES
from reports.findings.images import ImageCounts
from reports.findings.remarks import Remark, RemarkWeight
from reports.findings.run import WindowSpan
from reports.words import losses, numbers, wording
from tests.support import findings as examples

BY_NAME = {feature.name: feature for feature in FEATURES}
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (3.14159, "3.14"),
        (-3.14159, f"{MINUS}3.14"),
        (999.4, "999"),
        (999.6, "1,000"),
        (61234.5, "61,234"),
        (0.000012, f"1.2e{MINUS}05"),
        (None, DASH),
        (math.nan, DASH),
        (math.inf, DASH),
    ],
)
def test_numbers_have_three_digits(value: float | None, text: str) -> None:
    assert numbers.readable(value) == text


@pytest.mark.parametrize(
    ("mean", "std", "text"),
    [
        (3.1142, 0.419, "3.11 ± 0.42"),
        (141.7, 31.2, "142 ± 31"),
        (61000.0, 19000.0, "61,000 ± 19,000"),
        (-0.02, 1.0, "0.0 ± 1.0"),
        (5.0, 0.0, "5"),
        (5.0, None, "5"),
        (5.0, math.nan, "5"),
        (4 / 3, 2.2e-16, "1.33"),
        (5.0, 1e-9, "5 ± 1e" + MINUS + "09"),
        (None, 1.0, DASH),
    ],
)
def test_a_mean_is_as_exact_as_its_spread(mean: float | None, std: float | None, text: str) -> None:
    assert numbers.with_spread(mean, std) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, DASH),
        (0, 5, "0.0 %"),
        (1, 9000, "<0.1 %"),
        (1, 12, "8.3 %"),
        (997, 10000, "10 %"),
        (5190, 5210, "99.6 %"),
        (99999, 100000, "99.9 %"),
        (5, 5, "100 %"),
    ],
)
def test_shares_are_per_cent(part: int, whole: int, text: str) -> None:
    assert numbers.share(part, whole) == text


@pytest.mark.parametrize(
    ("start", "end", "words", "length"),
    [
        (
            "2025-03-08T00:00:00Z",
            "2025-03-15T00:00:00Z",
            "8 Mar, 00:00 to 15 Mar 2025, 00:00 UTC",
            "7 days",
        ),
        (
            "2024-12-31T00:00:00Z",
            "2025-01-01T00:00:00Z",
            "31 Dec 2024, 00:00 to 1 Jan 2025, 00:00 UTC",
            "1 day",
        ),
        (
            "2025-03-15T02:00:00+02:00",
            "2025-03-15T12:00:05Z",
            "15 Mar 2025, 00:00 to 12:00:05 UTC",
            "about 12 hours",
        ),
        ("", "later", " to later", ""),
    ],
)
def test_windows_are_said_without_repeating(start: str, end: str, words: str, length: str) -> None:
    window = WindowSpan(start=start, end=end)

    assert wording.window_words(window) == words
    assert wording.length_words(window) == length


@pytest.mark.parametrize(
    ("rate", "words"), [(0.01, "about 1 run in 100"), (0.05, "1 run in 20"), (0.9, "90 % of")]
)
def test_the_false_alarm_rate_is_said_in_runs(rate: float, words: str) -> None:
    assert words in wording.false_alarm_words(rate)


@pytest.mark.parametrize(
    ("p_value", "text"),
    [(None, "not tested"), (math.nan, "not tested"), (1e-9, "< 0.0001"), (0.0312, "0.031")],
)
def test_p_values_are_short(p_value: float | None, text: str) -> None:
    assert numbers.p_words(p_value) == text


def test_titles_are_plain_words_or_the_columns_name() -> None:
    assert wording.column_title("mean", BY_NAME) == "Brightness"
    assert wording.column_title("p_dog", BY_NAME) == "p_dog"
    assert wording.column_title("near_copies", BY_NAME) == "Near-copies"


def test_long_lists_are_counted() -> None:
    assert numbers.listed([]) == ""
    assert numbers.listed(["a"]) == "a"
    assert numbers.listed(["a", "b", "c"]) == "a, b and c"
    assert numbers.listed(list("abcdef"), most=2) == "a, b and 4 more"


def test_an_inconclusive_run_says_what_it_lacks() -> None:
    words = " ".join(losses.what_is_missing(examples.inconclusive()))

    assert "23 images; about 88 are needed" in words
    assert "18 images of 41 were lost: 18 not found." in words


def test_an_empty_window_says_where_to_look() -> None:
    assert "names no image" in losses.what_is_missing(examples.empty_window())[0]


@pytest.mark.parametrize(
    ("lost", "told", "check"),
    [
        ("missing", "41 not found", "Check images.path in the job file"),
        ("unfetched", "41 not fetched", "Check that this job may read the images' bucket"),
        ("unreadable", "41 not readable", "names image files"),
    ],
)
def test_where_no_image_could_be_analysed_one_sentence_says_why_and_what_to_check(
    lost: str, told: str, check: str
) -> None:
    none = ImageCounts(logged=41, analysed=0, missing=0, unreadable=0, unfetched=0)
    run = dataclasses.replace(
        examples.inconclusive(),
        features=(examples.missing_column("mean"),),
        predictions=(),
        images=dataclasses.replace(none, **{lost: 41}),
    )

    (words,) = losses.what_is_missing(run)

    assert words.startswith(f"None of the 41 images could be analysed: {told}. ")
    assert check in words


def test_the_smallest_shift_is_told_by_what_two_images_differ_by() -> None:
    run = dataclasses.replace(examples.steady(), remarks=(), smallest_effect=0.65)

    # Two values of a normal distribution lie 1.13 deviations apart on average.
    assert wording.smallest_shift_words(run) == "about 60 % of what two images usually differ by"
    tiny = dataclasses.replace(run, smallest_effect=0.04)
    assert wording.smallest_shift_words(tiny).startswith("about 5 %")
    huge = dataclasses.replace(run, smallest_effect=9.0)
    assert wording.smallest_shift_words(huge).startswith("more than twice")
    assert wording.smallest_shift_words(dataclasses.replace(run, smallest_effect=None)) == ""


@pytest.mark.parametrize(
    ("weight", "promises"),
    [
        (RemarkWeight.NOTE, True),
        (RemarkWeight.CAUSE, True),
        (RemarkWeight.NOT_STEADY, False),
        (RemarkWeight.NO_VERDICT, False),
    ],
)
def test_nothing_is_promised_where_a_remark_doubts_it(weight: RemarkWeight, promises: bool) -> None:
    remark = Remark(code="x", text="Doubtful.", weight=weight, headline="Doubtful")
    run = dataclasses.replace(examples.drifted(), remarks=(remark,))
    assert bool(wording.power_words(run)) is promises


def test_nothing_comparable_is_said() -> None:
    run = dataclasses.replace(
        examples.inconclusive(),
        features=(examples.missing_column("mean"),),
        log=dataclasses.replace(examples.drifted().log, rejected=1),
    )

    words = losses.what_is_missing(run)

    assert "Nothing could be compared: no column is there on both sides." in words
    assert "1 row of the log could not be used, of 5,213." in words


def test_other_verdicts_lack_nothing() -> None:
    assert losses.what_is_missing(examples.steady()) == []
    assert losses.what_is_missing(examples.drifted()) == []


def test_the_evidence_is_one_line() -> None:
    run = examples.drifted()

    assert wording.evidence_words(run) == (
        "5,190 images are 5,100 independent pictures, beside 1,190 of the reference; "
        "2,000 permutations"
    )
    accepted = dataclasses.replace(examples.evidence(), accepted_runs=2)
    words = wording.evidence_words(dataclasses.replace(run, evidence=accepted))
    assert words.endswith("; 2 accepted windows widen the null")
    assert wording.evidence_words(examples.empty_window()) == ""


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2025-03-04T00:00:00Z", "2025-03-05T00:00:00Z", "4 Mar 2025"),
        ("2025-03-04T05:00:00Z", "2025-03-04T08:00:00Z", "4 Mar 2025"),
        ("2025-03-04T05:00:00Z", "2025-03-05T05:00:00Z", "4 Mar 2025"),
        ("2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z", "30 Mar 2025"),
        ("2025-03-08T00:00:00Z", "2025-03-15T00:00:00Z", "8 to 14 Mar 2025"),
        ("2025-02-26T00:00:00Z", "2025-03-05T06:00:00Z", "26 Feb to 5 Mar 2025"),
        ("2024-12-30T00:00:00Z", "2025-01-05T00:00:00Z", "30 Dec 2024 to 4 Jan 2025"),
        ("once", "later", "later"),
    ],
)
def test_a_window_is_named_by_its_days(start: str, end: str, words: str) -> None:
    span = WindowSpan(start=start, end=end)
    assert wording.days_words(span) == words
    assert words.endswith(wording.last_day_words(span))


@pytest.mark.parametrize(
    ("number", "words"),
    [(0.4, "0.4 ms"), (38.24, "38.2 ms"), (2412.0, "2.4 s"), (61_000.0, "61 s")],
)
def test_latencies_are_said_in_milliseconds_or_seconds(number: float, words: str) -> None:
    assert numbers.milliseconds(number) == words


def test_the_reference_names_its_different_pictures_where_some_are_copies() -> None:
    profile = dataclasses.replace(examples.steady().profile, images=600, different=101)
    assert wording.reference_words(profile).startswith("600 images (101 different)")
    assert "different" not in wording.reference_words(dataclasses.replace(profile, different=600))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("the images below reference/", "1,204 images below reference/"),
        ("the feature table m.csv", "1,204 images from the feature table m.csv"),
        ("", "1,204 images"),
    ],
)
def test_the_reference_is_said_in_one_phrase(source: str, words: str) -> None:
    profile = dataclasses.replace(examples.steady().profile, source=source)

    assert wording.reference_words(profile) == words


def test_where_all_pictures_were_overwritten_it_is_said_with_what_to_do() -> None:
    images = ImageCounts(logged=7, analysed=0, missing=1, unreadable=0, unfetched=0, overwritten=6)
    assert (
        losses.ways_lost(images) == "1 not found, 6 overwritten by later pictures of the same names"
    )
    assert "a name of its own" in losses.losing_advice(images)


def test_overwritten_pictures_are_no_lost_ones() -> None:
    images = ImageCounts(logged=9, analysed=3, missing=1, unreadable=0, unfetched=0, overwritten=5)
    assert images.lost == 1
    assert losses.ways_lost(images) == "1 not found"
    assert "images.path" in losses.losing_advice(images)
