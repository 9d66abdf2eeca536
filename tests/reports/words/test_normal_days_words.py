"""The words for normal days, and for what to do."""

import dataclasses

import pytest

from reports.findings.days import Basis
from reports.words import normal_days as words
from reports.words.advice import drift_steps, level_steps, steps
from reports.words.moved import column_in_words
from reports.words.movements import movement
from tests.support import findings as examples
from tests.support import normal_days


@pytest.mark.parametrize(
    ("blocks", "unit", "said"),
    [
        (1, "day", "1 normal day"),
        (28, "day", "28 normal days"),
        (5, "hour", "5 normal hours"),
        (5, "window", "5 normal windows"),
        (12, "500 rows", "12 normal blocks of 500 rows"),
    ],
)
def test_blocks_are_counted_by_what_they_are(blocks: int, unit: str, said: str) -> None:
    assert words.blocks_words(blocks, unit) == said


@pytest.mark.parametrize(("blocks", "said"), [(0, "day 1 of 7"), (2, "day 3 of 7")])
def test_the_day_that_is_learned_is_the_next_one(blocks: int, said: str) -> None:
    baseline = dataclasses.replace(normal_days.BASELINE, blocks=blocks)
    assert words.progress_words(baseline) == said


@pytest.mark.parametrize(
    ("days", "unit", "said"),
    [(None, "hour", "7 of 9 days"), (0, "hour", "0 of 9 days"), (2, "500 rows", "2 of 9 days")],
)
def test_of_shorter_blocks_the_days_count(days: int | None, unit: str, said: str) -> None:
    baseline = dataclasses.replace(normal_days.BASELINE, blocks=7, days=days, needed=9, unit=unit)
    assert baseline.is_learning
    assert words.progress_words(baseline) == said
    assert f"learning, {said}" in words.baseline_words(baseline)


@pytest.mark.parametrize(
    ("days", "unit", "said"),
    [
        (1, "day", "1 more normal day"),
        (5, "hour", "5 more days of normal hours"),
        (1, "500 rows", "1 more day of normal blocks"),
    ],
)
def test_days_that_are_missing_are_counted_as_days(days: int, unit: str, said: str) -> None:
    assert words.normal_days_words(days, unit, more=True) == said
    assert words.normal_days_words(days, unit) == said.replace("more ", "")


def test_the_basis_names_the_days_or_the_reference() -> None:
    run = normal_days.quiet_day()
    assert words.basis_words(run) == "28 normal days (8 Feb to 7 Mar 2025)"
    assert words.basis_words(examples.steady()) == "the reference"
    first = dataclasses.replace(
        run, basis=Basis.REFERENCE, baseline=dataclasses.replace(normal_days.BASELINE, blocks=0)
    )
    assert words.basis_words(first) == "the reference, as no normal day is known yet"
    empty_window = dataclasses.replace(run, basis=Basis.REFERENCE)
    assert words.basis_words(empty_window) == "the reference"
    bare = dataclasses.replace(run, baseline=None)
    assert words.basis_words(bare) == "normal days"


def test_the_baseline_says_what_does_not_teach_and_what_is_still_to_come() -> None:
    assert words.baseline_words(normal_days.BASELINE) == (
        "28 normal days; 1 day kept out (lost images); 2 days kept out (too few images); "
        "3 days more not measured yet"
    )
    learning = dataclasses.replace(normal_days.BASELINE, blocks=2, kept_out={}, not_made=0)
    assert words.baseline_words(learning) == "2 normal days; learning, day 3 of 7"


def test_a_drift_names_the_part_to_look_at_and_every_command_with_its_run() -> None:
    run = normal_days.drifted_from_days()
    steps = drift_steps(run)
    assert steps[0].words.startswith("Check model_version 7 first")
    assert [step.command for step in steps[1:]] == [
        f"drift accept JOB.toml {run.run_id}",
        f"drift reject JOB.toml {run.run_id}",
        "drift profile build JOB.toml",
    ]


def test_nothing_is_rejected_where_no_normal_days_are_kept() -> None:
    commands = [step.command for step in drift_steps(examples.drifted())]
    assert not any("reject" in command for command in commands)
    assert drift_steps(examples.steady()) == ()


def test_without_a_part_or_images_the_columns_are_looked_at() -> None:
    everywhere = dataclasses.replace(normal_days.drifted_from_days(), segments=())
    assert "images that stand out" in drift_steps(everywhere)[0].words
    bare = dataclasses.replace(everywhere, offenders=())
    assert "where the values come from: Brightness" in drift_steps(bare)[0].words


def test_a_level_is_accepted_or_the_reference_built_anew() -> None:
    run = normal_days.learning()
    commands = [step.command for step in level_steps(run)]
    assert commands == [f"drift accept JOB.toml {run.run_id}", "drift profile build JOB.toml", ""]


def test_a_run_that_drifted_is_not_offered_to_be_accepted_for_its_level() -> None:
    run = normal_days.drifted_from_days()
    first, build, _ = level_steps(run)
    assert first.words.startswith("Settle the drift first.")
    assert "accept a run without drift" in first.words
    assert (first.command, build.command) == ("", "drift profile build JOB.toml")


def test_a_class_beside_days_moves_from_its_usual_share() -> None:
    run = normal_days.drifted_from_days()
    shares, _ = run.predictions
    assert shares.beside_days is not None
    usual = {**shares.beside_days.usual_shares, "beagle": 0.9}
    beside = dataclasses.replace(shares.beside_days, usual_shares=usual)
    said = column_in_words(dataclasses.replace(shares, beside_days=beside), run)
    assert said.title.endswith(" beagle")
    assert said.words.endswith("of the images, usually 90\N{NO-BREAK SPACE}%")


def test_a_tail_beside_days_is_told_against_what_is_usual() -> None:
    mean = normal_days.quiet_day().features[0]
    said = movement(dataclasses.replace(mean, direction="upper_tail", effect=0.12), None)
    assert said.size == "12\N{NO-BREAK SPACE}% more of the images"
    assert said.meaning == "higher than usual"


def test_learning_says_how_long_to_wait_and_a_steady_day_nothing() -> None:
    wait, accept = steps(normal_days.learning())
    assert wait.words.startswith("Nothing, if you can wait: 5 more normal days will tell")
    assert accept.command.startswith("drift accept")
    assert steps(normal_days.quiet_day()) == ()


def test_a_reason_without_a_verdict_is_said_without_the_headline() -> None:
    run = dataclasses.replace(
        examples.inconclusive(),
        headline="Too few images for a verdict",
        summary="The window has only 23 images; a verdict needs at least 50 (window.min_images).",
        images_needed=None,
    )
    assert steps(run)[0].words == run.summary
