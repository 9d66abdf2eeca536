"""Which format boxes are written in, as far as they and the sizes of their images tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.boxes.formats import BoxFault, BoxFormat, BoxOrder, BoxUnit, to_pixels

CANDIDATES = tuple(
    BoxFormat(order=order, unit=unit)
    for unit in BoxUnit
    for order in (BoxOrder.XYXY, BoxOrder.XYWH, BoxOrder.CXCYWH, BoxOrder.YXYX)
)
"""All formats without `BoxOrder.LTWH`, which is `XYWH` by another name."""
_FEWEST = 20
"""Fewer boxes than that may fit a wrong format by chance."""
_WRONG = 0.95
"""Where a smaller share fits, a format that fits is looked for."""
_FITS = 0.9
_TIMES = 3
"""Another format is told where such a share fits, and where the format that is said leaves so many
times as many boxes that do not fit. Detectors that do not clip their boxes leave some in the right
format, too."""
_LARGEST_SHARE = 1.01
_SMALLEST_SIDE_PX = 16
"""In an image of such sides, numbers up to 1 are shares: nobody draws boxes of one pixel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatFit:
    """How well boxes fit a format.

    Attributes
    ----------
    share
        The share of the boxes that have an area and lie within their image, if they are written in
        this format. Boxes with numbers that are not finite, or of images of unknown size, are left
        out.
    """

    box_format: BoxFormat
    share: float


def fit_formats(boxes: NDArray[np.float64], sizes: NDArray[np.float64]) -> tuple[FormatFit, ...]:
    """How well the boxes fit each of `CANDIDATES`, the best first, of equals in their order.

    Parameters
    ----------
    boxes, sizes
        As in `to_pixels`.

    Returns
    -------
    Empty where the size of no image is known.
    """
    known = _known(boxes, sizes)
    boxes, sizes = boxes[known], sizes[known]
    if not len(boxes):
        return ()
    fits = (
        FormatFit(box_format=one, share=float(_fitting(boxes, sizes, one).mean()))
        for one in CANDIDATES
    )
    return tuple(sorted(fits, key=lambda fit: -fit.share))


def better_format(
    boxes: NDArray[np.float64], sizes: NDArray[np.float64], said: BoxFormat
) -> FormatFit | None:
    """Tell the format that the boxes look like, where the one that is said does not fit them.

    None where it fits, where no other does, and with fewer than 20 boxes. Where several fit
    equally, the one nearest to what is said: of its order, else of its unit. Shares as xyxy and as
    yxyx fit equally well, as shares have no longer side.
    """
    order = BoxOrder.XYWH if said.order is BoxOrder.LTWH else said.order
    if np.count_nonzero(_known(boxes, sizes)) < _FEWEST:
        return None
    fits = fit_formats(boxes, sizes)
    same = BoxFormat(order=order, unit=said.unit)
    misfits = 1 - next(fit.share for fit in fits if fit.box_format == same)
    best = max(fits, key=lambda fit: (fit.share, *_likeness(fit.box_format, same)))
    likelier = misfits > 1 - _WRONG and misfits >= _TIMES * (1 - best.share)
    return best if likelier and best.share >= _FITS else None


def _likeness(one: BoxFormat, other: BoxFormat) -> tuple[bool, bool]:
    return one.order is other.order, one.unit is other.unit


def _known(boxes: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.bool_]:
    finite = np.isfinite(np.hstack([boxes, sizes])).all(axis=1)
    return np.asarray(finite & (sizes > 0).all(axis=1))


def _fitting(
    boxes: NDArray[np.float64], sizes: NDArray[np.float64], one: BoxFormat
) -> NDArray[np.bool_]:
    fits: NDArray[np.bool_] = to_pixels(boxes, sizes, one).fault == BoxFault.NONE
    if one.unit is BoxUnit.PIXELS:
        fits &= (boxes > _LARGEST_SHARE).any(axis=1) | (sizes.min(axis=1) < _SMALLEST_SIDE_PX)
    return fits
