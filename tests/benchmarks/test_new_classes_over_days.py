"""Trials of new classes beside days: who is drawn, how days differ, and what is seen."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.new_classes_parts.looking import Seen
from benchmarks.new_classes_parts.over_days import Days, alarms_over_days, drawn_days
from benchmarks.new_classes_parts.trials import Cell, Pool
from reference_stats.model_view.views import ImageViews

CLASSES, OF_CLASS, WIDTH = 5, 300, 12
DAYS = Days(number=10, differ=0.1)


@pytest.fixture(scope="module")
def pool() -> Pool:
    random = np.random.default_rng(6)
    labels = np.repeat([str(one) for one in range(CLASSES)], OF_CLASS)
    middles = random.gamma(1.0, 1.0, (CLASSES, WIDTH))
    images = len(labels)
    embeddings = middles[labels.astype(int)] + random.gamma(2.0, 0.5, (images, WIDTH))
    return Pool(
        labels=labels,
        features=pd.DataFrame(random.normal(size=(images, 3)), columns=["a", "b", "c"]),
        seen=Seen(
            views=ImageViews(
                embeddings=embeddings.astype(np.float16),
                answers=random.random((images, 3)).astype(np.float32),
                classes=np.zeros(images, dtype=np.int32),
                known=np.ones(images, dtype=np.bool_),
            ),
            free=np.ones(images, dtype=np.bool_),
            accuracy=1.0,
        ),
    )


def cell(share: float, window: int = 100) -> Cell:
    return Cell(new="4", share=share, window=window, reference=500)


def test_days_have_neither_images_of_the_reference_nor_new_ones(pool):
    drawn = drawn_days(pool, cell(0.3), DAYS, 1)

    assert len(drawn.blocks) == DAYS.number + 1
    assert {len(one) for one in drawn.blocks} == {100}
    assert len(drawn.reference) == 500
    assert not set(np.concatenate(drawn.blocks)) & set(drawn.reference)
    new = [int((pool.labels[one] == "4").sum()) for one in drawn.blocks]
    assert new == [0] * DAYS.number + [30]


def between_days(pool: Pool, days: Days) -> float:
    """Return how far apart the means of days lie along the axis on which they differ most."""
    drawn = drawn_days(pool, cell(0.0, 2_000), days, 2)
    embeddings = pool.seen.views.embeddings.astype(np.float64)
    means = np.array([embeddings[one].mean(axis=0) for one in drawn.blocks])
    return float((means / embeddings.std(axis=0)).std(axis=0).max())


def test_days_differ_by_as_much_as_is_asked(pool):
    # What chance adds with 2,000 images is a fiftieth.
    assert between_days(pool, Days(number=10, differ=0.0)) < 0.05
    assert 0.1 < between_days(pool, Days(number=10, differ=0.2)) < 0.5


def test_a_new_class_is_seen_with_the_view_and_not_by_pixels_that_know_nothing_of_it(pool):
    found = alarms_over_days(pool, cell(0.3), DAYS, 3)

    assert (found.pixels, found.both) == (False, True)
    assert not alarms_over_days(pool, cell(0.0), DAYS, 3).both


def test_a_reference_that_leaves_no_images_for_days_is_refused(pool):
    with pytest.raises(SystemExit, match="Lower --reference"):
        drawn_days(pool, Cell(new="4", share=0.1, window=100, reference=1_100), DAYS, 1)
