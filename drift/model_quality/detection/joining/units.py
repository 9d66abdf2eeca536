"""Predicted and true boxes in one unit: pixels, or shares of the images' sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.joining.detected import DetectedImages
from jobs.boxes.formats import BoxFault, BoxFormat, BoxOrder, BoxUnit, to_pixels
from jobs.labels.box_labels import LabelledBoxes
from jobs.times.timestamp_parts import Flags, Integers

_SHARES = BoxFormat(order=BoxOrder.XYXY, unit=BoxUnit.SHARES)
_SIDE = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonUnit:
    """Boxes of joined images that can be compared.

    Attributes
    ----------
    in_shares
        Whether they are shares, or pixels.
    detected, true
        Their corners; NaN for boxes of images without a known size where that is needed.
    sized
        Whether the boxes of each image can be compared. Shape (images,).
    outside, beyond
        Which true boxes lie outside of their image, and which reach over its edge: their pixels
        may be those of another size than the one that is known.
    """

    in_shares: bool
    detected: NDArray[np.float64]
    true: NDArray[np.float64]
    sized: Flags
    outside: Flags
    beyond: Flags


def in_one_unit(detected: DetectedImages, true: LabelledBoxes) -> CommonUnit:
    """Return predicted and true boxes in shares if either are, else in pixels as they are.

    Pixels become shares by the size that the labels say; where they say none, by the log's. Without
    any, images whose boxes are in different units cannot be scored, unless they have boxes of one
    side alone: these match nothing, and stay in pixels.

    Parameters
    ----------
    true
        The true boxes of the same images.
    """
    if not detected.in_shares and not true.in_shares.any():
        return CommonUnit(
            in_shares=False,
            detected=detected.corners,
            true=true.corners,
            sized=np.ones(len(detected), np.bool_),
            outside=np.zeros(len(true), np.bool_),
            beyond=np.zeros(len(true), np.bool_),
        )
    sizes = np.where(np.isfinite(true.sizes), true.sizes, detected.sizes)
    known = np.asarray(np.isfinite(sizes).all(axis=1))
    own = [np.bincount(one.image, minlength=len(known)) for one in (true, detected)]
    alone = ~known & ((own[0] == 0) | (own[1] == 0))
    sizes = np.where(alone[:, np.newaxis], 1.0, sizes)
    shares = _as_shares(true.corners, true.image, sizes, true.in_shares)
    within = np.full((len(true), 2), _SIDE)
    found = to_pixels(shares, within, _SHARES)
    in_shares = np.full(len(detected), detected.in_shares)
    return CommonUnit(
        in_shares=True,
        detected=_as_shares(detected.corners, detected.image, sizes, in_shares),
        true=shares,
        sized=known | alone | (true.in_shares & in_shares),
        outside=(found.fault == BoxFault.OUTSIDE) & ~alone[true.image],
        beyond=(found.fault == BoxFault.BEYOND_EDGE) & ~alone[true.image],
    )


def _as_shares(
    corners: NDArray[np.float64], image: Integers, sizes: NDArray[np.float64], in_shares: Flags
) -> NDArray[np.float64]:
    sides = np.where(in_shares[:, np.newaxis], 1.0, sizes)[image]
    shares: NDArray[np.float64] = corners / np.hstack([sides, sides])
    return shares
