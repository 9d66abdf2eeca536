"""Which format predicted boxes are written in, as the true boxes of their images tell.

Boxes and the sizes of images cannot tell all: xyxy and yxyx in shares look alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.boxes import (
    DetectedBoxes,
    DetectionSet,
    TrueBoxes,
    areas_of,
)
from drift.model_quality.detection.matching import match_boxes
from jobs.boxes.fitting import CANDIDATES
from jobs.boxes.formats import BoxFormat, to_pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenBoxes:
    """Boxes of some images as they are written.

    Attributes
    ----------
    image
        Which image each box is of, from 0. Shape (n,), int64.
    numbers
        Four for each box, of whatever format. Shape (n, 4), float64.
    """

    image: NDArray[np.int64]
    numbers: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatAgreement:
    """How well boxes agree with true ones if they are written in a format.

    Attributes
    ----------
    share
        The share of the true boxes that a box meets at an intersection over union of 0.5, whatever
        its class.
    """

    box_format: BoxFormat
    share: float


def agree_by_format(
    written: WrittenBoxes, true: WrittenBoxes, sizes: NDArray[np.float64]
) -> tuple[FormatAgreement, ...]:
    """How well the boxes agree with the true ones in each of `CANDIDATES`, the best first.

    Parameters
    ----------
    written
        What a detector predicted.
    true
        The true boxes, their numbers as x0, y0, x1, y1 in pixels.
    sizes
        Width and height of each image in pixels. Shape (images, 2).
    """
    if not len(true.image):
        return ()
    agreements = (
        FormatAgreement(box_format=one, share=_share_met(written, true, sizes, one))
        for one in CANDIDATES
    )
    return tuple(sorted(agreements, key=lambda one: -one.share))


def _share_met(
    written: WrittenBoxes, true: WrittenBoxes, sizes: NDArray[np.float64], one: BoxFormat
) -> float:
    pixels = to_pixels(written.numbers, sizes[written.image], one)
    image = written.image[pixels.usable]
    boxes = DetectionSet(
        images=len(sizes),
        classes=("box",),
        detected=DetectedBoxes(
            image=image,
            class_code=np.zeros(len(image), np.int64),
            corners=pixels.corners[pixels.usable],
            score=np.zeros(len(image)),
        ),
        true=TrueBoxes(
            image=true.image,
            class_code=np.zeros(len(true.image), np.int64),
            corners=true.numbers,
            crowd=np.zeros(len(true.image), bool),
            area=areas_of(true.numbers),
        ),
    )
    return float(np.count_nonzero(match_boxes(boxes).hits & np.uint16(1)) / len(true.image))
