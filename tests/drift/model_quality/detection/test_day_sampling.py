"""How AP50 of few images varies, and how days are judged by it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from benchmarks.detector_drop_parts.simulated_detector import hardness_of, simulated_table
from drift.model_quality.detection.judging import drawn_sets
from drift.model_quality.detection.judging.day_sampling import DaySampling, every_kth, pool_of
from drift.model_quality.detection.judging.drawn_sets import ImageHits
from drift.model_quality.detection.judging.judged_ap50 import (
    ap50_day,
    pooled_judgement,
    reference_score,
)
from drift.model_quality.detection.match_table import merge_tables
from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.scores import score_detections
from drift.model_quality.judging.judge import judge
from drift.model_quality.judging.judgement import DayScore, Judgement, JudgeSettings, NewestRule
from reports.findings.model_quality.quality import QualityBasis, QualityState
from reports.findings.model_quality.scores import Estimate
from tests.support.detections import chosen_images, draw_detections

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SETTINGS = JudgeSettings()


def whole_table(images, ap50=0.84, seed=0):
    return simulated_table(np.random.default_rng(seed), hardness_of(np.full(images, ap50)))


@pytest.fixture(scope="module")
def pool():
    return whole_table(1_500)


@pytest.fixture(scope="module")
def sampling(pool):
    return DaySampling.learned(pool, [20, 200])


@pytest.mark.parametrize("rows", [1, 1_000_000])
def test_ap50_of_sets_is_that_of_their_images_scored_alone(monkeypatch, rows):
    monkeypatch.setattr(drawn_sets, "_MOST_ROWS", rows)
    detections = draw_detections(4, images=60)
    random = np.random.default_rng(0)
    sets = [np.sort(random.choice(60, size, replace=False)) for size in (1, 5, 30, 60, 12)]
    found = ImageHits.of(match_boxes(detections)).ap50(
        np.concatenate(sets), np.array([len(one) for one in sets])
    )
    alone = [score_detections(match_boxes(chosen_images(detections, one))).ap50 for one in sets]
    assert found == pytest.approx([np.nan if one is None else one for one in alone], nan_ok=True)


def test_sets_without_true_boxes_have_no_ap50():
    hits = ImageHits.of(match_boxes(draw_detections(4, images=60)))
    assert np.isnan(hits.ap50(np.zeros(0, np.int64), np.array([0]))).all()


def test_every_kth_image_is_as_chosen_by_number():
    detections = draw_detections(8, images=50)
    found = every_kth(match_boxes(detections), 7, 3, 40)
    expected = match_boxes(chosen_images(detections, np.arange(3, 40, 7)))
    assert score_detections(found) == score_detections(expected)


def test_a_pool_is_drawn_evenly_from_all_days():
    tables = [whole_table(images, seed=images) for images in (30, 7, 100)]
    assert pool_of(tables, most=1_000).images == 137
    assert pool_of(tables, most=20).images == len(range(0, 137, 7))


def test_days_vary_as_was_learned(sampling):
    """The variance of 400 drawn days is known to 7 %, as is what was learned of it."""
    for images in (25, 150):
        scores = [score_of(whole_table(images, seed=1_000 + at)) for at in range(400)]
        level = 0.84
        learned = level * (1 - level) / sampling.informative(images)
        assert 0.65 < np.var(scores) / learned < 1.5
        unbiased = [sampling.unbiased(one, images) for one in scores]
        assert abs(np.mean(unbiased) - level) < abs(np.mean(scores) - level) + 0.005
        assert np.mean(unbiased) == pytest.approx(level, abs=0.015)


def score_of(table):
    hits = ImageHits.of(table)
    return float(hits.ap50(np.arange(table.images), np.array([table.images]))[0])


def test_ap50_of_few_images_is_too_high(sampling):
    assert sampling.bias[0] > sampling.bias[-1] >= -0.005
    assert sampling.unbiased(0.8, 2_000) == pytest.approx(0.8 - sampling.bias[-1] / 10)
    assert (sampling.unbiased(0.0, 20), sampling.unbiased(1.2, 20)) == (0.0, 1.0)


def test_nothing_is_learned_without_true_boxes(pool):
    empty = replace(
        pool,
        truth_image=np.zeros(0, np.int32),
        truth_class=np.zeros(0, np.int32),
        truth_count=np.zeros(0, np.int32),
    )
    for one in (empty, merge_tables([])):
        assert DaySampling.learned(one, [20]) == DaySampling.unknown()
    assert DaySampling.unknown().informative(30) == pytest.approx(30)


def test_a_detector_without_an_error_is_judged_as_shares_of_images(pool):
    perfect = every_kth(pool, 1, 0, 100)
    right = perfect.hits & 1 != 0
    columns = ("image", "class_code", "score", "hits", "ignored", "overlap")
    only = replace(perfect, **{name: getattr(perfect, name)[right] for name in columns})
    truths = np.unique(only.image * np.int32(5) + only.class_code, return_counts=True)
    only = replace(
        only,
        truth_image=(truths[0] // 5).astype(np.int32),
        truth_class=(truths[0] % 5).astype(np.int32),
        truth_count=truths[1].astype(np.int32),
    )
    learned = DaySampling.learned(only, [10, 50])
    assert learned.informative(20) == pytest.approx(20)
    assert learned.unbiased(1.0, 20) == pytest.approx(1.0)


def test_labels_and_not_effective_images_decide_which_days_are_judged(sampling):
    days = [
        ap50_day(FIRST + at * DAY, FIRST + (at + 1) * DAY, 60, 0.84, sampling) for at in range(9)
    ]
    assert days[0].labelled == 60
    few = [replace(day, images=day.images / 10, right=day.right / 10) for day in days]
    rule = NewestRule(window_end=days[-1].end, window_days=1)
    for chosen in (days, few):
        answer = judge(chosen, None, SETTINGS, rule)
        assert (answer.state, answer.basis) == (QualityState.HOLDS, QualityBasis.EARLIER)
    less = [replace(day, labels=5.0) for day in days]
    assert judge(less, None, SETTINGS, rule).state is QualityState.UNKNOWN


def test_the_references_labels_decide_whether_it_is_compared_with(sampling):
    day = ap50_day(FIRST, FIRST + DAY, 60, 0.84, sampling)
    rule = NewestRule(window_end=day.end, window_days=1)
    enough = reference_score(60, 0.84, sampling)
    assert judge([day], enough, SETTINGS, rule).basis is QualityBasis.REFERENCE
    assert judge([day], (*enough[:2], 40.0), SETTINGS, rule).basis is None


def test_days_whose_labels_are_their_images_are_judged_as_days_without_a_number_of_labels():
    random = np.random.default_rng(5)
    images = random.integers(20, 300, 40).astype(float)
    right = random.binomial(images.astype(int), np.where(np.arange(40) < 36, 0.9, 0.75))
    plain = [
        DayScore(start=FIRST + at * DAY, end=FIRST + (at + 1) * DAY, images=n, right=float(k))
        for at, (n, k) in enumerate(zip(images, right, strict=True))
    ]
    rule = NewestRule(window_end=plain[-1].end, window_days=1)
    counted = [replace(day, labels=day.images) for day in plain]
    one = judge(plain, (1000.0, 900.0), SETTINGS, rule)
    other = judge(counted, (1000.0, 900.0, 1000.0), SETTINGS, rule)
    assert one.state is QualityState.DROPPED
    assert replace(other, newest=(), before=()) == replace(one, newest=(), before=())


def told(state=QualityState.DROPPED):
    return Judgement(
        state=state, drop=Estimate(value=0.1, low=0.05, high=0.16), p_value=0.001, since=FIRST
    )


def test_the_drop_that_is_shown_is_that_of_the_scores_beside_it():
    found = pooled_judgement(told(), 0.84, 0.72, SETTINGS)
    assert found.state is QualityState.DROPPED
    assert found.drop.value == pytest.approx(0.12)
    assert (found.drop.low, found.drop.high) == pytest.approx((0.07, 0.18))


def test_a_drop_that_the_shown_scores_do_not_have_is_not_told():
    found = pooled_judgement(told(), 0.84, 0.83, SETTINGS)
    assert (found.state, found.since) == (QualityState.HOLDS, None)
    assert pooled_judgement(told(), 0.84, 0.82, SETTINGS).state is QualityState.DROPPED
    assert pooled_judgement(told(), None, 0.82, SETTINGS) == told()
