from dataclasses import replace

import pytest

from reports.findings.model_quality.quality import QualityBasis
from reports.findings.model_quality.scores import Estimate
from reports.words.of_quality.scores import (
    calendar_day,
    estimate_words,
    score_words,
    stretch_words,
)
from reports.words.of_quality.sentences import quality_headline, quality_summary
from reports.words.of_rows.findings import told_in_rows
from tests.support import quality_findings as examples
from tests.support.model_qualities import fallen, label_input, right


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (None, "\N{EN DASH}"),
        (Estimate(value=0.91), "0.91"),
        (Estimate(value=0.906, low=0.886, high=0.926), "0.91 ± 0.02"),
        (Estimate(value=0.81, low=0.76, high=0.85), "0.81 [0.76, 0.85]"),
        (Estimate(value=0.98, low=0.93, high=1.0), "0.98 [0.93, 1.00]"),
        (Estimate(value=0.9981, low=0.9972, high=0.9990), "0.998 ± 0.001"),
        (Estimate(value=1.0, low=0.93, high=1.0), "1.00 [0.93, 1.00]"),
        (Estimate(value=-0.02, low=-0.06, high=0.02), "\N{MINUS SIGN}0.02 ± 0.04"),
    ],
)
def test_an_even_interval_is_written_with_a_sign_and_another_by_its_ends(
    estimate: Estimate | None, words: str
) -> None:
    assert estimate_words(estimate) == words


def test_rounding_makes_no_perfect_score() -> None:
    assert score_words(0.9996) == "0.9996"
    assert score_words(0.99999) == "1.0000"
    assert score_words(float("nan")) == score_words(None) == "\N{EN DASH}"


@pytest.mark.parametrize(
    ("start", "date"),
    [
        ("2025-03-08T00:00:00Z", "8 Mar 2025"),
        # Midnight in Berlin, in Tokyo and in Los Angeles.
        ("2025-03-07T23:00:00Z", "8 Mar 2025"),
        ("2025-03-07T15:00:00Z", "8 Mar 2025"),
        ("2025-03-08T08:00:00Z", "8 Mar 2025"),
        ("2025-03-08", "8 Mar 2025"),
        ("soon", "soon"),
    ],
)
def test_a_day_has_the_date_of_its_own_zone(start: str, date: str) -> None:
    assert calendar_day(start) == date


def test_a_stretch_is_told_by_its_first_and_its_last_day() -> None:
    week = ("2025-03-07T23:00:00Z", "2025-03-14T23:00:00Z")

    assert stretch_words(*week) == "8 to 14 Mar 2025"
    assert stretch_words("2025-03-07T23:00:00Z", "2025-03-08T23:00:00Z") == "8 Mar 2025"


def test_headlines_say_the_state_in_a_few_words() -> None:
    said = {one: one().model_quality for one in examples.QUALITY_EXAMPLES}
    headlines = {
        one.__name__: quality_headline(quality) for one, quality in said.items() if quality
    }

    assert headlines["still_right"] == "accuracy 0.91 ± 0.03 on 180 labels, 0.93 before"
    assert headlines["worse_with_drift"] == (
        "accuracy fell from 0.93 to 0.81 [0.78, 0.83] on 300 labels since 8 Mar"
    )
    assert headlines["few_labels"] == (
        "12 of 4,200 predictions labelled so far; 50 labels are needed"
    )
    assert headlines["other_classes"] == (
        "labels name other classes than the model: dog, cat against 0, 1"
    )
    assert headlines["first_labels"].endswith("; there is nothing to compare it with yet")
    assert all(len(headline) < 80 for headline in headlines.values())


def test_a_comparison_with_the_reference_is_called_so() -> None:
    quality = replace(right(), basis=QualityBasis.REFERENCE, before=None)

    assert quality_headline(quality).endswith("on 180 labels, 0.94 in the reference")
    assert "it was 0.94 in the reference." in quality_summary(quality)


def test_without_any_score_of_before_the_test_tells_it() -> None:
    quality = replace(right(), basis=QualityBasis.REFERENCE, before=None, reference=None)

    assert quality_headline(quality).endswith("on 180 labels, 0.93 in the reference")


def test_labels_of_a_day_that_has_not_ended_are_not_counted_as_enough() -> None:
    quality = examples.few_labels().model_quality
    assert quality is not None
    many = replace(quality, labels=label_input(used=204))

    assert quality_headline(many) == (
        "204 of 4,200 predictions labelled so far, 9 on whole days; 50 labels on whole days are "
        "needed"
    )


def test_many_labels_of_few_images_are_told_as_too_few_images() -> None:
    quality = examples.few_labels().model_quality
    assert quality is not None
    days = tuple(replace(one, labelled=40) for one in quality.days)
    count = sum(one.labelled for one in days)
    many = replace(quality, labels=label_input(used=count), days=days)

    assert quality_headline(many) == (
        f"{count:,} of 4,200 predictions labelled so far, of fewer than 50 different images; so "
        "many are needed"
    )


def test_without_a_label_the_headline_says_none() -> None:
    quality = examples.few_labels().model_quality
    assert quality is not None
    window = replace(quality.window, labelled=0)
    labels = label_input(used=0, predictions=980)
    none = replace(quality, labels=labels, window=window, days=(), min_labels=1)

    assert quality_headline(none) == ("none of 980 predictions labelled so far; 1 label is needed")


def test_long_class_names_are_cut() -> None:
    quality = examples.other_classes().model_quality
    assert quality is not None
    classes = tuple(replace(one, name=one.name * 400) for one in quality.classes)

    assert len(quality_headline(replace(quality, classes=classes))) < 180


def test_a_summary_says_what_the_test_could_have_seen() -> None:
    quality = right()
    assert quality.drop is not None
    better = replace(quality.drop, drop=Estimate(value=-0.01, low=-0.04, high=0.02))
    small = replace(quality.drop, drop=Estimate(value=0.01), p_value=0.001)

    assert quality_summary(quality).endswith(
        "The difference is within what the number of labels and the differences between days "
        "explain. A drop of 0.07 or more would have been seen."
    )
    assert "It has not dropped." in quality_summary(replace(quality, drop=better))
    assert "The drop of 0.01 is smaller than 0.02." in quality_summary(replace(quality, drop=small))


def test_a_drop_is_told_with_its_size_and_its_first_day() -> None:
    said = quality_summary(fallen())

    assert "it was 0.93 on 1,900 labels of 15 Feb to 7 Mar 2025." in said
    assert "The drop of 0.12 [0.08, 0.17] is more than" in said
    assert said.endswith("It lasts since 8 Mar 2025.")


def test_sentences_about_images_are_told_of_rows_in_a_job_without_images() -> None:
    run = examples.with_quality(
        examples.worse_rows(),
        replace(fallen(), remarks=("Labelled images are brighter than other images.",)),
    )

    told = told_in_rows(run).model_quality
    assert told is not None
    assert told.remarks == ("Labelled rows are brighter than other rows.",)
    assert told.classes == run.model_quality.classes  # type: ignore[union-attr]
