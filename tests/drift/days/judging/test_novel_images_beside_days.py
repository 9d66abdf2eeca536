"""Images that are new to a model and lie to one side, beside normal days: from views to words."""

from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pandas as pd
import pytest

from drift.comparison.columns.columns import ColumnRole
from drift.comparison.compare import compare
from drift.days.blocks import Block, BlockRecord
from drift.days.judging.beside import BesideNormalDays, judge_beside_days
from drift.days.judging.compare_days import NormalDays, PastMarks
from drift.days.records.known_days import KnownDays
from drift.days.records.measured.scales import ProfileScales, SeenReference, view_scale
from drift.days.scale import ReferenceScale
from drift.days.sums import BothSums, FamilySums
from drift.model_view.scale import ViewScale
from drift.verdict.headline.named import look_of
from drift.verdict.moves import describe_move
from jobs.job_file.job import DetectionSettings
from reference_stats.model_view.view_scores import NOVELTY
from reference_stats.model_view.views import ImageViews
from reports.findings.answers import State
from reports.findings.effect_sizes import COMMON_DIRECTION
from tests.support.columns import lined_up, numeric

DAYS, IMAGES, REFERENCE = 12, 200, 400
FIRST, DAY = datetime(2025, 3, 1, tzinfo=UTC), timedelta(days=1)
NO_FEATURES = ReferenceScale.of(pd.DataFrame())
NOTHING = FamilySums(images=0, effective=0.0)
DETECTION = DetectionSettings()


def views(seed: int, images: int, *, moved: int = 0, usual: int = 0) -> ImageViews:
    """Return embeddings of which a number lies a little to one side; `usual` of them always do."""
    random = np.random.default_rng(seed)
    embeddings = random.gamma(2.0, 1.0, (images, 60))
    embeddings[: moved + usual, :6] += 2.5
    return ImageViews(
        embeddings=embeddings.astype(np.float16),
        answers=np.full((images, 3), np.nan, dtype=np.float32),
        classes=np.full(images, -1, dtype=np.int32),
        known=np.ones(images, dtype=np.bool_),
    )


@pytest.fixture(scope="module")
def seen() -> SeenReference:
    scale = ViewScale.of(views(0, REFERENCE), np.arange(REFERENCE))
    assert isinstance(scale, ViewScale)
    return SeenReference(id="v-0123456789ab", scale=scale)


def judged(
    seen: SeenReference, *, moved: int, usual: int = 0, stays: bool = True
) -> BesideNormalDays:
    """Judge a day after twelve others, with what was usual on these if it stays."""
    of_view = view_scale(seen)
    shown = [views(day + 1, IMAGES, usual=usual) for day in range(DAYS)]
    shown.append(views(DAYS + 1, IMAGES, moved=moved, usual=usual if stays else 0))
    numbers = [seen.numbers(one) for one in shown]
    sums = [
        BothSums(
            features=NOTHING,
            predictions=NOTHING,
            view=FamilySums.of(of_view, one, np.arange(IMAGES)),
        )
        for one in numbers
    ]
    columns = lined_up(
        numeric(
            NOVELTY.name, seen.reference[NOVELTY.name], numbers[-1][NOVELTY.name], ColumnRole.VIEW
        )
    )
    known = KnownDays(
        scales=ProfileScales(
            features=NO_FEATURES, predictions=NO_FEATURES, classes={}, seen=seen, view=of_view
        ),
        records=tuple(_record(day, one) for day, one in enumerate(sums[:-1])),
        positions=np.arange(-DAYS, 0, dtype=np.float64),
        phases=np.arange(DAYS) % 7,
        dates=np.arange(DAYS),
        window=sums[-1],
        window_positions=np.zeros(1),
        window_phases=np.array([DAYS % 7]),
        window_dates=np.array([DAYS]),
        window_weights=np.ones(1),
        unit="day",
    )
    marks = PastMarks(
        levels=np.zeros(DAYS, dtype=np.int64),
        window_level=0,
        rejected=np.zeros(DAYS, dtype=np.bool_),
    )
    normal = NormalDays.of(known, columns, marks, DETECTION)
    return judge_beside_days(
        normal, partial(compare, columns, DETECTION), columns, DETECTION, no_verdict=False
    )


def _record(day: int, sums: BothSums) -> BlockRecord:
    return BlockRecord(
        block=Block(start=FIRST + day * DAY, end=FIRST + (day + 1) * DAY),
        rows=IMAGES,
        images=IMAGES,
        logged=IMAGES,
        features=sums.features,
        predictions=sums.predictions,
        view=sums.view,
        view_id="v-0123456789ab",
    )


def test_images_that_lie_to_one_side_are_drift_though_they_are_hardly_more_novel(seen):
    (novelty,) = judged(seen, moved=50).comparison.view

    assert (novelty.state, novelty.statistic.name) == (State.DRIFT, COMMON_DIRECTION)
    assert novelty.direction == "up"
    assert novelty.effect > DETECTION.minimum_effect
    assert novelty.adjusted_p_value < DETECTION.false_alarm_rate
    assert describe_move(novelty).startswith("embeddings moved to one side by ")
    # What stands beside it is the novelty itself, which days say the usual of.
    assert abs(novelty.beside_days.difference) < novelty.effect


def test_a_part_of_the_images_that_always_lies_there_is_usual(seen):
    (novelty,) = judged(seen, moved=0, usual=50).comparison.view

    assert novelty.state is State.STEADY


def test_a_day_without_the_images_that_were_usual_is_not_called_more_novel(seen):
    (novelty,) = judged(seen, moved=0, usual=100, stays=False).comparison.view

    assert (novelty.state, novelty.statistic.name) == (State.DRIFT, COMMON_DIRECTION)
    assert novelty.beside_days.difference < 0
    assert look_of(novelty) == NOVELTY.falls
    assert describe_move(novelty).startswith("embeddings moved to one side by ")


def test_single_axes_are_said_of_nobody(seen):
    verdict = judged(seen, moved=50).verdicts[ColumnRole.VIEW]

    assert set(verdict.groups) == {NOVELTY.name}
    assert not any(key.number for key in verdict.scores)
