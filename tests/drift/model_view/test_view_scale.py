"""How new images are to a model, beside a part of the reference."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu

from drift.model_view import scale as scale_module
from drift.model_view.nearness import Directions, nearest_distances, nearest_places
from drift.model_view.scale import NoViewScale, ViewScale
from reference_stats.model_view.view_scores import NOVELTY, VIEW_SCORES
from reference_stats.model_view.views import ANSWERS, ImageViews

WIDTH = 32


def views_of(embeddings, classes=None, known=None):
    images = len(embeddings)
    random = np.random.default_rng(images)
    return ImageViews(
        embeddings=embeddings.astype(np.float16),
        answers=random.random((images, len(ANSWERS))).astype(np.float32),
        classes=np.zeros(images, np.int32) if classes is None else classes.astype(np.int32),
        known=np.ones(images, bool) if known is None else known,
    )


def blobs(images, classes, seed):
    """Return embeddings around a middle for each class, and the class of each."""
    random = np.random.default_rng(seed)
    middles = np.random.default_rng(7).standard_normal((10, WIDTH))
    labels = random.choice(classes, images)
    return middles[labels] + 0.3 * random.standard_normal((images, WIDTH)), labels


def scale_of(images=400, classes=range(3)):
    embeddings, labels = blobs(images, list(classes), seed=1)
    return ViewScale.of(views_of(embeddings, labels), np.arange(images))


def test_a_new_class_is_farther_from_the_bank_than_held_out_images_are():
    scale = scale_of()
    new, _ = blobs(50, [5], seed=2)

    usual = scale.reference[NOVELTY.name]
    novel = scale.scores(views_of(new))[NOVELTY.name]

    assert novel.min() > usual.max()


def test_images_of_the_reference_that_come_again_are_as_novel_as_held_out_ones():
    """Each image of the bank would be its own neighbour, which a held-out one never is."""
    embeddings, labels = blobs(400, [0, 1, 2], seed=1)
    views = views_of(embeddings, labels)
    scale = ViewScale.of(views, np.arange(400))

    again = scale.scores(views.take(scale.bank))
    for name in (NOVELTY.name, "view_class_novelty"):
        assert mannwhitneyu(again[name], scale.reference[name]).pvalue > 0.05

    without_first = scale.scores(views.take(scale.bank[:1]))[NOVELTY.name][0]
    others = Directions.of(views.embeddings[scale.bank[1:]])
    own = Directions.of(views.embeddings[scale.bank[:1]])
    assert without_first == pytest.approx(nearest_distances(own, others, 5).mean())


def test_images_that_are_given_another_class_are_novel_within_it():
    scale = scale_of()
    embeddings, labels = blobs(50, [0], seed=3)

    right = scale.scores(views_of(embeddings, labels))
    wrong = scale.scores(views_of(embeddings, labels + 1))

    assert (wrong["view_class_novelty"] > right["view_class_novelty"]).all()
    assert (wrong[NOVELTY.name] == right[NOVELTY.name]).all()


def test_near_copies_are_either_in_the_bank_or_held_out_and_count_once():
    embeddings, _ = blobs(100, [0, 1], seed=4)
    clusters = np.repeat(np.arange(100), 3)
    scale = ViewScale.of(views_of(np.repeat(embeddings, 3, axis=0)), clusters)

    banked, held_out = clusters[scale.bank], clusters[scale.held_out]

    assert len(scale.reference) == len(held_out) == 50
    assert sorted([*banked, *held_out]) == list(range(100))
    assert (scale.held_out % 3 == 0).all()


def test_images_that_the_model_has_not_seen_have_no_scores():
    scale = scale_of()
    embeddings, labels = blobs(4, [0], seed=5)
    known = np.array([True, False, True, False])

    scores = scale.scores(views_of(embeddings, labels, known))

    assert scores.notna().all(axis=1).tolist() == known.tolist()
    assert scores.isna().all(axis=1).tolist() == (~known).tolist()
    assert list(scores) == [score.name for score in VIEW_SCORES]


def test_reference_images_without_a_view_take_no_part():
    embeddings, labels = blobs(120, [0, 1], seed=6)
    known = np.arange(120) % 2 == 0

    scale = ViewScale.of(views_of(embeddings, labels, known), np.arange(120))

    assert known[scale.bank].all()
    assert known[scale.held_out].all()
    assert len(scale.bank) + len(scale.held_out) == 60


@pytest.mark.parametrize("units", [0, 1, 49])
def test_a_small_reference_says_why_it_gives_no_scale(units):
    embeddings = np.ones((units, WIDTH))

    answer = ViewScale.of(views_of(embeddings), np.arange(units))

    assert isinstance(answer, NoViewScale)
    assert f"at {units} independent" in answer.reason


def test_a_model_without_classes_gives_novelty_alone():
    embeddings, _ = blobs(100, [0, 1], seed=8)
    views = views_of(embeddings, np.full(100, -1))
    views.answers[:] = np.nan

    scores = ViewScale.of(views, np.arange(100)).reference

    assert scores[NOVELTY.name].notna().all()
    assert scores[["view_class_novelty", "view_entropy", "view_energy"]].isna().all(axis=None)


def test_distances_are_those_between_directions():
    random = np.random.default_rng(9)
    one, two = (random.standard_normal((count, 200)).astype(np.float16) for count in (30, 80))
    unit = [part / np.linalg.norm(part.astype(float), axis=1)[:, None] for part in (one, two)]
    expected = np.sort(np.linalg.norm(unit[0][:, None] - unit[1][None], axis=2), axis=1)[:, :4]

    found = nearest_distances(Directions.of(one), Directions.of(two), 4)

    assert found == pytest.approx(expected, abs=1e-3)
    assert nearest_places(Directions.of(two[10:20]), Directions.of(two)).tolist() == list(
        range(10, 20)
    )


def test_sums_are_exact_whatever_the_order_of_the_numbers():
    random = np.random.default_rng(10)
    width = 2_048
    one, two = (random.lognormal(size=(40, width)).astype(np.float16) for _ in range(2))
    order = random.permutation(width)

    plain = nearest_distances(Directions.of(one), Directions.of(two), 3)
    mixed = Directions.of(one).whole[:, order] @ Directions.of(two).whole[:, order].T
    exact = Directions.of(one).whole.astype(np.int64) @ Directions.of(two).whole.astype(np.int64).T

    assert (mixed == exact).all()
    assert exact.max() < 2**24
    # What one image says does not depend on those that are looked at beside it.
    alone = nearest_distances(Directions.of(one[:1]), Directions.of(two), 3)
    assert (plain[:1] == alone).all()


def test_embeddings_without_length_are_no_error():
    scale = scale_of()

    scores = scale.scores(views_of(np.zeros((3, WIDTH))))

    assert np.isfinite(scores[NOVELTY.name]).all()


def test_of_many_images_a_few_at_a_time_are_held_in_other_numbers(monkeypatch):
    images = 20_000
    scale = scale_of()
    embeddings, labels = blobs(images, [0, 1, 2], seed=6)
    views = views_of(embeddings, labels, np.arange(images) % 7 > 0)
    at_once = scale.scores(views)
    monkeypatch.setattr(scale_module, "_NUMBERS_AT_ONCE", 500 * WIDTH)

    tracemalloc.start()
    in_parts = scale.scores(views)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    pd.testing.assert_frame_equal(in_parts, at_once)
    assert peak < 2 * embeddings.astype(np.float16).nbytes
