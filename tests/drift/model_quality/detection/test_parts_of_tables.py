"""Days with very many boxes keep the tables of some images, drawn by their names."""

import numpy as np
import pytest

from drift.model_quality.detection.joining.choosing import images_of
from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.records.part_of_table import drawn_images, images_of_table
from drift.model_quality.detection.scores import score_detections
from tests.support.box_world import draw_pictures, set_of

PICTURES = draw_pictures(5, 60)
SET = set_of(PICTURES)
NAMES = [one.name for one in PICTURES]


def test_the_table_of_some_images_is_that_of_matching_them_alone():
    kept = np.arange(SET.images) % 3 == 0

    found = images_of_table(match_boxes(SET), kept, 0)

    assert score_detections(found) == score_detections(match_boxes(images_of(SET, kept)))
    assert found.images == kept.sum()


@pytest.mark.parametrize("most", [0, 20, 60, 10_000])
def test_so_many_images_are_kept_as_fit(most):
    table = match_boxes(SET)

    kept = drawn_images(table, NAMES, most)

    found = images_of_table(table, kept, 0)
    assert len(found) <= most
    assert len(found.truth_image) <= most
    assert kept.all() == (most == 10_000)
    assert len(found) > most / 2 or most in {0, 10_000}


def test_which_images_are_kept_depends_on_their_names_alone():
    table = match_boxes(SET)
    kept = drawn_images(table, NAMES, 40)
    turned = np.arange(SET.images)[::-1]
    backwards = match_boxes(set_of([PICTURES[at] for at in turned]))

    again = drawn_images(backwards, [NAMES[at] for at in turned], 40)

    assert {NAMES[at] for at in np.flatnonzero(kept)} == {
        NAMES[turned[at]] for at in np.flatnonzero(again)
    }
