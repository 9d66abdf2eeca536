"""Colour: what grey levels alone cannot see."""

from __future__ import annotations

from reference_stats.features.feature import Edge, Feature, Sign
from reference_stats.sums.arithmetic import Value, larger, sqrt
from reference_stats.sums.image_sums import ImageSums


def mean_red(image: ImageSums) -> Value:
    """Return the mean of the red channel, 0 to 255; a grey image has three equal means.

    Examples
    --------
    >>> orange = np.full((4, 4, 3), (250, 125, 0), np.uint8)
    >>> mean_red(image_from_pixels(orange))
    250.0
    """
    return image.colour_sums.red / image.pixel_count


def mean_green(image: ImageSums) -> Value:
    """Return the mean of the green channel, 0 to 255.

    Examples
    --------
    >>> orange = np.full((4, 4, 3), (250, 125, 0), np.uint8)
    >>> mean_green(image_from_pixels(orange))
    125.0
    """
    return image.colour_sums.green / image.pixel_count


def mean_blue(image: ImageSums) -> Value:
    """Return the mean of the blue channel, 0 to 255.

    Examples
    --------
    >>> orange = np.full((4, 4, 3), (250, 125, 0), np.uint8)
    >>> mean_blue(image_from_pixels(orange))
    0.0
    """
    return image.colour_sums.blue / image.pixel_count


def saturation(image: ImageSums) -> Value:
    """Return the mean saturation ``(max - min) / max`` of the HSV model, 0 (grey) to 1 (pure).

    Black counts as 0. Source: A. R. Smith, "Color gamut transform pairs", SIGGRAPH 1978.

    Examples
    --------
    >>> pink = np.full((4, 4, 3), (200, 100, 100), np.uint8)
    >>> saturation(image_from_pixels(pink))
    0.5
    """
    return image.colour_sums.saturation / image.pixel_count


def colourfulness(image: ImageSums) -> Value:
    """Return how colourful people find it: 0 (grey), 33 (moderate), 59 (quite), 109 (extreme).

    ``sqrt(std(rg)**2 + std(yb)**2) + 0.3 sqrt(mean(rg)**2 + mean(yb)**2)`` with ``rg = R - G`` and
    ``yb = (R + G) / 2 - B``. Source: D. Hasler and S. Suesstrunk, "Measuring colourfulness in
    natural images", Human Vision and Electronic Imaging VIII, 2003 (their M3).

    Examples
    --------
    >>> grey = np.full((4, 4, 3), (99, 99, 99), np.uint8)
    >>> red = np.full((4, 4, 3), (255, 0, 0), np.uint8)
    >>> [round(colourfulness(image_from_pixels(one)), 1) for one in (grey, red)]
    [0.0, 85.5]
    """
    sums, pixels = image.colour_sums, image.pixel_count
    mean_rg = (sums.red - sums.green) / pixels
    mean_yb = (sums.red + sums.green - 2 * sums.blue) / (2 * pixels)
    squared_means = mean_rg * mean_rg + mean_yb * mean_yb
    mean_squares = (sums.red_green_squares + sums.yellow_blue_squares / 4) / pixels
    # Rounding may leave a plain image's variance a hair below zero.
    return sqrt(larger(mean_squares - squared_means, 0.0)) + 0.3 * sqrt(squared_means)


def blown_channels(image: ImageSums) -> Value:
    """Return the share of pixels, 0 to 1, in which a colour channel is 254 or more.

    Too much light, a wrong white balance or a gain that is set too high clip channels long before
    the grey level is white.

    Examples
    --------
    >>> red_is_blown = np.uint8([[(254, 90, 90), (253, 90, 90)]])
    >>> blown_channels(image_from_pixels(red_is_blown))
    0.5
    """
    return image.colour_sums.blown / image.pixel_count


def crushed_channels(image: ImageSums) -> Value:
    """Return the share of pixels, 0 to 1, in which a colour channel is 2 or less.

    Too little light does this, and so does too strong a saturation.

    Examples
    --------
    >>> blue_is_crushed = np.uint8([[(90, 90, 2), (90, 90, 3)]])
    >>> crushed_channels(image_from_pixels(blue_is_crushed))
    0.5
    """
    return image.colour_sums.crushed / image.pixel_count


def warmth(image: ImageSums) -> Value:
    """Return how warm the colours are: -1 (all blue) to 1 (all red), 0 for a grey picture.

    ``sum(R - B) / sum(|R - B| + 1)`` over all pixels. Unlike a ratio of the channels' means it does
    not follow how strong the colours are, only to which side they are; an exchange of red and blue
    changes its sign. The definition is our own, in the spirit of the blue-yellow index of opponent
    colours.

    Examples
    --------
    >>> sunset = np.full((4, 4, 3), (250, 125, 1), np.uint8)
    >>> [round(warmth(image_from_pixels(one)), 2) for one in (sunset, sunset[:, :, ::-1])]
    [1.0, -1.0]
    """
    sums = image.colour_sums
    return (sums.red - sums.blue) / (sums.red_blue + image.pixel_count)


def colourless(image: ImageSums) -> Value:
    """Return the share of pixels, 0 to 1, whose three channels differ by 2 levels at most.

    1 for a grey picture, and for one in colour that a camera at night or a step of the pipeline has
    made grey; white and black grounds count too.

    Examples
    --------
    >>> half_grey = np.uint8([[(90, 91, 92), (90, 91, 93)]])
    >>> colourless(image_from_pixels(half_grey))
    0.5
    """
    return image.colour_sums.colourless / image.pixel_count


COLOUR_FEATURES = (
    Feature(
        name="mean_red",
        unit="level (0-255)",
        title="red",
        rises="redder",
        falls="less red",
        compute=mean_red,
        resolution=1.0,
        resolution_reason="one level",
    ),
    Feature(
        name="mean_green",
        unit="level (0-255)",
        title="green",
        rises="greener",
        falls="less green",
        compute=mean_green,
        resolution=1.0,
        resolution_reason="one level",
    ),
    Feature(
        name="mean_blue",
        unit="level (0-255)",
        title="blue",
        rises="bluer",
        falls="less blue",
        compute=mean_blue,
        resolution=1.0,
        resolution_reason="one level",
    ),
    Feature(
        name="saturation",
        unit="share (0-1)",
        title="saturation",
        rises="purer in colour",
        falls="paler in colour",
        compute=saturation,
        resolution=0.01,
        resolution_reason="one level of a dim colour of 100",
        rising=Sign.LOOK,
        falling=Sign.LOOK,
    ),
    Feature(
        name="colourfulness",
        unit="Hasler-Suesstrunk scale (about 0-110)",
        title="colourfulness",
        rises="more colourful",
        falls="greyer",
        compute=colourfulness,
        resolution=1.0,
        resolution_reason="about one level between the channels",
        rising=Sign.LOOK,
        falling=Sign.LOOK,
    ),
    Feature(
        name="blown_channels",
        unit="share of pixels (0-1)",
        title="blown-out colours",
        rises="more blown out",
        falls="less blown out",
        compute=blown_channels,
        resolution=0.001,
        resolution_reason="a thousandth of the pixels",
        edge=Edge(level=253.5, seen_in=("median", "max_pixel")),
    ),
    Feature(
        name="crushed_channels",
        unit="share of pixels (0-1)",
        title="crushed colours",
        rises="deeper in the shadows or purer in colour",
        falls="lighter in the shadows or paler",
        compute=crushed_channels,
        resolution=0.001,
        resolution_reason="a thousandth of the pixels",
        edge=Edge(level=2.5, seen_in=("median", "min_pixel", "black_point")),
    ),
    Feature(
        name="warmth",
        unit="share (-1 to 1)",
        title="warmth of colours",
        rises="warmer in colour",
        falls="colder in colour",
        compute=warmth,
        resolution=0.02,
        resolution_reason="two per cent of the coloured light",
        rising=Sign.CAUSE,
        falling=Sign.CAUSE,
    ),
    Feature(
        name="colourless",
        unit="share of pixels (0-1)",
        title="grey area",
        rises="without colour over more of their area",
        falls="coloured over more of their area",
        compute=colourless,
        resolution=0.01,
        resolution_reason="a hundredth of the pixels",
        rising=Sign.LOOK,
        behind=("flat_borders",),
    ),
)
