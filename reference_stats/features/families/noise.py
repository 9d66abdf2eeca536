"""Noise: how much neighbouring pixels differ for no visible reason, and specks."""

from __future__ import annotations

import math

from reference_stats.features.feature import Feature, Sign
from reference_stats.sums.arithmetic import Value, log, ratio
from reference_stats.sums.image_sums import ImageSums

# Grey levels that keep the graininess of nearly flat images from jumping: less than any camera's.
_NOISE_FLOOR = 0.01
_GRADIENT_FLOOR = 0.05


def noise_level(image: ImageSums) -> Value:
    """Return the standard deviation of the noise in grey levels, 0 to about 425.

    ``sqrt(pi / 2) / (6 (W - 2) (H - 2))`` times the sum of ``|N|``, where N is the grey image
    filtered with ``[[1, -2, 1], [-2, 4, -2], [1, -2, 1]]``, which is blind to smooth changes and
    to straight edges along the axes. Fine texture counts as noise. NaN for an image narrower or
    lower than 3 pixels. Source: J. Immerkaer, "Fast noise variance estimation", Computer Vision
    and Image Understanding 64(2), 1996.

    Examples
    --------
    >>> grain = np.random.default_rng(0).normal(128, 10, (200, 200)).astype(np.uint8)
    >>> round(noise_level(image_from_pixels(grain)), 1)  # the deviation was 10
    10.1
    """
    sums = image.detail_sums
    return ratio(math.sqrt(math.pi / 2) * sums.noise, 6 * sums.pixels)


def speckle(image: ImageSums) -> Value:
    """Return the share of pixels that stand out from all four neighbours, 0 to 1.

    A pixel counts where it is brighter, or darker, than each of them by more than 8 grey levels:
    salt and pepper, dead pixels, strong grain and sharpening of it. Photographs mostly have less
    than 0.05. Counted among the pixels that are not on the border; NaN for an image narrower or
    lower than 3 pixels. The definition is our own.

    Examples
    --------
    >>> grey = np.full((12, 12), 100, np.uint8)
    >>> grey[5, 5] = 255  # one of the 100 pixels that are not on the border
    >>> speckle(image_from_pixels(grey))
    0.01
    """
    sums = image.detail_sums
    return ratio(sums.specks, sums.pixels)


def graininess(image: ImageSums) -> Value:
    """Return how much of the finest structure is noise: a logarithm, about -3.5 to -0.4.

    ``log((noise_level + 0.01) / (G + 0.05))``, where G is the mean over the inner pixels of the
    absolute step to the right plus that downwards. Whatever the contrast, about -0.8 for pure
    noise and lower the more of the steps are slopes and straight edges; log(0.2) for a flat
    image. NaN for an image narrower or lower than 3 pixels. The ratio is our own.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    >>> slopes = np.repeat(np.arange(0, 192, 3, dtype=np.uint8)[None], 64, axis=0) + noise // 128
    >>> [round(graininess(image_from_pixels(one)), 1) for one in (noise, slopes)]
    [-0.8, -1.9]
    """
    sums = image.detail_sums
    gradient = ratio(sums.gradient, sums.pixels)
    return log((noise_level(image) + _NOISE_FLOOR) / (gradient + _GRADIENT_FLOOR))


NOISE_FEATURES = (
    Feature(
        name="noise_level",
        unit="grey levels",
        title="noise",
        rises="noisier or finer in texture",
        falls="smoother",
        compute=noise_level,
        resolution=0.05,
        resolution_reason="a sixth of what rounding to whole levels makes",
        follows_resolution=True,
        rising=Sign.LOOK,
    ),
    Feature(
        name="speckle",
        unit="share (0-1)",
        title="specks",
        rises="more speckled",
        falls="less speckled",
        compute=speckle,
        resolution=0.0001,
        resolution_reason="five pixels of 224 x 224",
        follows_resolution=True,
    ),
    Feature(
        name="graininess",
        unit="log ratio",
        title="grain",
        rises="grainier for their detail",
        falls="cleaner for their detail",
        compute=graininess,
        resolution=0.02,
        resolution_reason="two per cent of the ratio",
        follows_resolution=True,
    ),
)
