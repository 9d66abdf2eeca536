"""Sharpness: how much fine detail there is."""

from __future__ import annotations

import math

import numpy as np

from reference_stats.decoded_image import DecodedImage
from reference_stats.features.feature import Feature
from reference_stats.grey_levels import padded_tiles


def sharpness(image: DecodedImage) -> float:
    """Return ``log10(1 + variance)`` of the grey levels' Laplacian, 0 (flat) to about 6.

    The Laplacian is the sum of the four neighbours less four times the pixel, borders repeated;
    with that border its mean is exactly 0. The logarithm is taken because the variance itself
    spreads over four decades between photographs, so that a few sharp ones would drown the rest.
    Noise counts as detail. Source: J. L. Pech-Pacheco et al., "Diatom autofocusing in brightfield
    microscopy: a comparative study", ICPR 2000.
    """
    squares = 0
    for tile in padded_tiles(image.grey):
        around = tile[:-2, 1:-1] + tile[2:, 1:-1] + tile[1:-1, :-2] + tile[1:-1, 2:]
        laplacian = (around - 4 * tile[1:-1, 1:-1]).astype(np.int32)
        laplacian *= laplacian
        squares += int(laplacian.sum(dtype=np.int64))
    return math.log10(1 + squares / image.grey.size)


SHARPNESS_FEATURES = (
    Feature(
        name="sharpness",
        unit="log10(1 + grey levels squared)",
        title="sharpness",
        rises="sharper or grainier",
        falls="blurrier",
        compute=sharpness,
        headline=True,
    ),
)
