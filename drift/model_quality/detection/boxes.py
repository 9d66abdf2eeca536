"""Predicted and true boxes of many images as flat arrays, checked once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedBoxes:
    """What a detector predicted.

    Attributes
    ----------
    image
        Which image each box is of, from 0. Shape (n,), int64.
    class_code
        Which of the classes, from 0. Shape (n,), int64.
    corners
        x0, y0, x1, y1 with x0 <= x1 and y0 <= y1, all boxes in one unit. Shape (n, 4), float64.
    score
        How sure the detector is; finite, of any range. Shape (n,), float64.
    """

    image: NDArray[np.int64]
    class_code: NDArray[np.int64]
    corners: NDArray[np.float64]
    score: NDArray[np.float64]

    def __post_init__(self) -> None:
        n = len(self.image)
        _check_array("image", self.image, np.dtype(np.int64), (n,))
        _check_array("class_code", self.class_code, np.dtype(np.int64), (n,))
        _check_array("score", self.score, np.dtype(np.float64), (n,))
        _check_finite("score", self.score)
        _check_corners(self.corners, n)

    def __len__(self) -> int:
        return len(self.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueBoxes:
    """What is in the images.

    Attributes
    ----------
    image, class_code, corners
        As in `DetectedBoxes`.
    crowd
        Whether the box holds a crowd that nobody drew one by one: predictions inside it count
        neither as right nor as wrong. Shape (n,), bool.
    area
        The object's area, by which ranges of area choose; `areas_of` the corners where nothing
        else is known. Shape (n,), float64.
    """

    image: NDArray[np.int64]
    class_code: NDArray[np.int64]
    corners: NDArray[np.float64]
    crowd: NDArray[np.bool_]
    area: NDArray[np.float64]

    def __post_init__(self) -> None:
        n = len(self.image)
        _check_array("image", self.image, np.dtype(np.int64), (n,))
        _check_array("class_code", self.class_code, np.dtype(np.int64), (n,))
        _check_array("crowd", self.crowd, np.dtype(np.bool_), (n,))
        _check_array("area", self.area, np.dtype(np.float64), (n,))
        _check_finite("area", self.area)
        _check_corners(self.corners, n)

    def __len__(self) -> int:
        return len(self.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionSet:
    """Images with what was predicted and what is true of them.

    Attributes
    ----------
    images
        How many images, those without any box included. Where scores are equal the order of images
        decides, as in COCO's evaluation: number them in an order that does not change, such as
        that of their names.
    classes
        The names of the classes, in the order of their codes.
    """

    images: int
    classes: tuple[str, ...]
    detected: DetectedBoxes
    true: TrueBoxes

    def __post_init__(self) -> None:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError(f"classes {list(self.classes)}. Expected each name once.")
        for name, boxes in (("detected", self.detected), ("true", self.true)):
            check_codes(f"{name}.image", boxes.image, self.images)
            check_codes(f"{name}.class_code", boxes.class_code, len(self.classes))


def areas_of(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Width times height of each box. Shape (n,) for corners of shape (n, 4)."""
    return (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])


def overlaps(
    detected: NDArray[np.float64], true: NDArray[np.float64], crowd: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Intersection over union of pairs of boxes; of a crowd, over the predicted box alone.

    Parameters
    ----------
    detected, true
        The corners of the two boxes of each pair, shape (n, 4).
    crowd
        Whether the true box holds a crowd, shape (n,).

    Returns
    -------
    Shape (n,), in [0, 1]; 0 where the boxes share no area.
    """
    width = np.minimum(detected[:, 2], true[:, 2]) - np.maximum(detected[:, 0], true[:, 0])
    height = np.minimum(detected[:, 3], true[:, 3]) - np.maximum(detected[:, 1], true[:, 1])
    shared = np.clip(width, 0, None) * np.clip(height, 0, None)
    own = areas_of(detected)
    whole = np.where(crowd, own, own + areas_of(true) - shared)
    # Of no shared area is 0, whatever the boxes are.
    overlap: NDArray[np.float64] = shared / np.where(shared > 0, whole, 1)
    return overlap


def check_codes(name: str, codes: NDArray[np.integer], count: int) -> None:
    """Refuse codes that are not from 0 up to, and without, `count`."""
    if len(codes) and not (codes.min() >= 0 and codes.max() < count):
        raise ValueError(
            f"{name} goes from {codes.min()} to {codes.max()}. Expected 0 to {count - 1}."
        )


def _check_array(
    name: str,
    values: NDArray[np.generic],
    dtype: np.dtype[np.generic],
    shape: tuple[int, ...],
) -> None:
    if values.dtype != dtype or values.shape != shape:
        raise ValueError(
            f"{name} is {values.dtype} of shape {values.shape}. Expected {dtype} of shape {shape}."
        )


def _check_finite(name: str, values: NDArray[np.float64]) -> None:
    if not np.isfinite(values).all():
        at = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ValueError(f"{name} of box {at} is {values[at]}. Expected a finite number.")


def _check_corners(corners: NDArray[np.float64], count: int) -> None:
    _check_array("corners", corners, np.dtype(np.float64), (count, 4))
    good = np.isfinite(corners).all(axis=1)
    good &= (corners[:, 0] <= corners[:, 2]) & (corners[:, 1] <= corners[:, 3])
    if not good.all():
        at = int(np.flatnonzero(~good)[0])
        raise ValueError(
            f"box {at} is {corners[at].tolist()}. Expected finite x0, y0, x1, y1 with x0 <= x1 "
            "and y0 <= y1."
        )
