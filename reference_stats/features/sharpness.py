"""Sharpness: how much fine detail there is."""

from __future__ import annotations

import math

from reference_stats.features.feature import Feature
from reference_stats.sums.decoded_image import DecodedImage


def sharpness(image: DecodedImage) -> float:
    """Return ``log10(1 + variance)`` of the grey levels' Laplacian, 0 (flat) to about 6.

    The Laplacian is the sum of the four neighbours less four times the pixel, borders repeated;
    with that border its mean is exactly 0. The logarithm is taken because the variance itself
    spreads over four decades between photographs, so that a few sharp ones would drown the rest.
    Noise counts as detail. Source: J. L. Pech-Pacheco et al., "Diatom autofocusing in brightfield
    microscopy: a comparative study", ICPR 2000.
    """
    return math.log10(1 + image.detail_sums.padded_laplacian_squares / image.grey.size)


SHARPNESS_FEATURES = (
    Feature(
        name="sharpness",
        unit="log10(1 + grey levels squared)",
        title="sharpness",
        rises="sharper or grainier",
        falls="blurrier",
        compute=sharpness,
        resolution=0.01,
        resolution_reason="two per cent of the variance",
        follows_resolution=True,
        headline=True,
    ),
)
