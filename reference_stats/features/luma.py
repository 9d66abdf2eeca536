"""The grey-level features, defined on PIL's 8-bit ``convert("L")`` of the file."""

from __future__ import annotations

import math

import numpy as np

from reference_stats.decoded_image import DecodedImage
from reference_stats.features.feature import Feature
from reference_stats.grey_levels import padded_tiles

_LEVELS = np.arange(256)
_BLACK_SHARE = 0.001
_OVEREXPOSED = 250
_UNDEREXPOSED = 5
_SOBEL_SCALE = 4 * 255 * np.sqrt(2.0)


def mean(image: DecodedImage) -> float:
    """Return the mean grey level, 0 (black) to 255 (white)."""
    return float(image.histogram @ _LEVELS) / image.luma.size


def std_dev(image: DecodedImage) -> float:
    """Return the population standard deviation of the grey levels, 0 to 127.5."""
    deviations = _LEVELS - mean(image)
    return float(np.sqrt(image.histogram @ (deviations * deviations) / image.luma.size))


def median(image: DecodedImage) -> float:
    """Return the median grey level, 0 to 255; halves occur with an even number of pixels."""
    pixels, cumulated = image.luma.size, image.histogram.cumsum()
    lower, upper = np.searchsorted(cumulated, [(pixels - 1) // 2, pixels // 2], side="right")
    return float(lower + upper) / 2


def min_pixel(image: DecodedImage) -> float:
    """Return the darkest grey level, 0 to 255."""
    return float(np.flatnonzero(image.histogram)[0])


def max_pixel(image: DecodedImage) -> float:
    """Return the brightest grey level, 0 to 255."""
    return float(np.flatnonzero(image.histogram)[-1])


def black_point(image: DecodedImage) -> float:
    """Return the grey level that a thousandth of the pixels does not exceed, 0 to 255.

    What haze, stray light and a raised gain lift first; a few dead pixels do not touch it.
    """
    needed = math.ceil(_BLACK_SHARE * image.luma.size)
    return float(np.searchsorted(image.histogram.cumsum(), needed))


def entropy(image: DecodedImage) -> float:
    """Return Shannon's entropy of the grey levels in bits, 0 (one level) to 8 (all alike)."""
    shares = image.histogram[image.histogram > 0] / image.luma.size
    return float(abs((shares * np.log2(shares)).sum()))


def edge_density(image: DecodedImage) -> float:
    """Return the mean Sobel gradient magnitude, 0 (flat) to 1, as ``skimage.filters.sobel``.

    The gradients are whole numbers (1-2-1 kernels, repeated borders), so that their squares are
    exact in float32; the root is taken in float64.
    """
    total = 0.0
    for tile in padded_tiles(image.luma):
        across = tile[:-2] + tile[2:] + 2 * tile[1:-1]
        gradient_x = (across[:, 2:] - across[:, :-2]).astype(np.float32)
        down = tile[2:] - tile[:-2]
        gradient_y = (down[:, :-2] + down[:, 2:] + 2 * down[:, 1:-1]).astype(np.float32)
        gradient_x *= gradient_x
        gradient_y *= gradient_y
        gradient_x += gradient_y
        total += float(np.sqrt(gradient_x, dtype=np.float64).sum())
    return total / (image.luma.size * float(_SOBEL_SCALE))


def overexposed(image: DecodedImage) -> float:
    """Return the share of pixels at grey level 250 or above, 0 to 1: highlights without detail.

    A white background counts too.
    """
    return float(image.histogram[_OVEREXPOSED:].sum()) / image.luma.size


def underexposed(image: DecodedImage) -> float:
    """Return the share of pixels at grey level 5 or below, 0 to 1: shadows without detail.

    A black background counts too.
    """
    return float(image.histogram[: _UNDEREXPOSED + 1].sum()) / image.luma.size


LUMA_FEATURES = (
    Feature(
        name="mean",
        unit="grey level (0-255)",
        title="brightness",
        rises="brighter",
        falls="darker",
        compute=mean,
        headline=True,
    ),
    Feature(
        name="std_dev",
        unit="grey levels",
        title="contrast",
        rises="higher in contrast",
        falls="lower in contrast",
        compute=std_dev,
        headline=True,
    ),
    Feature(
        name="median",
        unit="grey level (0-255)",
        title="median brightness",
        rises="brighter",
        falls="darker",
        compute=median,
    ),
    Feature(
        name="min_pixel",
        unit="grey level (0-255)",
        title="darkest pixel",
        rises="lighter in the blacks",
        falls="deeper in the blacks",
        compute=min_pixel,
    ),
    Feature(
        name="max_pixel",
        unit="grey level (0-255)",
        title="brightest pixel",
        rises="brighter in the highlights",
        falls="dimmer in the highlights",
        compute=max_pixel,
    ),
    Feature(
        name="entropy",
        unit="bits",
        title="variety of grey levels",
        rises="richer in grey levels",
        falls="poorer in grey levels",
        compute=entropy,
    ),
    Feature(
        name="edge_density",
        unit="mean gradient (0-1)",
        title="edges",
        rises="richer in edges",
        falls="poorer in edges",
        compute=edge_density,
    ),
    Feature(
        name="black_point",
        unit="grey level (0-255)",
        title="black point",
        rises="hazier in the blacks",
        falls="clearer in the blacks",
        compute=black_point,
    ),
    Feature(
        name="overexposed",
        unit="share (0-1)",
        title="overexposed area",
        rises="more overexposed",
        falls="less overexposed",
        compute=overexposed,
        headline=True,
    ),
    Feature(
        name="underexposed",
        unit="share (0-1)",
        title="underexposed area",
        rises="more underexposed",
        falls="less underexposed",
        compute=underexposed,
        headline=True,
    ),
)
