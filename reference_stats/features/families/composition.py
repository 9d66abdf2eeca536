"""Composition: which way up the picture is, where its light is, and what frames it."""

from __future__ import annotations

from reference_stats.features.feature import Feature, Sign
from reference_stats.sums.arithmetic import Value, larger, log, ratio
from reference_stats.sums.image_sums import ImageSums
from reference_stats.sums.layout import LineSums

# Grey levels that keep the logarithms of dark and of plain pictures from jumping.
_LIGHT_FLOOR = 4.0
_SPREAD_FLOOR = 0.5


def orientation(image: ImageSums) -> Value:
    """Return how much more rows differ in brightness than columns do: a logarithm, about -2 to 2.

    ``log((R + 0.5) / (C + 0.5))``: R is the standard deviation of the rows' mean grey levels, C
    that of the columns'. Sky above ground makes photographs positive on the whole; a quarter turn
    changes the sign. 0 for a flat image. The ratio is our own; that natural scenes have a horizon
    is what A. Torralba and A. Oliva, "Statistics of natural image categories", Network 14 (2003),
    found.

    Examples
    --------
    >>> horizon = np.repeat(np.uint8([200, 200, 60, 60])[:, None], 4, axis=1)
    >>> [round(orientation(image_from_pixels(one)), 1) for one in (horizon, horizon.T)]
    [4.9, -4.9]
    """
    sums = image.layout_sums
    rows, columns = sums.rows.deviation / image.width, sums.columns.deviation / image.height
    return log((rows + _SPREAD_FLOOR) / (columns + _SPREAD_FLOOR))


def top_bottom(image: ImageSums) -> Value:
    """Return how much brighter the upper half is than the lower one: a logarithm, about -2 to 2.

    ``log((U + 4) / (L + 4))`` for the mean grey levels of both halves; the middle one of an odd
    number of rows is in neither. NaN for a picture of one row.

    Examples
    --------
    >>> sky = np.repeat(np.uint8([196, 196, 46, 46])[:, None], 4, axis=1)
    >>> [round(top_bottom(image_from_pixels(one)), 1) for one in (sky, sky[::-1], sky.T)]
    [1.4, -1.4, 0.0]
    """
    return _log_of_halves(image.layout_sums.rows, image.height // 2 * image.width)


def left_right(image: ImageSums) -> Value:
    """Return how much brighter the left half is than the right one: a logarithm, about -2 to 2.

    As `top_bottom`, of columns. NaN for a picture of one column.

    Examples
    --------
    >>> lamp = np.repeat(np.uint8([196, 196, 46, 46])[None], 4, axis=0)
    >>> [round(left_right(image_from_pixels(one)), 1) for one in (lamp, lamp[:, ::-1], lamp.T)]
    [1.4, -1.4, 0.0]
    """
    return _log_of_halves(image.layout_sums.columns, image.width // 2 * image.height)


def flat_borders(image: ImageSums) -> Value:
    """Return the share of the picture, 0 to 1, that plain bars at opposite borders take.

    Rows from the top and from the bottom count as long as the grey levels of each differ by 2 at
    most, and so do columns from the left and from the right; the larger of the two shares is taken.
    Letterboxes, padding and frames, but plain backgrounds too; 1 for a flat image.

    Examples
    --------
    >>> picture = np.random.default_rng(0).integers(0, 256, (80, 80), dtype=np.uint8)
    >>> boxed = np.vstack([np.zeros((10, 80), np.uint8), picture, np.zeros((10, 80), np.uint8)])
    >>> flat_borders(image_from_pixels(picture)), flat_borders(image_from_pixels(boxed))
    (0.0, 0.2)
    """
    sums = image.layout_sums
    return larger(sums.rows.flat / image.height, sums.columns.flat / image.width)


def _log_of_halves(lines: LineSums, pixels: Value) -> Value:
    first, second = ratio(lines.first_half, pixels), ratio(lines.second_half, pixels)
    return log((first + _LIGHT_FLOOR) / (second + _LIGHT_FLOOR))


COMPOSITION_FEATURES = (
    Feature(
        name="orientation",
        unit="log ratio",
        title="orientation",
        rises="turned or layered more from top to bottom",
        falls="turned or layered more from side to side",
        compute=orientation,
        resolution=0.02,
        resolution_reason="two per cent of the ratio",
        rising=Sign.CAUSE,
        falling=Sign.CAUSE,
        behind=("flat_borders",),
    ),
    Feature(
        name="top_bottom",
        unit="log ratio",
        title="light from above",
        rises="brighter at the top",
        falls="brighter at the bottom",
        compute=top_bottom,
        resolution=0.02,
        resolution_reason="two per cent of the ratio",
        rising=Sign.CAUSE,
        falling=Sign.CAUSE,
        behind=("flat_borders",),
    ),
    Feature(
        name="left_right",
        unit="log ratio",
        title="light from the left",
        rises="brighter on the left",
        falls="brighter on the right",
        compute=left_right,
        resolution=0.02,
        resolution_reason="two per cent of the ratio",
        rising=Sign.CAUSE,
        falling=Sign.CAUSE,
        behind=("flat_borders",),
    ),
    Feature(
        name="flat_borders",
        unit="share of the side (0-1)",
        title="plain borders",
        rises="more framed by black or plain bars",
        falls="less framed by black or plain bars",
        compute=flat_borders,
        resolution=0.01,
        resolution_reason="two rows of 224",
        rising=Sign.CAUSE,
    ),
)
