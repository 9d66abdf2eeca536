"""The boxes of single images as plain numbers, few enough to be kept and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_BOXES = 40
"""So many boxes of either kind are kept of an image."""
_LONGEST_CLASS = 80
_DIGITS_OF_SHARES, _DIGITS_OF_PIXELS = 5, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBoxes:
    """The boxes of one kind of one image, at most `MOST_BOXES`: those with the highest scores.

    Attributes
    ----------
    corners
        Left, top, right, bottom of each.
    in_shares
        Whether they are shares of the image, or pixels; shares wherever its size is known.
    size
        Width and height in pixels of the image that the boxes were found in; None where that is not
        known.
    classes, scores
        Of each box; None where they are not known.
    count
        How many boxes there are, with those that are not kept.
    """

    corners: tuple[tuple[float, float, float, float], ...]
    in_shares: bool
    size: tuple[float, float] | None
    classes: tuple[str | None, ...]
    scores: tuple[float | None, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptImage:
    """The predicted and the true boxes of one labelled image."""

    predicted: KeptBoxes
    true: KeptBoxes


def keep_boxes(
    corners: NDArray[np.float64],
    *,
    in_shares: bool,
    size: tuple[float, float] | None,
    classes: Sequence[str | None],
    scores: NDArray[np.float64],
) -> KeptBoxes:
    """Return what is kept of the boxes of an image, in the order of their scores.

    Parameters
    ----------
    corners, in_shares, size
        As in `KeptBoxes`. Shape (n, 4).
    classes, scores
        Of each box; NaN for an unknown score. Boxes without scores stay in their order.
    """
    order = np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")
    chosen = order[np.isfinite(corners[order]).all(axis=1)][:MOST_BOXES]
    kept = corners[chosen]
    if not in_shares and size is not None:
        kept, in_shares = kept / np.array(2 * size), True
    digits = _DIGITS_OF_SHARES if in_shares else _DIGITS_OF_PIXELS
    return KeptBoxes(
        corners=tuple(
            (round(left, digits), round(top, digits), round(right, digits), round(bottom, digits))
            for left, top, right, bottom in kept.tolist()
        ),
        in_shares=in_shares,
        size=size,
        classes=tuple(_cut(classes[one]) for one in chosen.tolist()),
        scores=tuple(one if np.isfinite(one) else None for one in scores[chosen].tolist()),
        count=len(corners),
    )


def _cut(name: str | None) -> str | None:
    return None if name is None else name[:_LONGEST_CLASS]
