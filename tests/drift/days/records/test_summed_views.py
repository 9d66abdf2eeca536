"""The sums of a block over what a model saw: whose images, on which scale, and by segment."""

import dataclasses
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from drift.days.blocks import Block
from drift.days.records.measured.measure import BlockCounts, Measuring, block_record, take_rows
from drift.days.records.measured.scales import ProfileScales, SeenReference
from drift.days.sums import FamilySums, is_seen
from drift.model_view.scale import ViewScale
from drift.observations.window_images import WindowImages
from reference_stats.model_view.view_scores import NOVELTY
from reference_stats.model_view.views import ANSWERS, ImageViews
from reports.findings.effect_sizes import COMMON_DIRECTION
from tests.support.two_sides import BURST, NAMES, START, pictures, profile_of

WIDTH, REFERENCE, IMAGES = 8, 200, 60
BLOCK = Block(start=START, end=START + timedelta(days=1))
VIEW_ID = "v-0123456789ab"


def views_of(number: int, seed: int, off: float = 0.0) -> ImageViews:
    random = np.random.default_rng(seed)
    embeddings = random.normal(size=(number, WIDTH)) + off
    return ImageViews(
        embeddings=embeddings.astype(np.float16),
        answers=random.random((number, len(ANSWERS))).astype(np.float32),
        classes=random.integers(0, 2, number).astype(np.int32),
        known=np.ones(number, dtype=np.bool_),
    )


@pytest.fixture(scope="module")
def measuring() -> Measuring:
    """How images are measured beside a reference at which a model has looked."""
    scale = ViewScale.of(views_of(REFERENCE, 1), np.arange(REFERENCE))
    assert isinstance(scale, ViewScale)
    seen = SeenReference(id=VIEW_ID, scale=scale)
    profile = profile_of(pictures(REFERENCE, 1))
    return Measuring(
        scales=ProfileScales.of(profile, BURST, seen),
        burst=BURST,
        most_images=300,
        segments=("camera",),
    )


def window(*, unread: int = 0, unseen: int = 0) -> WindowImages:
    """Return a row for each of some images, the first of which could not be read, or not seen."""
    shown = pictures(IMAGES, 2)
    analysed = np.arange(unread, IMAGES)
    views = views_of(IMAGES, 3, off=1.0).take(analysed)
    views.known[:unseen] = False
    return WindowImages(
        rows=pd.DataFrame(
            {
                "timestamp": pd.date_range(START, periods=IMAGES, freq="1min").as_unit("us"),
                "image": [f"images/{at:03d}.jpg" for at in range(IMAGES)],
                "client": "one",
            }
        ),
        features=shown.loc[analysed, NAMES],
        fingerprints=None,
        segments=pd.DataFrame({"camera": ["left", "left", "right"] * (IMAGES // 3)}, dtype=object),
        views=views,
    )


def record_of(images: WindowImages, measuring: Measuring):
    counts = BlockCounts(rows=IMAGES, images=IMAGES, refused=0)
    return block_record(BLOCK, counts, images, measuring)


def assert_equal(one: FamilySums, other: FamilySums) -> None:
    assert (one.images, one.scores.keys()) == (other.images, other.scores.keys())
    for key, sums in one.scores.items():
        assert sums == pytest.approx(other.scores[key], abs=1e-9)


@pytest.mark.parametrize(("unread", "unseen"), [(0, 0), (5, 0), (5, 4)])
def test_the_view_is_summed_over_the_images_that_the_model_looked_at(measuring, unread, unseen):
    images = window(unread=unread, unseen=unseen)

    record = record_of(images, measuring)

    numbers = measuring.scales.seen.numbers(images.views.take(np.arange(unseen, IMAGES - unread)))
    expected = FamilySums.of(measuring.scales.view, numbers, np.arange(len(numbers)))
    assert record.view_id == VIEW_ID
    assert record.view.images == IMAGES - unread - unseen
    assert record.features.images == IMAGES - unread
    assert_equal(record.view, expected)
    assert record.view.effective == pytest.approx(expected.effective)


def test_the_view_of_a_segment_is_that_of_a_record_of_its_rows_alone(measuring):
    images = window(unread=2, unseen=3)

    record = record_of(images, measuring)

    for value, sums in record.segments["camera"].items():
        own = np.flatnonzero((images.segments["camera"] == value).to_numpy())
        assert_equal(sums.view, record_of(take_rows(images, own), measuring).view)


def test_without_a_model_nothing_is_known_of_a_view(measuring):
    images = window()
    without = dataclasses.replace(
        measuring, scales=dataclasses.replace(measuring.scales, seen=None, view=None)
    )

    for record in (
        record_of(dataclasses.replace(images, views=None), measuring),
        record_of(images, without),
    ):
        assert (record.view, record.view_id) == (None, "")
        assert record.segments["camera"]["left"].view is None
        assert not is_seen(record.sums)


def test_images_that_are_gone_leave_the_view_of_a_block_unknown(measuring):
    assert is_seen(record_of(window(unseen=6), measuring).sums)
    assert not is_seen(record_of(window(unseen=7), measuring).sums)


def test_the_scale_of_a_view_rests_on_the_held_out_part_of_the_reference(measuring):
    scales = measuring.scales

    assert scales.view_id == VIEW_ID
    assert scales.view.units == len(scales.seen.scale.reference) == REFERENCE // 2
    assert set(scales.view.columns) == set(scales.seen.scale.reference.columns)


def test_where_novel_images_lie_is_summed_up_along_each_axis_and_is_no_column(measuring):
    images, scales = window(), measuring.scales

    record = record_of(images, measuring)

    axes = [key for key in scales.view.keys if key.method == COMMON_DIRECTION and key.number]
    assert len(axes) == WIDTH
    assert set(record.view.columns) == set(scales.view.columns)
    novelty = scales.seen.scale.scores(images.views)[NOVELTY.name].to_numpy()
    held_out = np.sort(scales.seen.scale.reference[NOVELTY.name].to_numpy())
    rank = np.searchsorted(held_out, novelty) + 0.5
    weights = np.exp(0.5 * ndtri(rank / (len(held_out) + 1)))
    along = scales.seen.scale.directions(images.views)
    for at, key in enumerate(axes):
        known, total, squares = record.view.scores[key.text]
        assert known == IMAGES
        assert total == pytest.approx((weights * along[:, at]).sum(), rel=1e-6)
        assert squares == pytest.approx(((weights * along[:, at]) ** 2).sum(), rel=1e-6)
