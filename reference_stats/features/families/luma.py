"""The grey-level features, defined on PIL's 8-bit ``convert("L")`` of the file."""

from __future__ import annotations

import math

from reference_stats.features.feature import Edge, Feature, Sign
from reference_stats.sums.arithmetic import Value, real, sqrt
from reference_stats.sums.image_sums import ImageSums

_SOBEL_SCALE = 4 * 255 * math.sqrt(2)


def mean(image: ImageSums) -> Value:
    """Return the mean grey level, 0 (black) to 255 (white).

    Examples
    --------
    >>> grey = np.full((8, 8), 100, np.uint8)
    >>> mean(image_from_pixels(grey))
    100.0
    """
    return image.level_sums.total / image.pixel_count


def std_dev(image: ImageSums) -> Value:
    """Return the population standard deviation of the grey levels, 0 to 127.5.

    Examples
    --------
    >>> half_black = np.uint8([[0, 0, 255, 255]])
    >>> std_dev(image_from_pixels(half_black))
    127.5
    """
    sums, pixels = image.level_sums, image.pixel_count
    return sqrt(pixels * sums.squares - sums.total * sums.total) / pixels


def median(image: ImageSums) -> Value:
    """Return the median grey level, 0 to 255; halves occur with an even number of pixels.

    Examples
    --------
    >>> median(image_from_pixels(np.uint8([[10, 20, 40, 200]])))
    30.0
    """
    return (image.level_sums.lower_median + image.level_sums.upper_median) / 2


def min_pixel(image: ImageSums) -> Value:
    """Return the darkest grey level, 0 to 255.

    Examples
    --------
    >>> min_pixel(image_from_pixels(np.uint8([[10, 20, 40, 200]])))
    10.0
    """
    return real(image.level_sums.darkest)


def max_pixel(image: ImageSums) -> Value:
    """Return the brightest grey level, 0 to 255.

    Examples
    --------
    >>> max_pixel(image_from_pixels(np.uint8([[10, 20, 40, 200]])))
    200.0
    """
    return real(image.level_sums.brightest)


def black_point(image: ImageSums) -> Value:
    """Return the grey level that a thousandth of the pixels does not exceed, 0 to 255.

    What haze, stray light and a raised gain lift first; a few dead pixels do not touch it.

    Examples
    --------
    >>> hazy = np.full((50, 50), 60, np.uint8)
    >>> hazy[0, 0] = 0  # a dead pixel: one of 2500
    >>> black_point(image_from_pixels(hazy))
    60.0
    """
    return real(image.level_sums.black_point)


def entropy(image: ImageSums) -> Value:
    """Return Shannon's entropy of the grey levels in bits, 0 (one level) to 8 (all alike).

    Examples
    --------
    >>> flat = np.full((16, 16), 100, np.uint8)
    >>> every_level = np.arange(256, dtype=np.uint8).reshape(16, 16)
    >>> entropy(image_from_pixels(flat)), entropy(image_from_pixels(every_level))
    (0.0, 8.0)
    """
    return image.level_sums.entropy


def edge_density(image: ImageSums) -> Value:
    """Return the mean Sobel gradient magnitude, 0 (flat) to 1, as ``skimage.filters.sobel``.

    Examples
    --------
    >>> flat = np.full((8, 8), 100, np.uint8)
    >>> step = np.uint8([[0, 0, 0, 0, 255, 255, 255, 255]] * 8)
    >>> [round(edge_density(image_from_pixels(one)), 2) for one in (flat, step)]
    [0.0, 0.18]
    """
    return image.level_sums.gradients / (image.pixel_count * _SOBEL_SCALE)


def overexposed(image: ImageSums) -> Value:
    """Return the share of pixels at grey level 250 or above, 0 to 1: highlights without detail.

    A white background counts too.

    Examples
    --------
    >>> overexposed(image_from_pixels(np.uint8([[100, 249, 250, 255]])))
    0.5
    """
    return image.level_sums.overexposed / image.pixel_count


def underexposed(image: ImageSums) -> Value:
    """Return the share of pixels at grey level 5 or below, 0 to 1: shadows without detail.

    A black background counts too.

    Examples
    --------
    >>> underexposed(image_from_pixels(np.uint8([[0, 5, 6, 100]])))
    0.5
    """
    return image.level_sums.underexposed / image.pixel_count


LUMA_FEATURES = (
    Feature(
        name="mean",
        unit="grey level (0-255)",
        title="brightness",
        rises="brighter",
        falls="darker",
        compute=mean,
        resolution=1.0,
        resolution_reason="one grey level",
        rising=Sign.LOOK,
        falling=Sign.LOOK,
    ),
    Feature(
        name="std_dev",
        unit="grey levels",
        title="contrast",
        rises="higher in contrast",
        falls="lower in contrast",
        compute=std_dev,
        resolution=1.0,
        resolution_reason="one grey level",
        rising=Sign.LOOK,
        falling=Sign.LOOK,
        behind=("mean",),
    ),
    Feature(
        name="median",
        unit="grey level (0-255)",
        title="median brightness",
        rises="brighter",
        falls="darker",
        compute=median,
        resolution=1.0,
        resolution_reason="one grey level",
    ),
    Feature(
        name="min_pixel",
        unit="grey level (0-255)",
        title="darkest pixel",
        rises="lighter in the blacks",
        falls="deeper in the blacks",
        compute=min_pixel,
        resolution=1.0,
        resolution_reason="one grey level",
    ),
    Feature(
        name="max_pixel",
        unit="grey level (0-255)",
        title="brightest pixel",
        rises="brighter in the highlights",
        falls="dimmer in the highlights",
        compute=max_pixel,
        resolution=1.0,
        resolution_reason="one grey level",
    ),
    Feature(
        name="entropy",
        unit="bits",
        title="variety of grey levels",
        rises="richer in grey levels",
        falls="poorer in grey levels",
        compute=entropy,
        resolution=0.05,
        resolution_reason="what giving half a per cent of the pixels a level of their own adds",
    ),
    Feature(
        name="edge_density",
        unit="mean gradient (0-1)",
        title="edges",
        rises="richer in edges",
        falls="poorer in edges",
        compute=edge_density,
        resolution=0.001,
        resolution_reason="a quarter of a grey level from pixel to pixel",
        follows_resolution=True,
    ),
    Feature(
        name="black_point",
        unit="grey level (0-255)",
        title="black point",
        rises="hazier in the blacks",
        falls="clearer in the blacks",
        compute=black_point,
        resolution=1.0,
        resolution_reason="one grey level",
    ),
    Feature(
        name="overexposed",
        unit="share (0-1)",
        title="overexposed area",
        rises="more overexposed",
        falls="less overexposed",
        compute=overexposed,
        resolution=0.001,
        resolution_reason="a thousandth of the pixels",
        edge=Edge(level=249.5, seen_in=("median", "max_pixel")),
    ),
    Feature(
        name="underexposed",
        unit="share (0-1)",
        title="underexposed area",
        rises="more underexposed",
        falls="less underexposed",
        compute=underexposed,
        resolution=0.001,
        resolution_reason="a thousandth of the pixels",
        edge=Edge(level=5.5, seen_in=("median", "min_pixel", "black_point")),
    ),
)
