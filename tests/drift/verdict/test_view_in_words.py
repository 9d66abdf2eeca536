"""What is said where a model's view moved: behind the pixels that explain it, else first."""

import dataclasses

import numpy as np
import pytest

from drift.comparison.columns.columns import ColumnRole
from drift.comparison.compare import compare
from drift.comparison.segments.judged import JudgedSegment
from drift.observations.segments.segment_values import SegmentValue
from drift.verdict.decide import decide
from drift.verdict.headline.named import says_of, score_named_first, to_name
from drift.verdict.moves import describe_move
from drift.verdict.sentence import Extent, moved, moved_in_segment
from drift.verdict.yardstick import Yardstick
from reference_stats.model_view.view_scores import CLASS_NOVELTY, ENERGY, ENTROPY, NOVELTY
from reports.findings.answers import State, Verdict
from reports.findings.columns import Distribution, Finding, Statistic
from reports.findings.days import Basis
from reports.findings.effect_sizes import COMMON_DIRECTION
from reports.findings.images import ImageCounts
from reports.findings.of_log.counts import LogCounts
from reports.words.movements import movement
from tests.support.columns import lined_up, numeric
from tests.support.worlds import job_of

IMAGES = ImageCounts(logged=400, analysed=400, missing=0, unreadable=0, unfetched=0)
EXTENT = Extent(images=IMAGES)


def found(name: str, effect: float, direction: str = "up") -> Finding:
    return Finding(
        name=name,
        unit="",
        state=State.DRIFT,
        effect=effect,
        direction=direction,
        reference=Distribution(count=100, mean=0.0),
        current=Distribution(count=100, mean=1e6),
    )


def names(*drifted: Finding) -> list[str]:
    return [one.name for one in to_name(drifted)]


def headline(*drifted: Finding) -> str:
    return moved(drifted, EXTENT).headline


def test_a_view_that_moved_alone_is_the_headline() -> None:
    novelty = found(NOVELTY.name, 1.3)
    told = moved([novelty], EXTENT)
    assert told.headline == "Images show things that the reference does not"
    assert told.summary == f"{told.headline}: novelty to the model up 1.30 sigma; 400 images."


def test_a_caption_begins_with_the_score_that_the_headline_begins_with() -> None:
    novelty, darker = found(NOVELTY.name, 1.0), found("mean", 3.0, "down")
    assert score_named_first([novelty]) == NOVELTY.name
    assert score_named_first([novelty, found(ENTROPY.name, 3.0)]) == NOVELTY.name
    assert score_named_first([novelty, found("mean", 0.4, "down")]) == NOVELTY.name
    assert score_named_first([novelty, darker]) == ""
    assert score_named_first([]) == ""


@pytest.mark.parametrize(("share", "whose"), [(0.2, "Some images"), (0.7, "Images")])
def test_a_part_that_lies_above_is_some_images(share: float, whose: str) -> None:
    part = found(NOVELTY.name, share, "upper_tail")
    assert headline(part) == f"{whose} show things that the reference does not"


def test_blur_comes_first_and_what_the_model_makes_of_it_behind() -> None:
    blur, novelty = found("sharpness", 3.0, "down"), found(NOVELTY.name, 2.5)
    assert names(novelty, blur) == ["sharpness", NOVELTY.name]
    assert headline(novelty, blur) == (
        "Images are blurrier and more novel to the model than the reference"
    )
    told = moved([found("mean", 2.0, "down"), blur, found("warmth", 2.1), novelty], EXTENT)
    assert "novelty to the model up 2.50 sigma" in told.summary


def test_a_new_class_that_has_other_colours_too_is_no_change_of_colours() -> None:
    """As measured where six in ten images showed cars among animals."""
    seen = [found("warmth", 0.66, "down"), found("orientation", 0.59), found(NOVELTY.name, 1.01)]
    assert headline(*seen) == "Images show things that the reference does not"


def test_noise_that_the_model_sees_too_is_no_new_class() -> None:
    """As measured with little noise in all images, of which the view moves the most."""
    noise = [found("noise_level", 1.84), found("speckle", 1.33), found(NOVELTY.name, 1.24)]
    assert headline(*noise).startswith("Images are noisier or finer in texture")


def test_small_moves_of_the_pixels_do_not_explain_a_large_one_of_the_view() -> None:
    brighter, novelty = found("mean", 0.4), found(NOVELTY.name, 1.5)
    assert names(brighter, novelty) == [NOVELTY.name, "mean"]
    assert headline(brighter, novelty) == "Images show things that the reference does not"
    trace = found("entropy", 3.0)
    assert names(trace, novelty) == [NOVELTY.name, "entropy"]


def test_entropy_and_energy_are_told_last() -> None:
    scores = [found(one.name, 3.0) for one in (ENERGY, ENTROPY)]
    novelty, of_class = found(NOVELTY.name, 0.4), found(CLASS_NOVELTY.name, 1.0)
    assert names(*scores, of_class, novelty) == [NOVELTY.name]
    assert names(*scores, of_class) == [CLASS_NOVELTY.name]
    assert names(*scores) == [ENTROPY.name]
    assert headline(*scores) == "Images are less clear to the model than the reference"
    assert headline(scores[0]) == "Images are weaker in the model's outputs than the reference"


def test_less_novel_images_do_not_show_new_things() -> None:
    closer = found(NOVELTY.name, 1.0, "down")
    assert says_of(closer) == ""
    assert headline(closer) == "Images are less novel to the model than the reference"


def test_a_view_that_varies_more_is_about_images() -> None:
    wider = dataclasses.replace(found(NOVELTY.name, 1.0, "spread"), direction="spread")
    assert headline(wider) == "The images have moved away from the reference"
    assert describe_move(wider).startswith("spread of novelty to the model")


def test_beside_normal_days_images_are_more_novel_than_those() -> None:
    days = dataclasses.replace(EXTENT, yardstick=Yardstick(basis=Basis.DAYS))
    told = moved([found(NOVELTY.name, 1.0)], days)
    assert told.headline.startswith("Images are more novel to the model than on ")


def test_a_segment_shows_things_that_the_reference_does_not() -> None:
    novelty = found(NOVELTY.name, 1.0)
    gate = JudgedSegment(
        segment=SegmentValue(column="camera", value="gate-3"),
        images=90,
        days=0,
        state=State.DRIFT,
        p_value=1e-6,
        adjusted_p_value=1e-5,
        strongest=novelty,
        drifted=(novelty,),
    )
    told = moved_in_segment(gate, EXTENT, whole_drifted=False)
    assert told.headline == "Camera gate-3: images show things that the reference does not"


def test_the_verdict_of_a_run_is_drift_where_the_view_alone_moved(tmp_path) -> None:
    job = job_of(tmp_path)
    random = np.random.default_rng(1)
    columns = (
        numeric("mean", random.normal(size=900), random.normal(size=400)),
        numeric(
            NOVELTY.name,
            random.gamma(4, 0.05, 450),
            random.gamma(4, 0.05, 400) + 0.2,
            role=ColumnRole.VIEW,
        ),
    )
    comparison = compare(lined_up(*columns), job.detection)
    said = decide(comparison, EXTENT, LogCounts(rows=400, rejected=0, reasons={}), job)
    assert said.verdict is Verdict.DRIFT
    assert said.summary.startswith(
        "Images show things that the reference does not: novelty to the model up "
    )


def test_embeddings_that_moved_to_one_side_are_no_move_of_the_novelty() -> None:
    """The effect is a distance between embeddings: the scores themselves may hardly move."""
    said = Statistic(name=COMMON_DIRECTION, value=4.0)
    one = dataclasses.replace(found(NOVELTY.name, 0.67), statistic=said)
    told = moved([one], EXTENT)
    assert told.headline == "Images show things that the reference does not"
    assert "embeddings moved to one side by 0.67 sigma" in told.summary
    assert "novelty" not in told.summary
    shown = movement(one, NOVELTY)
    assert shown.way == "to one side"
    assert shown.size == "0.67\N{NO-BREAK SPACE}\N{GREEK SMALL LETTER SIGMA}"
