"""The formats that boxes are written in, to corners in pixels, with reasons for faulty boxes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

import numpy as np
from numpy.typing import NDArray


class BoxOrder(Enum):
    """What the four numbers of a box are, in their order."""

    XYXY = "xyxy"
    """Left, top, right, bottom: Pascal VOC, torchvision."""
    XYWH = "xywh"
    """Left, top, width, height: COCO. YOLO's files, often called the same, are `CXCYWH`."""
    CXCYWH = "cxcywh"
    """The centre, width, height: YOLO, DETR."""
    YXYX = "yxyx"
    """Top, left, bottom, right: TensorFlow's detectors."""
    LTWH = "ltwh"
    """Another name of `XYWH`, for boxes of named parts: left, top, width, height (Labelbox)."""


class BoxUnit(Enum):
    """What the numbers of a box count."""

    PIXELS = "pixels"
    SHARES = "shares"
    """Shares of the image's width and height, 0 to 1."""


class BoxFault(IntEnum):
    """Why a box is not as it should be; of several reasons the first of these."""

    NONE = 0
    NOT_FINITE = 1
    """A number is missing, NaN or infinite."""
    NO_SIZE = 2
    """A share of an image whose size is not known."""
    INVERTED = 3
    """The right side is left of the left one, or the bottom above the top."""
    EMPTY = 4
    """It has no area."""
    OUTSIDE = 5
    """No part of it lies in the image."""
    BEYOND_EDGE = 6
    """It reaches over the image's edge by more than rounding explains. It can be used as it is, as
    detectors that do not clip their boxes write such ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxFormat:
    """How a box is written."""

    order: BoxOrder
    unit: BoxUnit

    def __str__(self) -> str:
        """As a person says it: ``yxyx in shares``."""
        return f"{self.order.value} in {self.unit.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelBoxes:
    """Boxes as corners in pixels.

    Attributes
    ----------
    corners
        x0, y0, x1, y1, neither clipped nor put in order. Shape (n, 4), float64; NaN where `fault`
        is `NOT_FINITE` or `NO_SIZE`.
    fault
        A `BoxFault` for each box. Shape (n,), uint8.
    """

    corners: NDArray[np.float64]
    fault: NDArray[np.uint8]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Whether each box can be matched with others."""
        return np.isin(self.fault, [BoxFault.NONE, BoxFault.BEYOND_EDGE])

    def count_faults(self) -> dict[BoxFault, int]:
        """How many boxes have each fault; those that none has are left out."""
        counts = np.bincount(self.fault, minlength=len(BoxFault))
        return {fault: int(counts[fault]) for fault in BoxFault if fault and counts[fault]}


_ROUNDING_PX = 1.0
_ROUNDING_SHARE = 0.005
"""A box may reach over the edge by so much: by a pixel, as some count pixels from 1 or write the
last pixel, and by a share, as models of low resolution or half precision round."""


def to_pixels(
    boxes: NDArray[np.float64], sizes: NDArray[np.float64], box_format: BoxFormat
) -> PixelBoxes:
    """Convert boxes to corners in pixels.

    Parameters
    ----------
    boxes
        The four numbers of each box as they are written. Shape (n, 4).
    sizes
        Width and height in pixels of the image of each box; NaN where they are not known: boxes in
        pixels are then not compared with the image's edges. Shape (n, 2).
    box_format
        How the boxes are written.
    """
    if boxes.ndim != 2 or boxes.shape[1] != 4 or sizes.shape != (len(boxes), 2):
        raise ValueError(
            f"boxes of shape {boxes.shape} with sizes of shape {sizes.shape}. Expected (n, 4) and "
            "(n, 2)."
        )
    # Numbers near the largest that there are overflow on the way; they are told as not finite.
    with np.errstate(over="ignore", invalid="ignore"):
        corners = _as_corners(boxes.astype(np.float64), box_format.order)
        finite = np.asarray(np.isfinite(corners).all(axis=1))
        if box_format.unit is BoxUnit.SHARES:
            corners = corners * np.hstack([sizes, sizes])
        fault = _faults(corners, finite, sizes, box_format.unit)
    unknown = (fault == BoxFault.NOT_FINITE) | (fault == BoxFault.NO_SIZE)
    corners[unknown] = np.nan
    return PixelBoxes(corners=corners, fault=fault)


def _as_corners(boxes: NDArray[np.float64], order: BoxOrder) -> NDArray[np.float64]:
    if order is BoxOrder.XYXY:
        return boxes.copy()
    if order is BoxOrder.YXYX:
        return boxes[:, [1, 0, 3, 2]]
    first, size = boxes[:, :2], boxes[:, 2:]
    if order is BoxOrder.CXCYWH:
        return np.hstack([first - size / 2, first + size / 2])
    return np.hstack([first, first + size])


def _faults(
    corners: NDArray[np.float64],
    finite: NDArray[np.bool_],
    sizes: NDArray[np.float64],
    unit: BoxUnit,
) -> NDArray[np.uint8]:
    start, end = corners[:, :2], corners[:, 2:]
    sized = np.isfinite(sizes) & (sizes > 0)
    known = sized.all(axis=1)
    slack = np.maximum(_ROUNDING_PX, _ROUNDING_SHARE * sizes)
    beyond = known & ((start < -slack) | (end > sizes + slack)).any(axis=1)
    outside = known & ((end <= 0) | (start >= sizes)).any(axis=1)
    finite = finite & (np.isfinite(corners).all(axis=1) | ~known)
    in_shares = unit is BoxUnit.SHARES
    return np.select(
        [
            ~finite,
            ~known & in_shares,
            (end < start).any(axis=1),
            (end == start).any(axis=1),
            outside,
            beyond,
        ],
        [
            BoxFault.NOT_FINITE,
            BoxFault.NO_SIZE,
            BoxFault.INVERTED,
            BoxFault.EMPTY,
            BoxFault.OUTSIDE,
            BoxFault.BEYOND_EDGE,
        ],
        BoxFault.NONE,
    ).astype(np.uint8)
