"""The answer of a run and the sentence that says it."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.columns import NEAR_COPIES, Column, ColumnKind, ColumnRole
from drift.comparison.compare import compare
from drift.verdict.decide import decide, lacks_images
from drift.verdict.sentence import Extent
from reference_stats.outcomes import UnreadableReason
from reports.findings.answers import Verdict
from reports.findings.images import ImageCounts
from reports.findings.of_log.counts import LogCounts
from reports.findings.remarks import Remark, RemarkWeight
from tests.support.columns import classes, lined_up, numeric
from tests.support.worlds import job_of

REFERENCE = np.random.default_rng(1).normal(100, 10, 900)
WINDOW = np.random.default_rng(2).normal(100, 10, 400)


def counts(analysed: int = 400) -> ImageCounts:
    return ImageCounts(logged=400, analysed=analysed, missing=0, unreadable=0, unfetched=0)


@pytest.fixture
def say(tmp_path):
    job = job_of(tmp_path)

    def decided(
        *columns, images=None, reasons=None, lost=None, affected=None, where="", remarks=()
    ):
        comparison = compare(lined_up(*columns), job.detection)
        rejected = sum((reasons or {}).values())
        log = LogCounts(rows=400 + rejected, rejected=rejected, reasons=reasons or {})
        extent = Extent(
            images=images or counts(), affected=affected, where=where, reasons=lost or {}
        )
        return decide(comparison, extent, log, job, remarks)

    return decided


def test_nothing_moved_and_enough_images_is_steady(say):
    decision = say(numeric("mean", REFERENCE, WINDOW))
    assert decision.verdict is Verdict.STEADY
    assert decision.summary.startswith(
        "The 400 images look like the reference: none of 1 column drifted, and a shift of 0."
    )
    assert decision.summary.endswith(" sigma or more would have been seen.")


def test_the_summary_names_what_the_eye_sees_first_with_direction_and_size(say):
    decision = say(
        numeric("entropy", REFERENCE, WINDOW - 30),
        numeric("mean", REFERENCE, WINDOW - 14),
        numeric("sharpness", REFERENCE, WINDOW - 20),
    )
    assert decision.verdict is Verdict.DRIFT
    assert decision.summary.startswith(
        "Images are blurrier and darker than the reference: sharpness down "
    )
    assert decision.summary.endswith("; 400 images.")


def test_the_sentence_says_where_since_when_and_how_many(say):
    column = numeric("mean", REFERENCE, WINDOW - 10)
    since = "since Tuesday 4 Mar 14:00 UTC, nearly all from camera B"
    decision = say(column, affected=120, where=since)
    assert decision.headline == f"Images are darker than the reference {since}"
    assert decision.summary.startswith(f"{decision.headline}: brightness down 0.99")
    assert decision.summary.endswith(" sigma; at least 120 of 400 images.")


def test_predictions_are_only_said_to_have_moved_where_nothing_else_did(say):
    shares = classes("prediction", ["cat"] * 450 + ["dog"] * 450, ["cat"] * 350 + ["dog"] * 50)
    assert say(shares).headline == "The model's predictions have moved away from the reference"
    near = Column(
        name=NEAR_COPIES,
        unit="further copies",
        kind=ColumnKind.NEAR_COPIES,
        role=ColumnRole.FEATURE,
        reference=pd.Series(np.zeros(900)),
        current=pd.Series(np.full(400, 4.0)),
        supply="",
    )
    assert say(near).headline == "The images have moved away from the reference"
    assert say(near, shares).headline == "The images have moved away from the reference"


def test_a_place_without_a_time_follows_a_comma(say):
    decision = say(numeric("mean", REFERENCE, WINDOW - 10), where="all from camera B")
    assert decision.headline == "Images are darker than the reference, all from camera B"


def test_the_headline_names_two_looks_and_no_numbers(say):
    decision = say(
        *(numeric(name, REFERENCE, WINDOW - 30) for name in ("mean", "sharpness", "std_dev"))
    )
    assert decision.headline.count(" and ") == 1
    assert not any(letter.isdigit() for letter in decision.headline)


@pytest.mark.parametrize("images", [0, 9, 20, 400])
def test_every_answer_has_a_short_headline(say, images):
    window = ImageCounts(logged=images, analysed=images, missing=0, unreadable=0, unfetched=0)
    decision = say(numeric("mean", REFERENCE, WINDOW[:images]), images=window)
    assert 10 < len(decision.headline) < 80
    assert not decision.headline.endswith(".")


def test_a_changed_spread_is_called_a_spread(say):
    decision = say(numeric("mean", REFERENCE, 100 + 3 * (WINDOW - 100)))
    assert decision.summary.startswith(
        "The images have moved away from the reference: spread of brightness up"
    )


def test_a_class_that_took_over_is_named_with_its_shares(say):
    decision = say(
        numeric("mean", REFERENCE, WINDOW),
        classes("prediction", ["cat", "dog"] * 450, ["cat"] * 360 + ["dog"] * 40),
    )
    assert decision.verdict is Verdict.DRIFT
    assert decision.summary == (
        "The model's predictions have moved away from the reference: share of prediction 'cat' "
        "50 % to 90 %; 400 images."
    )


def test_a_class_is_named_beside_numbers_only_where_it_moved_most(say):
    few = classes("prediction", ["cat", "dog"] * 450, ["cat"] * 280 + ["dog"] * 120)
    many = classes("prediction", ["cat", "dog"] * 450, ["cat"] * 400)
    darker = numeric("mean", REFERENCE, WINDOW - 15)

    assert say(darker, few).summary.endswith(": brightness down 1.49 sigma and 1 more; 400 images.")
    assert say(darker, many).summary.endswith(
        "sigma, share of prediction 'cat' 50 % to 100 %; 400 images."
    )


def test_a_confidence_that_moved_more_than_what_the_eye_sees_is_named_after_it(say):
    confidence = numeric("confidence", REFERENCE, WINDOW - 60, role=ColumnRole.PREDICTION)
    features = [numeric(name, REFERENCE, WINDOW - 20) for name in ("mean", "sharpness", "entropy")]
    summary = say(*features, confidence).summary

    assert summary.startswith("Images are darker and blurrier than")
    assert ": brightness down " in summary
    assert ", confidence down 6.04 sigma" in summary
    assert " and 1 more; 400 images." in summary


def test_more_columns_than_a_sentence_holds_are_counted(say):
    names = ("mean", "sharpness", "noise_level", "entropy", "median")
    decision = say(*(numeric(name, REFERENCE, WINDOW + 30) for name in names))
    assert " and 3 more; 400 images." in decision.summary


def test_too_few_images_are_inconclusive_whatever_they_show(say):
    images = ImageCounts(logged=400, analysed=9, missing=0, unreadable=391, unfetched=0)
    decision = say(numeric("mean", REFERENCE, WINDOW[:9] + 500), images=images)
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.summary == (
        "Only 9 of 400 logged images could be analysed (391 not readable); a verdict needs at "
        "least 10 (window.min_images). Check that [images] in the job file names image files, "
        "and that they are whole."
    )


@pytest.mark.parametrize("analysed", [0, 200])
def test_a_window_of_heic_photographs_says_so_first(say, analysed):
    images = ImageCounts(
        logged=400, analysed=analysed, missing=0, unreadable=400 - analysed, unfetched=0
    )
    decision = say(STEADY, images=images, lost={UnreadableReason.HEIC.value: 400 - analysed})
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.headline.endswith(": most are HEIC photographs")
    assert "install image-drift[heif], or convert them to JPEG." in decision.summary


def test_a_window_whose_pictures_were_overwritten_is_not_told_to_check_its_paths(say):
    images = ImageCounts(
        logged=400, analysed=1, missing=0, unreadable=0, unfetched=0, overwritten=399
    )
    summary = say(STEADY, images=images).summary
    assert "(399 overwritten by later pictures of the same names)" in summary
    assert summary.endswith("or let runs come before names are used again.")


@pytest.mark.parametrize(("lost", "verdict"), [(100, Verdict.DRIFT), (101, Verdict.INCONCLUSIVE)])
def test_a_run_that_lost_too_many_images_says_that_the_data_is_the_trouble(say, lost, verdict):
    images = ImageCounts(
        logged=400, analysed=400 - lost, missing=1, unreadable=0, unfetched=lost - 1
    )
    decision = say(numeric("mean", REFERENCE, WINDOW + 500), images=images)
    assert decision.verdict is verdict
    if verdict is Verdict.INCONCLUSIVE:
        assert decision.headline == "Too many images were lost for a verdict"
        assert decision.summary == (
            "101 of 400 logged images were lost (1 not found, 100 not fetched), more than the 25 % "
            "that a verdict allows (images.most_lost): the trouble is the data, not drift. Check "
            "that this job may read the images' bucket, and that it can be reached."
        )


def test_a_share_that_is_lost_is_compared_as_it_is_written(tmp_path):
    job = job_of(tmp_path, images={"path": "images/{id}", "most_lost": 0.29})
    for lost, lacks in ((29, False), (30, True)):
        images = ImageCounts(
            logged=100, analysed=100 - lost, missing=lost, unreadable=0, unfetched=0
        )
        assert lacks_images(images, job) is lacks


def test_an_empty_window_says_so(say):
    nothing = ImageCounts(logged=0, analysed=0, missing=0, unreadable=0, unfetched=0)
    decision = say(numeric("mean", REFERENCE, []), images=nothing)
    assert decision.summary.startswith("The window holds no rows")


def test_a_quiet_small_window_is_steady_and_says_what_it_would_have_seen(say):
    decision = say(numeric("mean", REFERENCE, WINDOW[:20]), images=counts(20))
    assert decision.verdict is Verdict.STEADY
    assert decision.headline == "No drift was seen, but this run would have seen only a large shift"
    assert "In 20 images a shift of " in decision.summary
    assert " sigma or more would have been seen; about " in decision.summary
    assert decision.summary.endswith(" images would show 0.5 sigma (detection.effect_to_see).")


def test_a_reference_too_small_for_any_window_says_so(say):
    decision = say(numeric("mean", REFERENCE[:12], WINDOW))
    assert decision.verdict is Verdict.STEADY
    assert "the reference is too small for any window to show 0.5 sigma" in decision.summary


def test_no_common_column_is_inconclusive(say):
    decision = say(numeric("mean", [], WINDOW))
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert "no column in common" in decision.summary


def test_a_drifted_confidence_is_about_the_model_not_about_images(say):
    column = numeric("confidence", REFERENCE, WINDOW - 20, role=ColumnRole.PREDICTION)
    assert say(column).summary.startswith("The model's predictions have moved away")


def test_a_window_whose_rows_were_all_rejected_says_why(say):
    nothing = ImageCounts(logged=0, analysed=0, missing=0, unreadable=0, unfetched=0)
    decision = say(numeric("mean", REFERENCE, []), images=nothing, reasons={"no timestamp": 40})
    assert decision.summary == ("None of the window's 440 rows could be used: 40 no timestamp.")


def test_one_of_anything_is_said_in_the_singular(say):
    nothing = ImageCounts(logged=0, analysed=0, missing=0, unreadable=0, unfetched=0)
    one = dataclasses.replace(nothing, logged=1, analysed=1)
    assert "The window has only 1 image; a verdict needs" in (
        say(numeric("mean", REFERENCE, WINDOW[:1]), images=one).summary
    )


def test_a_column_of_the_log_is_called_as_the_log_calls_it(say):
    column = numeric("p_breed_number_03", REFERENCE, WINDOW - 20, role=ColumnRole.PREDICTION)
    assert "p_breed_number_03 down" in say(column).summary


def test_a_very_long_label_is_shortened(say):
    decision = say(classes("prediction", ["a" * 9000, "b"] * 450, ["a" * 9000] * 400))
    assert len(decision.summary) < 300


def test_the_sentence_counts_independent_images_where_rows_repeat_them(say):
    decision = say(numeric("mean", REFERENCE, WINDOW[:20]), images=counts(240))
    assert decision.verdict is Verdict.STEADY
    assert "In 240 images, 20 of them independent, a shift of" in decision.summary
    assert " independent images would show 0.5 sigma" in decision.summary


def remark(weight, headline="The images are not there"):
    return Remark(code="odd", text=f"{headline}: 3 of 4.", weight=weight, headline=headline)


STEADY = numeric("mean", REFERENCE, WINDOW)
DARKER = numeric("mean", REFERENCE, WINDOW - 10)


def test_a_note_changes_nothing(say):
    note = Remark(code="odd", text="Something is odd.")
    assert say(STEADY, remarks=[note]) == say(STEADY)
    assert say(DARKER, remarks=[note]) == say(DARKER)


def test_a_cause_begins_the_headline_of_a_drift_and_is_silent_elsewhere(say):
    cause = remark(RemarkWeight.CAUSE)
    decision = say(DARKER, remarks=[cause])
    assert decision.headline == "The images are not there: images are darker than the reference"
    assert decision.summary.startswith("The images are not there: 3 of 4. Images are darker")
    assert say(STEADY, remarks=[cause]) == say(STEADY)


@pytest.mark.parametrize(
    ("cause", "headline"),
    [
        ("Odd" * 20, f"{'Odd' * 20}: images are darker than the reference"),
        ("Odd" * 30, f"{'Odd' * 30}: images are darker"),
        ("Odd" * 35, "Odd" * 35),
    ],
)
def test_a_headline_stays_short_behind_a_long_cause(say, cause, headline):
    decision = say(DARKER, remarks=[remark(RemarkWeight.CAUSE, cause)])
    assert decision.headline == headline
    assert "darker than the reference" in decision.summary


def test_a_doubt_makes_a_steady_run_inconclusive_and_leaves_a_drift(say):
    doubt = remark(RemarkWeight.NOT_STEADY)
    decision = say(STEADY, remarks=[doubt])
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.headline == doubt.headline
    assert say(DARKER, remarks=[doubt]) == say(DARKER)


def test_what_forbids_a_verdict_is_said_whatever_the_columns_show(say):
    forbidding = remark(RemarkWeight.NO_VERDICT)
    for column in (STEADY, DARKER):
        decision = say(column, remarks=[forbidding])
        assert decision.verdict is Verdict.INCONCLUSIVE
        assert decision.summary == forbidding.text


def test_a_remark_that_changes_the_verdict_has_a_headline():
    with pytest.raises(ValueError, match="needs a headline"):
        remark(RemarkWeight.CAUSE, headline="")


def test_only_predictions_are_said_to_be_the_models(say):
    """Near-copies are no image feature, and yet about the images."""
    still, moved = np.zeros(400), np.repeat([0.0, 9.0], 200)
    assert say(numeric("near_copies", still, moved)).headline == (
        "The images have moved away from the reference"
    )
    answer = numeric("confidence", still, moved, ColumnRole.PREDICTION)
    assert say(answer).headline == "The model's predictions have moved away from the reference"
