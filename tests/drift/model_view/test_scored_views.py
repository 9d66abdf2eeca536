"""The views of a window are scored once, whoever asks for the scores of whichever part."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta
from pathlib import Path

import numpy as np
import pytest

from drift.model_view.scale import ViewScale
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from reference_stats.model_view.scored_views import ScoredViews
from reference_stats.model_view.views import ANSWERS, ImageViews
from tests.support.seen_world import REQUESTS, START, make_seen_world, seen_job


class Counted:
    """How often each embedding was scored."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times: Counter[bytes] = Counter()
        real = ViewScale.scores

        def scores(scale: ViewScale, views: ImageViews) -> object:
            self.times.update(row.tobytes() for row in views.embeddings[views.known])
            return real(scale, views)

        monkeypatch.setattr(ViewScale, "scores", scores)


def views(images: int, seed: int) -> ImageViews:
    random = np.random.default_rng(seed)
    return ImageViews(
        embeddings=random.normal(size=(images, 8)).astype(np.float16),
        answers=random.random((images, len(ANSWERS))).astype(np.float32),
        classes=random.integers(0, 3, images).astype(np.int32),
        known=random.random(images) > 0.1,
    )


@pytest.fixture(scope="module")
def scale() -> ViewScale:
    found = ViewScale.of(views(400, seed=1), np.arange(400))
    assert isinstance(found, ViewScale)
    return found


def test_parts_have_the_scores_of_the_whole(scale: ViewScale) -> None:
    seen = views(90, seed=2)
    expected = scale.scores(seen).to_numpy()
    random = np.random.default_rng(3)
    scored = ScoredViews.of(scale, seen)
    for count in (7, 40, 90, 20):
        places = random.permutation(90)[:count]
        part = scored.take(places)
        np.testing.assert_array_equal(part.scores().to_numpy(), expected[places])
        own = part.take(np.arange(count)[::2])
        np.testing.assert_array_equal(own.scores().to_numpy(), expected[places[::2]])
    again = scored.take(np.array([5, 5, 3]))
    np.testing.assert_array_equal(again.scores().to_numpy(), expected[[5, 5, 3]])
    np.testing.assert_array_equal(scored.scores().to_numpy(), expected)


def test_what_a_part_made_is_made_once(scale: ViewScale, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(monkeypatch)
    seen = views(90, seed=2)
    scored = ScoredViews.of(scale, seen)
    for places in (np.arange(30), np.arange(20, 60), np.arange(90)):
        scored.take(places).scores()
    scored.scores()
    assert counted.times == Counter(row.tobytes() for row in seen.embeddings[seen.known])


@pytest.mark.slow
def test_a_run_beside_normal_days_with_segments_scores_each_image_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_seen_world(tmp_path / "bucket", (0, 0, 0, 0, 30))
    job = seen_job(folder, baseline={"days": 4}, segments={"columns": ["class"]})
    counted = Counted(monkeypatch)
    found = run_job(
        open_workplace(job), RunOptions(until=START.replace(tzinfo=UTC) + timedelta(days=5))
    )
    assert found.model_view is not None
    assert (found.model_view.problem, found.model_view.images) == ("", REQUESTS)
    assert len(counted.times) >= 3 * REQUESTS
    assert set(counted.times.values()) == {1}
