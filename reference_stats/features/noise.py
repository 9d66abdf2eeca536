"""Noise: how much neighbouring pixels differ for no visible reason."""

from __future__ import annotations

import math

import numpy as np

from reference_stats.decoded_image import DecodedImage
from reference_stats.features.feature import Feature
from reference_stats.grey_levels import inner_tiles


def noise_level(image: DecodedImage) -> float:
    """Return the standard deviation of the noise in grey levels, 0 to about 425.

    ``sqrt(pi / 2) / (6 (W - 2) (H - 2))`` times the sum of ``|N|``, where N is the grey image
    filtered with ``[[1, -2, 1], [-2, 4, -2], [1, -2, 1]]``, which is blind to smooth changes and
    to straight edges along the axes. Fine texture counts as noise. NaN for an image narrower or
    lower than 3 pixels. Source: J. Immerkaer, "Fast noise variance estimation", Computer Vision
    and Image Understanding 64(2), 1996.
    """
    height, width = image.height, image.width
    if min(height, width) < 3:
        return math.nan
    total = 0
    for tile in inner_tiles(image.grey):
        down = tile[:-2] + tile[2:] - 2 * tile[1:-1]
        response = down[:, :-2] + down[:, 2:] - 2 * down[:, 1:-1]
        total += int(np.abs(response).sum(dtype=np.int64))
    return math.sqrt(math.pi / 2) * total / (6 * (height - 2) * (width - 2))


NOISE_FEATURES = (
    Feature(
        name="noise_level",
        unit="grey levels",
        title="noise",
        rises="noisier or finer texture",
        falls="smoother",
        compute=noise_level,
        headline=True,
    ),
)
