"""Novel images: which stand out, how they are grouped, and what lies nearest in the reference."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import silhouette_score

from drift.model_view.scale import ViewScale
from drift.where.novel.grouping import grouped, silhouette
from drift.where.novel.groups import MOST_GROUPED, SeenUnits, novel_images
from drift.where.novel.standing_out import StandingOut
from reference_stats.model_view.view_scores import NOVELTY
from reference_stats.model_view.views import ANSWERS, ImageViews

WIDTH = 24
NAMES = ("cat", "dog", "owl")
CENTRES = np.random.default_rng(5).normal(size=(6, WIDTH))


def embeddings(kinds, seed=0, spread=0.35) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(len(kinds), WIDTH))
    return (CENTRES[np.asarray(kinds)] + spread * noise).astype(np.float16)


def views(kinds, seed=0) -> ImageViews:
    count = len(kinds)
    return ImageViews(
        embeddings=embeddings(kinds, seed),
        answers=np.zeros((count, len(ANSWERS)), dtype=np.float32),
        classes=np.minimum(np.asarray(kinds, dtype=np.int32), 2),
        known=np.ones(count, dtype=np.bool_),
    )


def reference(images=300) -> tuple[ViewScale, np.ndarray]:
    kinds = np.arange(images) % 3
    scale = ViewScale.of(views(kinds, seed=1), np.arange(images))
    assert isinstance(scale, ViewScale)
    return scale, np.array([f"reference/{NAMES[kind]}-{at}.jpg" for at, kind in enumerate(kinds)])


def window(kinds, seed=2) -> SeenUnits:
    names = np.array([f"images/{kind}-{at}.jpg" for at, kind in enumerate(kinds)], dtype=object)
    return seen_images(names, views(kinds, seed))


def seen_images(names, seen: ImageViews) -> SeenUnits:
    novelty = reference()[0].scores(seen)[NOVELTY.name].to_numpy()
    return SeenUnits(names=names, views=seen, novelty=novelty)


def test_new_kinds_of_images_are_grouped_by_kind_the_larger_first():
    scale, names = reference()
    kinds = np.array([0, 1, 2] * 40 + [4] * 5 + [3] * 12)

    found = novel_images(scale, names, window(kinds), NAMES, 0.01, has_drifted=False)

    first, second = found.groups[:2]
    assert {name[:8] for name in first.images} == {"images/3"}
    assert {name[:8] for name in second.images} == {"images/4"}
    assert len(first.images) == 4
    assert 12 <= first.size <= 15
    assert first.share == pytest.approx(first.size / len(kinds))
    assert (first.predicted, first.predicted_share) == ("owl", 1.0)
    assert found.images >= 17 > found.expected * 5
    assert found.stands_out


def test_beside_each_image_stands_the_one_that_is_nearest_in_the_bank():
    scale, names = reference()
    seen = window([3] * 12)

    (group,) = novel_images(scale, names, seen, NAMES, 0.01, has_drifted=True).groups

    bank = views(np.arange(300) % 3, seed=1).take(scale.bank).embeddings.astype(np.float64)
    bank /= np.linalg.norm(bank, axis=1, keepdims=True)
    for image, nearest in zip(group.images, group.reference_images, strict=True):
        own = seen.views.embeddings[list(seen.names).index(image)].astype(np.float64)
        closest = np.argmax(bank @ own)
        assert nearest == names[scale.bank[closest]]


def test_a_window_like_the_reference_has_no_groups():
    scale, names = reference()

    found = novel_images(scale, names, window([0, 1, 2] * 60), NAMES, 0.01, has_drifted=False)

    assert found.groups == ()
    assert found.expected == pytest.approx(180 * 2 / 151, abs=1.0)


def test_classes_without_names_are_called_by_their_place_and_no_class_by_nothing():
    scale, names = reference()
    seen = window([3] * 12)

    (numbered,) = novel_images(scale, names, seen, (), 0.01, has_drifted=True).groups
    unclassed = ImageViews(
        embeddings=seen.views.embeddings,
        answers=seen.views.answers,
        classes=np.full(12, -1, dtype=np.int32),
        known=seen.views.known,
    )
    (nameless,) = novel_images(
        scale, names, seen_images(seen.names, unclassed), (), 0.01, has_drifted=True
    ).groups

    assert numbered.predicted == "class 2"
    assert (nameless.predicted, nameless.predicted_share) == ("", None)


def test_of_very_many_novel_images_the_most_novel_are_grouped():
    scale, names = reference()

    found = novel_images(scale, names, window([3] * 500), NAMES, 0.01, has_drifted=False)

    assert sum(one.size for one in found.groups) == MOST_GROUPED
    assert found.images > 400


def test_images_that_the_model_has_not_looked_at_are_no_novel_ones():
    scale, names = reference()
    seen = window([3] * 12)
    unseen = seen_images(seen.names, ImageViews.unknown(12, WIDTH))

    assert novel_images(scale, names, unseen, NAMES, 0.01, has_drifted=True).images == 0


def test_the_chance_of_so_many_is_that_of_exchangeable_images():
    """Of 2,000 pairs of sides without drift as many are called unusual as the p-value says."""
    random, below = np.random.default_rng(11), 0
    for _ in range(2_000):
        values = random.normal(size=150 + 100)
        below += StandingOut.of(values[:150], values[150:]).p_value < 0.05

    assert binomtest(below, 2_000, 0.05, alternative="greater").pvalue > 0.001


def test_silhouettes_are_those_of_scikit_learn():
    points = embeddings([0] * 7 + [1] * 4 + [2], spread=1.0).astype(np.float64)
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    codes = np.array([0] * 7 + [1] * 4 + [2])

    expected = silhouette_score(distances, codes, metric="precomputed")
    assert silhouette(distances, codes) == pytest.approx(expected)


@pytest.mark.parametrize("images", [1, 2, 3])
def test_few_images_are_grouped_too(images):
    groups = grouped(embeddings([3] * images))

    assert sorted(np.concatenate(groups).tolist()) == list(range(images))


def test_equal_images_are_one_group():
    assert [len(one) for one in grouped(np.ones((6, WIDTH), dtype=np.float16))] == [6]


def test_images_of_one_kind_are_not_taken_apart():
    assert [len(one) for one in grouped(embeddings([3] * 40))] == [40]


def test_where_all_images_are_a_little_more_novel_the_most_novel_fifth_is_grouped():
    scale, names = reference()
    seen = window([0, 1, 2] * 20)
    # Higher by a little each, beyond all of the reference in none.
    usual = np.quantile(scale.reference[NOVELTY.name].dropna(), 0.9)
    alike = dataclasses.replace(seen, novelty=np.minimum(seen.novelty * 1.1, usual))

    found = novel_images(scale, names, alike, NAMES, 0.01, has_drifted=True)

    assert found.images == 0
    assert sum(one.size for one in found.groups) == 12
    assert novel_images(scale, names, alike, NAMES, 0.01, has_drifted=False).groups == ()
