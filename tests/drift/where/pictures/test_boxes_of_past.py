"""The boxes of worst images of past days are drawn as those of the window are."""

import dataclasses

import numpy as np
import pandas as pd

from drift.observations.window_images import WindowImages
from drift.where.pictures.boxes_of_past import needs_displayed, with_past_boxes
from jobs.boxes.image_boxes import ImageBoxes
from jobs.boxes.kept_boxes import KeptBoxes, KeptImage, keep_boxes
from reports.findings.images import BoxKind, PictureBoxes
from reports.findings.remarks import BOXES_BEYOND_IMAGES, Remark
from tests.support import findings as examples


def window() -> WindowImages:
    nothing = np.zeros(0, np.int64)
    boxes = ImageBoxes(
        row=nothing,
        corners=np.zeros((0, 4)),
        in_shares=False,
        image_of_row=nothing,
        sizes=np.zeros((0, 2)),
        counts=np.zeros(0),
        in_cells=True,
    )
    return WindowImages(rows=pd.DataFrame(), features=pd.DataFrame(), boxes=boxes)


def boxes(*corners: tuple[float, ...], in_shares: bool = False, size=None, score=0.5) -> KeptBoxes:
    return keep_boxes(
        np.array(corners, dtype=np.float64).reshape(-1, 4),
        in_shares=in_shares,
        size=size,
        classes=["dog"] * len(corners),
        scores=np.full(len(corners), score),
    )


SHARES = KeptImage(
    predicted=boxes((0.1, 0.2, 0.5, 0.6), in_shares=True),
    true=boxes((20.0, 20.0, 100.0, 60.0), size=(200.0, 100.0), score=np.nan),
)


def drawn(found: PictureBoxes) -> list[tuple[BoxKind, list[float]]]:
    return [(one.kind, [one.left, one.top, one.right, one.bottom]) for one in found.drawn]


def test_both_kinds_are_drawn_in_shares_of_the_picture() -> None:
    found = with_past_boxes(examples.steady(), window(), {"old.jpg": SHARES}, {}).boxes

    assert found is not None
    assert drawn(found["old.jpg"]) == [
        (BoxKind.PREDICTED, [0.1, 0.2, 0.5, 0.6]),
        (BoxKind.TRUE, [0.1, 0.2, 0.5, 0.6]),
    ]
    assert [(one.class_name, one.score) for one in found["old.jpg"].drawn] == [
        ("dog", 0.5),
        ("dog", None),
    ]
    assert (found["old.jpg"].predicted, found["old.jpg"].true) == (1, 1)


def test_pixels_of_an_unknown_size_are_drawn_by_the_displayed_size_alone() -> None:
    kept = {"old.jpg": KeptImage(predicted=boxes((20, 20, 100, 60)), true=boxes())}

    known = with_past_boxes(examples.steady(), window(), kept, {"old.jpg": (200.0, 100.0)}).boxes
    unknown = with_past_boxes(examples.steady(), window(), kept, {}).boxes

    assert known is not None
    assert unknown is not None
    assert drawn(known["old.jpg"]) == [(BoxKind.PREDICTED, [0.1, 0.2, 0.5, 0.6])]
    assert unknown["old.jpg"].drawn == ()
    assert "size of the image is not known" in unknown["old.jpg"].not_drawn_because


def test_boxes_of_an_image_that_is_displayed_turned_are_not_drawn() -> None:
    found = with_past_boxes(
        examples.steady(), window(), {"old.jpg": SHARES}, {"old.jpg": (50.0, 100.0)}
    ).boxes

    assert found is not None
    assert {one.kind for one in found["old.jpg"].drawn} == {BoxKind.PREDICTED}
    assert "turned" in found["old.jpg"].not_drawn_because


def test_what_does_not_fit_is_not_drawn_at_a_wrong_place() -> None:
    beyond = Remark(code=BOXES_BEYOND_IMAGES, text="Many reach beyond.")
    run = dataclasses.replace(examples.steady(), remarks=(beyond,))

    found = with_past_boxes(run, window(), {"old.jpg": SHARES}, {}, "the labels do not fit").boxes

    assert found is not None
    assert found["old.jpg"].drawn == ()
    assert "do not fit the images" in found["old.jpg"].not_drawn_because
    only_true = with_past_boxes(
        examples.steady(), window(), {"old.jpg": SHARES}, {}, "the labels do not fit"
    ).boxes
    assert only_true is not None
    assert {one.kind for one in only_true["old.jpg"].drawn} == {BoxKind.PREDICTED}


def test_boxes_of_the_window_win_and_a_job_without_boxes_says_nothing() -> None:
    own = PictureBoxes(predicted=7, true=None, drawn=())
    run = dataclasses.replace(examples.steady(), boxes={"old.jpg": own})

    assert with_past_boxes(run, window(), {"old.jpg": SHARES}, {}).boxes == {"old.jpg": own}
    assert with_past_boxes(run, window(), {}, {}) is run
    bare = dataclasses.replace(window(), boxes=None)
    assert with_past_boxes(run, bare, {"old.jpg": SHARES}, {}) is run


def test_the_displayed_size_is_asked_for_only_where_it_decides_something() -> None:
    shares = boxes((0.1, 0.1, 0.2, 0.2), in_shares=True)

    assert not needs_displayed(KeptImage(predicted=shares, true=boxes()))
    assert needs_displayed(KeptImage(predicted=shares, true=boxes((1, 1, 2, 2))))
    assert needs_displayed(SHARES), "its size tells whether it is turned"
