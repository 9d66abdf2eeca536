"""Sharpness: how much fine detail there is."""

from __future__ import annotations

from reference_stats.features.feature import Feature, Sign
from reference_stats.sums.arithmetic import Value, log, log10, ratio, where
from reference_stats.sums.image_sums import ImageSums

# Grey levels that keep the logarithms of nearly flat images from jumping.
_LAPLACIAN_FLOOR = 0.5
_STEP_FLOOR = 0.1


def sharpness(image: ImageSums) -> Value:
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
    return log10(1 + image.detail_sums.padded_laplacian_squares / image.pixel_count)


def centre_sharpness(image: ImageSums) -> Value:
    """Return how much sharper the centre is than the rest: a logarithm, about -3 to 5.

    ``log((C + 0.5) / (B + 0.5))``: C is the mean square of the Laplacian, as of `sharpness`, over
    the middle half of the inner rows and columns, B that over all other inner pixels. A smudge on
    the lens lowers it, a lens that is out of true at its edges raises it. 0 for a flat image; NaN
    where one of the two has no pixel, as in pictures of less than 6 pixels in both directions. The
    ratio is our own.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    >>> smudged = noise.copy()
    >>> smudged[16:48, 16:48] = 128
    >>> [round(centre_sharpness(image_from_pixels(one)), 1) for one in (noise, smudged)]
    [0.0, -5.1]
    """
    sums = image.detail_sums
    rest = sums.pixels - sums.central_pixels
    centre = ratio(sums.central_laplacian_squares, sums.central_pixels)
    beside = ratio(sums.laplacian_squares - sums.central_laplacian_squares, rest)
    return log((centre + _LAPLACIAN_FLOOR) / (beside + _LAPLACIAN_FLOOR))


def blur_direction(image: ImageSums) -> Value:
    """Return in which direction the picture is smeared: a logarithm, about -1 to 1.

    ``log((X2 + 0.1) / (Y2 + 0.1)) - log((X1 + 0.1) / (Y1 + 0.1))``: X1 and Y1 are the mean absolute
    steps to the right and downwards, X2 and Y2 the mean absolute second differences in the same
    directions. A camera or a subject that moves sideways takes the bends from that direction and
    leaves slopes: the number falls; it rises for movement up and down. Stripes in the scene are in
    both terms. 0 for a flat image, NaN for one narrower or lower than 3 pixels. The ratio is our
    own.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 256, (64, 68)).astype(float)
    >>> shaken = sum(noise[:, step : step + 64] for step in range(4)) / 4
    >>> pictures = (noise, shaken, shaken.T.copy())
    >>> [round(blur_direction(image_from_pixels(one.astype(np.uint8))), 1) for one in pictures]
    [-0.0, -0.2, 0.2]
    """
    sums, height, width = image.detail_sums, image.height, image.width
    bends = ratio(sums.bends_right, height * (width - 2))
    across = _log_of_bends(bends, ratio(sums.steps_right, height * (width - 1)))
    bends = ratio(sums.bends_down, (height - 2) * width)
    downwards = _log_of_bends(bends, ratio(sums.steps_down, (height - 1) * width))
    return where(sums.pixels > 0, across - downwards)


def _log_of_bends(bends: Value, steps: Value) -> Value:
    return log((bends + _STEP_FLOOR) / (steps + _STEP_FLOOR))


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
        falling=Sign.LOOK,
        behind=("std_dev",),
    ),
    Feature(
        name="centre_sharpness",
        unit="log ratio",
        title="sharpness of the centre",
        rises="sharper in the centre",
        falls="blurrier in the centre",
        compute=centre_sharpness,
        resolution=0.02,
        resolution_reason="two per cent of the ratio",
        rising=Sign.CAUSE,
        falling=Sign.CAUSE,
        behind=("flat_borders", "mean"),
    ),
    Feature(
        name="blur_direction",
        unit="log ratio",
        title="direction of blur",
        rises="more smeared up and down",
        falls="more smeared from side to side",
        compute=blur_direction,
        resolution=0.02,
        resolution_reason="two per cent of the ratio",
        rising=Sign.CAUSE,
        falling=Sign.CAUSE,
        behind=("flat_borders", "row_banding", "blockiness"),
    ),
)
