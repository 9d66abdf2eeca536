"""The answer of a run beside normal days, and while those are learned."""

import dataclasses

import numpy as np
import pytest

from drift.comparison.compare import Comparison
from drift.comparison.segments.judged import JudgedSegment
from drift.observations.segments.segment_values import SegmentValue
from drift.verdict.decide import decide
from drift.verdict.moves import describe_move
from drift.verdict.sentence import Extent
from drift.verdict.yardstick import Yardstick
from reports.findings.answers import State, Verdict
from reports.findings.columns import Category, Distribution, Finding, Multivariate, Statistic
from reports.findings.days import Basis, BesideDays, LevelState
from reports.findings.images import ImageCounts
from reports.findings.of_log.counts import LogCounts
from reports.findings.remarks import Remark, RemarkWeight
from tests.support.normal_days import ALIKE, BASELINE, LEVEL
from tests.support.worlds import job_of

NONE = dataclasses.replace(BASELINE, blocks=0, first="", last="")
TWO = dataclasses.replace(BASELINE, blocks=2)
DAYS = Yardstick(basis=Basis.DAYS, baseline=BASELINE, smallest_shift=0.314, level=ALIKE)


def number(name="mean", state=State.DRIFT, **other):
    values = {
        "direction": "down",
        "effect": 1.3,
        "statistic": Statistic(name="location", value=-9.0),
        "beside_days": BesideDays(usual=140.2, difference=-1.3, day_spread=0.1),
    }
    return Finding(
        name=name,
        unit="grey level (0-255)",
        state=state,
        p_value=0.5,
        reference=Distribution(count=900, mean=150.0, std=30.0),
        current=Distribution(count=400, mean=98.1, std=30.0),
        **{**values, **other},
    )


QUIET = number(state=State.STEADY, effect=0.02)


def comparison_of(*features, joint=None):
    return Comparison(
        features=features,
        predictions=(),
        joint=joint,
        smallest_effect=0.01,
        images_needed=7,
        evidence=None,
    )


@pytest.fixture
def say(tmp_path):
    job = job_of(tmp_path)

    def decided(*features, yardstick=DAYS, remarks=(), joint=None, **about):
        images = ImageCounts(logged=400, analysed=400, missing=0, unreadable=0, unfetched=0)
        extent = Extent(images=images, yardstick=yardstick, **about)
        log = LogCounts(rows=400, rejected=0, reasons={})
        return decide(comparison_of(*features, joint=joint), extent, log, job, remarks)

    return decided


def test_what_drifted_is_said_against_normal_days_with_both_means(say):
    decision = say(number())
    assert decision.verdict is Verdict.DRIFT
    assert decision.headline == "Images are darker than on normal days"
    assert decision.summary == (
        "Images are darker than on normal days: brightness down from 140 to 98.1 (1.30 sigma); "
        "400 images."
    )


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("hour", "than in normal hours"),
        ("window", "than in normal windows"),
        ("500 rows", "than in normal blocks"),
    ],
)
def test_other_blocks_than_days_have_their_own_words(say, unit, words):
    baseline = dataclasses.replace(BASELINE, unit=unit)
    said = say(number(), yardstick=dataclasses.replace(DAYS, baseline=baseline))
    assert said.headline == f"Images are darker {words}"


def test_what_has_no_looks_is_not_as_on_normal_days(say):
    headline = "The model's predictions are not as on normal days"
    assert say(number("confidence")).headline == headline
    assert say(number("mean", direction="spread")).headline == (
        "The images are not as on normal days"
    )


def test_the_joint_finding_is_said_against_normal_days(say):
    class View:
        finding = Multivariate(state=State.DRIFT, because="brightness and noise part")

    decision = say(QUIET, joint=View())
    assert decision.headline == "The numbers of the images no longer go together as on normal days"


def test_a_cause_begins_the_headline(say):
    cause = Remark(
        code="odd", text="Files are PNG now.", headline="Odd" * 30, weight=RemarkWeight.CAUSE
    )
    decision = say(number(), remarks=[cause])
    assert decision.headline == f"{'Odd' * 30}: images are darker"


def test_a_quiet_day_says_what_would_have_been_seen_beside_how_many_days(say):
    decision = say(QUIET)
    assert decision.verdict is Verdict.STEADY
    assert decision.headline == "The images look like those of normal days"
    assert decision.summary == (
        "The 400 images look like those of 28 normal days: none of 1 column moved by more than "
        "normal days differ, and a shift of 0.32 sigma or more would have been seen."
    )


def test_a_quiet_day_that_sees_little_is_steady_and_gets_advice(say):
    weak = dataclasses.replace(DAYS, smallest_shift=0.8)
    decision = say(QUIET, yardstick=weak)
    assert decision.verdict is Verdict.STEADY
    assert decision.summary == (
        "No drift was seen: none of 1 column moved by more than normal days differ. In 400 images "
        "a shift of 0.80 sigma or more would have been seen; a longer window, in which days "
        "average out, may show 0.5 sigma (detection.effect_to_see)."
    )
    more = say(QUIET, yardstick=dataclasses.replace(weak, images_needed=900))
    assert "about 900 images would show 0.5 sigma" in more.summary


def test_what_a_day_would_have_seen_is_never_taken_from_the_reference(say):
    unknown = dataclasses.replace(DAYS, smallest_shift=None)
    assert say(QUIET, yardstick=unknown).summary == (
        "No drift was seen: none of 1 column moved by more than normal days differ."
    )


@pytest.mark.parametrize("level", [LEVEL, ALIKE])
def test_the_level_changes_no_verdict_once_normal_days_are_known(say, level):
    known = dataclasses.replace(DAYS, level=level)
    assert say(QUIET, yardstick=known) == say(QUIET)
    assert say(number(), yardstick=known) == say(number())


def test_a_quiet_day_while_learning_says_when_smaller_shifts_are_seen(say):
    decision = say(QUIET, yardstick=dataclasses.replace(DAYS, baseline=TWO, smallest_shift=6.3))
    assert decision.verdict is Verdict.STEADY
    assert decision.summary.endswith(
        "a shift of 6.30 sigma or more would have been seen; smaller ones are seen from 7 normal "
        "days on (day 3 of 7)."
    )


@pytest.mark.parametrize(("baseline", "day"), [(NONE, 1), (TWO, 3)])
def test_a_quiet_day_of_another_level_is_learning(say, baseline, day):
    basis = Basis.DAYS if baseline.blocks else Basis.REFERENCE
    yardstick = Yardstick(basis=basis, baseline=baseline, level=LEVEL)
    decision = say(QUIET, yardstick=yardstick)
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.headline == f"Learning what is normal: day {day} of 7"
    assert LEVEL.summary.rstrip(".") in decision.summary
    assert decision.summary.endswith(f"{7 - baseline.blocks} more normal days will tell.")


def test_hours_are_learned_by_their_days(say):
    hours = dataclasses.replace(TWO, blocks=40, days=2, unit="hour")
    learning = say(QUIET, yardstick=Yardstick(basis=Basis.DAYS, baseline=hours, level=LEVEL))
    assert learning.headline == "Learning what is normal: 2 of 7 days"
    assert learning.summary.endswith("5 more days of normal hours will tell.")
    alike = dataclasses.replace(DAYS, baseline=hours, smallest_shift=6.3)
    assert say(QUIET, yardstick=alike).summary.endswith(
        "smaller ones are seen from 7 days of normal hours on (2 of 7 days)."
    )


@pytest.mark.parametrize(
    "level",
    [None, ALIKE, dataclasses.replace(LEVEL, accepted_run="20250301T000000Z-1a2b3c4d")],
    ids=["unknown", "alike", "accepted"],
)
def test_nothing_is_open_where_the_level_is_alike_or_accepted(say, level):
    yardstick = Yardstick(basis=Basis.DAYS, baseline=TWO, level=level, smallest_shift=0.2)
    assert say(QUIET, yardstick=yardstick).verdict is Verdict.STEADY


def test_a_drift_and_a_doubt_come_before_learning(say):
    yardstick = Yardstick(basis=Basis.DAYS, baseline=TWO, level=LEVEL)
    assert say(number(), yardstick=yardstick).verdict is Verdict.DRIFT
    doubt = Remark(code="odd", text="Odd.", headline="Odd", weight=RemarkWeight.NOT_STEADY)
    assert say(QUIET, yardstick=yardstick, remarks=[doubt]).headline == "Odd"


def test_without_any_tested_column_nothing_is_learned(say):
    yardstick = Yardstick(basis=Basis.DAYS, baseline=TWO, level=LEVEL)
    untested = dataclasses.replace(QUIET, p_value=None)
    assert "no column in common" in say(untested, yardstick=yardstick).summary


def test_a_level_counts_as_another_only_where_it_stands_out():
    assert LEVEL.state is LevelState.DIFFERS
    assert LEVEL.stands_out
    assert not ALIKE.stands_out


@pytest.mark.parametrize(("z", "way"), [(7.0, "up"), (-7.0, "down")])
def test_a_spread_beside_days_goes_where_the_statistic_says(z, way):
    finding = number(direction="spread", statistic=Statistic(name="spread", value=z), effect=0.4)
    assert describe_move(finding) == f"spread of brightness {way} 0.40 sigma"


def test_a_tail_beside_days_counts_the_images_above_what_is_usual():
    finding = number(direction="upper_tail", effect=0.12)
    assert describe_move(finding) == "brightness unusually high in 12 % more images"


@pytest.mark.parametrize(
    ("share", "headline"),
    [
        (0.4, "Some images are darker than on normal days"),
        (0.9, "Images are darker than on normal days"),
    ],
)
def test_a_tail_that_holds_most_images_is_about_all_of_them(say, share, headline):
    assert say(number(direction="lower_tail", effect=share)).headline == headline


def test_a_plain_unit_is_named_behind_the_means():
    finding = dataclasses.replace(number("entropy"), unit="bits")
    assert " bits (1.30 sigma)" in describe_move(finding)


def test_a_class_is_named_with_its_share_on_normal_days():
    usual = {"cat": 0.8, "dog": 0.2}
    finding = Finding(
        name="prediction",
        unit="class",
        state=State.DRIFT,
        categories=(
            Category(name="cat", reference=500, current=100),
            Category(name="dog", reference=500, current=300),
        ),
        beside_days=BesideDays(usual=None, difference=0.5, day_spread=0.1, usual_shares=usual),
    )
    assert describe_move(finding) == "share of prediction 'cat' 80 % to 25 %"


def test_the_smallest_shift_is_rounded_so_that_it_never_looks_like_enough(say):
    for shift in np.linspace(0.2001, 0.2099, 5):
        yardstick = dataclasses.replace(DAYS, smallest_shift=float(shift))
        assert "a shift of 0.21 sigma" in say(QUIET, yardstick=yardstick).summary
    exact = dataclasses.replace(DAYS, smallest_shift=0.29)
    assert "a shift of 0.29 sigma" in say(QUIET, yardstick=exact).summary


def segment_of(*drifted, value="gate-3"):
    return JudgedSegment(
        segment=SegmentValue(column="camera", value=value),
        images=80,
        days=20,
        state=State.DRIFT,
        p_value=1e-6,
        adjusted_p_value=1e-5,
        strongest=drifted[0],
        drifted=drifted,
    )


def test_a_segment_that_drifted_is_the_headline_and_says_how_many_images_it_has(say):
    decision = say(QUIET, segment=segment_of(number()))
    assert decision.verdict is Verdict.DRIFT
    assert decision.headline == "Camera gate-3: images are darker than on normal days"
    assert decision.summary == (
        "Camera gate-3: images are darker than on normal days, brightness down from 140 to 98.1 "
        "(1.30 sigma); 80 of 400 images come from camera gate-3."
    )


def test_further_segments_are_counted_and_the_whole_window_is_named_if_it_drifted_too(say):
    segment = segment_of(number(), number("contrast"), number("entropy"), number("sharpness"))
    decision = say(number(), segment=segment, more_segments=2)
    assert decision.headline == (
        "Camera gate-3 and 2 more: images are darker and blurrier than on normal days"
    )
    assert (
        "(1.30 sigma) and 2 more; 80 of 400 images come from camera gate-3. All images together"
        in decision.summary
    )


def test_a_hostile_name_of_a_segment_is_shortened_and_shown_on_one_line(say):
    decision = say(QUIET, segment=segment_of(number(), value="a\n\u202e" + 300 * "b"))
    assert decision.headline.startswith("Camera a \u2039U+202E\u203abbb")
    assert "...: images are darker" in decision.headline
    assert len(decision.headline) < 120


def test_classes_that_moved_in_a_segment_alone_are_the_models_predictions(say):
    finding = number(
        "prediction",
        direction="shares",
        categories=(Category(name="cat", reference=9, current=9, current_share=0.9),),
        beside_days=BesideDays(
            usual=None, difference=0.9, day_spread=0.1, usual_shares={"cat": 0.4}
        ),
        effect=0.5,
    )
    decision = say(QUIET, segment=segment_of(finding))
    assert decision.headline == ("Camera gate-3: the model's predictions are not as on normal days")
    assert (
        "share of prediction 'cat' 40 % to 90 %; 80 of 400 images come from camera gate-3."
        in decision.summary
    )


def test_a_quiet_run_says_that_parts_of_the_traffic_were_tested_too(say):
    assert (
        "none of 1 column moved by more than normal days differ, neither in all images nor in any "
        "of 7 parts of the traffic, and a shift of"
    ) in say(QUIET, tested_segments=7).summary
    assert "parts of the traffic" not in say(QUIET).summary
