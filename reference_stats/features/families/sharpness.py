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

    Examples
    --------
    >>> checkerboard = (np.indices((16, 16)).sum(axis=0) % 2 * 255).astype(np.uint8)
    >>> slope = np.repeat(np.arange(0, 160, 10, dtype=np.uint8)[None], 16, axis=0)
    >>> [round(sharpness(image_from_pixels(one)), 1) for one in (checkerboard, slope)]
    [6.0, 1.1]
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
