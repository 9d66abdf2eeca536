"""Boxes as shares of the picture that a page shows: where to draw which of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.findings.images import MOST_BOXES_DRAWN, BoxKind, DrawnBox, PictureBoxes
from reports.words.harmless_text import shortened

LONGEST_CLASS = 40
_DIGITS = 4
# Two sizes have the same shape where their sides' ratios differ by less than that, and by no more
# than rounding both sides to whole pixels explains.
_SAME_SHAPE = 0.01

Size = tuple[float, float]
"""Width and height in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxesOfImage:
    """The boxes of one kind of one image, as they were read.

    Attributes
    ----------
    corners
        Left, top, right, bottom of each box that can be used. Shape (n, 4).
    in_shares
        Whether they are shares of the image, or pixels.
    size
        That of the image which the boxes are of; None where it is not known.
    classes
        The class of each box; None where it is not known.
    scores
        The score of each box, NaN where it is not known. Shape (n,).
    count
        How many boxes there are, also such that cannot be used; None where that cannot be read.
    misfit
        Why none of them is known to be where its numbers say; empty where they fit.
    """

    corners: NDArray[np.float64]
    in_shares: bool
    size: Size | None
    classes: Sequence[str | None]
    scores: NDArray[np.float64]
    count: int | None
    misfit: str = ""


def boxes_in_picture(
    predicted: BoxesOfImage, true: BoxesOfImage | None, displayed: Size | None
) -> PictureBoxes:
    """Return where the boxes of an image lie in its picture.

    Parameters
    ----------
    true
        None where the image has no label.
    displayed
        The size of the stored image as it is displayed: turned as its EXIF tag says. None where
        the image could not be read.
    """
    sides = [(BoxKind.PREDICTED, predicted)]
    if true is not None:
        sides.append((BoxKind.TRUE, true))
    reasons = {kind: _unplaced_because(boxes, displayed) for kind, boxes in sides}
    drawn = [_drawn(boxes, kind, displayed) for kind, boxes in sides if not reasons[kind]]
    return PictureBoxes(
        predicted=predicted.count,
        true=None if true is None else true.count,
        drawn=tuple(box for of_kind in drawn for box in of_kind),
        not_drawn_because=next(filter(None, reasons.values()), ""),
    )


def is_turned(found_in: Size, displayed: Size) -> bool:
    """Whether a size is that of an image before it was turned by 90 degrees, perhaps resized."""
    own, other = (math.log(width / height) for width, height in (found_in, displayed))
    slack = _SAME_SHAPE + 1 / min(found_in) + 1 / min(displayed)
    return abs(own - other) > slack >= abs(own + other)


def _unplaced_because(boxes: BoxesOfImage, displayed: Size | None) -> str:
    """Return why it is not known where boxes lie in the picture; empty where it is."""
    if not len(boxes.corners):
        return ""
    if boxes.misfit:
        return boxes.misfit
    if boxes.size is not None and displayed is not None and is_turned(boxes.size, displayed):
        return (
            f"they were found in an image of {_words(boxes.size)} pixels, which is turned here as "
            "its EXIF tag says"
        )
    if not boxes.in_shares and boxes.size is None and displayed is None:
        return "they are in pixels, and the size of the image is not known"
    return ""


def _words(size: Size) -> str:
    return f"{size[0]:g} by {size[1]:g}"


def _drawn(boxes: BoxesOfImage, kind: BoxKind, displayed: Size | None) -> list[DrawnBox]:
    within = None if boxes.in_shares else boxes.size or displayed
    shares = boxes.corners / np.array(2 * (within or (1.0, 1.0)))
    shares = shares.clip(0.0, 1.0)
    inside = np.flatnonzero((shares[:, 2:] > shares[:, :2]).all(axis=1))
    ranked = inside[np.argsort(-np.nan_to_num(boxes.scores[inside], nan=-np.inf), kind="stable")]
    return [
        _box(kind, shares[one].tolist(), boxes.classes[one], float(boxes.scores[one]))
        for one in ranked[:MOST_BOXES_DRAWN].tolist()
    ]


def _box(kind: BoxKind, shares: list[float], name: str | None, score: float) -> DrawnBox:
    left, top, right, bottom = (round(side, _DIGITS) for side in shares)
    return DrawnBox(
        kind=kind,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        class_name=shortened(name or "", LONGEST_CLASS),
        score=float(f"{score:.4g}") if math.isfinite(score) else None,
    )
