import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model_quality.detection.kept_table import keep_table, kept_table
from drift.model_quality.detection.match_table import merge_tables
from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.scores import score_detections
from tests.support.detections import chosen_images, detections_of, draw_detections

SEEDS = st.integers(0, 2**32 - 1)


def assert_same(one, other):
    for name in one.__slots__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@given(seed=SEEDS, cuts=st.lists(st.integers(0, 15), max_size=3).map(sorted))
def test_merged_days_are_what_all_images_at_once_give(seed, cuts):
    detections = draw_detections(seed, images=15, scores=6)
    days = [np.arange(a, b) for a, b in zip([0, *cuts], [*cuts, 15], strict=True)]

    merged = merge_tables([match_boxes(chosen_images(detections, day)) for day in days])

    assert_same(merged, match_boxes(detections))


def test_days_of_other_classes_are_merged_by_name():
    box = (0, 0, 10, 10)
    first = detections_of(
        [(0, 0, box, 0.9), (0, 1, box, 0.8)],
        [(0, 0, box), (0, 1, box), (0, 1, (20, 20, 30, 30))],
        classes=("dog", "cat"),
    )
    second = detections_of([(0, 0, box, 0.7)], [(0, 0, box)], classes=("ant",))

    merged = merge_tables([match_boxes(first), match_boxes(second)])

    assert merged.classes == ("ant", "cat", "dog")
    scores = {one.name: one for one in score_detections(merged).classes}
    assert {name: one.truths for name, one in scores.items()} == {"ant": 1, "cat": 2, "dog": 1}
    assert scores["cat"].ap50 == pytest.approx(51 / 101)
    assert list(merged.image) == [0, 0, 1]
    assert list(merged.class_code) == [1, 2, 0]


def test_no_days_are_no_images():
    merged = merge_tables([])

    assert (merged.images, len(merged), merged.classes) == (0, 0, ())
    assert score_detections(merged).ap is None


@given(seed=SEEDS)
def test_a_table_is_read_as_it_was_kept(seed):
    table = match_boxes(draw_detections(seed, images=5, scores=9))

    values = json.loads(json.dumps(keep_table(table)))

    assert_same(kept_table(values), table)
    assert values == keep_table(kept_table(values))


def test_the_scores_of_a_kept_table_keep_their_kind():
    table = kept_table(keep_table(match_boxes(draw_detections(0))))

    assert table.score.dtype == np.float64
    assert table.hits.dtype == np.uint16


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: kept.pop("columns"),
        lambda kept: kept.update(images=None),
        lambda kept: kept.update(classes=None),
        lambda kept: kept.update(classes=[]),
        lambda kept: kept.update(images=1),
        lambda kept: kept["columns"].pop("hits"),
        lambda kept: kept["columns"].update(hits="?"),
        lambda kept: kept["columns"].update(hits="AAAA"),
        lambda kept: kept["columns"].update(hits=kept["columns"]["score"]),
        lambda kept: kept["columns"].update(hits=3),
    ],
)
def test_what_is_no_kept_table_is_refused(damage):
    kept = keep_table(match_boxes(draw_detections(0)))
    damage(kept)

    with pytest.raises(ValueError, match=r"Expected|differ in length"):
        kept_table(kept)


def test_predictions_out_of_order_are_refused():
    table = match_boxes(draw_detections(0))

    with pytest.raises(ValueError, match="not in order"):
        replace(table, image=table.image[::-1].copy())
