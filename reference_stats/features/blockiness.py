"""Blockiness: how much of the 8 x 8 grid of strong JPEG compression shows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_stats.decoded_image import DecodedImage
from reference_stats.features.feature import Feature
from reference_stats.grey_levels import row_bands
from reference_stats.planes import is_mirrored

_BLOCK = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """Mean grey-level steps between neighbours across block boundaries and within blocks."""

    across: float
    within: float


def blockiness(image: DecodedImage) -> float:
    """Return how much larger steps are at block boundaries than within blocks, -1 to 1.

    ``(B - A) / (B + A)``, where B is the mean absolute difference of neighbouring pixels across
    the boundaries of the 8 x 8 grid that starts at the file's first pixel, and A the one within
    blocks, each averaged over the two directions. About 0 without a visible grid, towards 1 with
    nothing but blocks; 0 for a flat image, NaN for one of less than 9 pixels in both directions.
    B and A are those of Z. Wang, H. R. Sheikh and A. C. Bovik, "No-reference perceptual quality
    assessment of JPEG compressed images", ICIP 2002; their contrast is taken so that the number
    does not follow how busy the picture is.
    """
    directions = _directions(_as_in_file(image))
    if not directions:
        return math.nan
    across = sum(steps.across for steps in directions)
    within = sum(steps.within for steps in directions)
    total = across + within
    return (across - within) / total if total else 0.0


def _as_in_file(image: DecodedImage) -> NDArray[np.uint8]:
    """Undo the mirroring of the EXIF tag: the grid starts where the file does."""
    rows = slice(None, None, -1 if is_mirrored(image.orientation, axis=0) else 1)
    columns = slice(None, None, -1 if is_mirrored(image.orientation, axis=1) else 1)
    return image.grey[rows, columns]


def _directions(grey: NDArray[np.uint8]) -> list[_Steps]:
    height, width = grey.shape
    sums = np.zeros((2, 2), np.int64)
    for rows in row_bands(grey.shape, multiple=_BLOCK):
        below = _differences(
            grey[rows.start + 1 : rows.stop + 1], grey[rows][: height - 1 - rows.start]
        )
        beside = _differences(grey[rows, 1:], grey[rows, :-1])
        sums[0] += _split(below, below[_BLOCK - 1 :: _BLOCK])
        sums[1] += _split(beside, beside[:, _BLOCK - 1 :: _BLOCK])
    found = []
    for (across, within), length, lines in zip(sums, (height, width), (width, height), strict=True):
        boundaries = (length - 1) // _BLOCK
        if boundaries:
            found.append(
                _Steps(
                    across=int(across) / (boundaries * lines),
                    within=int(within) / ((length - 1 - boundaries) * lines),
                )
            )
    return found


def _differences(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.maximum(one, other) - np.minimum(one, other)


def _split(steps: NDArray[np.uint8], across: NDArray[np.uint8]) -> tuple[int, int]:
    boundary = int(across.sum(dtype=np.int64))
    return boundary, int(steps.sum(dtype=np.int64)) - boundary


BLOCKINESS_FEATURES = (
    Feature(
        name="blockiness",
        unit="contrast (-1 to 1)",
        title="compression blocks",
        rises="more visibly compressed",
        falls="less visibly compressed",
        compute=blockiness,
    ),
)
