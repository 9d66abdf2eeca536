"""Detail: at which scale it is and how it is spread, whatever the picture's contrast."""

from __future__ import annotations

from reference_stats.features.feature import Feature
from reference_stats.sums.arithmetic import Value, log, ratio
from reference_stats.sums.image_sums import ImageSums

# Mean squares of the Laplacian in grey levels squared: the rounding to whole levels makes about
# as much, so that what is below it is no detail.
_ENERGY_FLOOR = 0.5
_GRADIENT_FLOOR = 0.01


def fine_detail(image: ImageSums) -> Value:
    """Return how much finest detail there is beside that of twice the scale: a logarithm.

    ``log((V1 + 0.5) / (V2 + 0.5))``: V1 is the mean square of the grey levels' four-neighbour
    Laplacian over the pixels that are not on the border, V2 that of the image of half the size,
    made of the means of 2 x 2 pixels (an odd last row or column is left out). About -2 (blurred
    or enlarged) to 1.4 (pure noise); 0 for a flat image, NaN for one narrower or lower than 6
    pixels. Unlike `sharpness` it hardly follows the subject's contrast. Under strong blur, where
    V1 is no more than rounding, it rises again: `coarse_detail` sees that.

    The ratio is our own. Judging blur by how much a picture loses when it is smoothed is the idea
    of F. Crete et al., "The blur effect: perception and estimation with a new no-reference
    perceptual blur metric", Human Vision and Electronic Imaging XII, 2007.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    >>> enlarged = noise.repeat(4, axis=0).repeat(4, axis=1)
    >>> [round(fine_detail(image_from_pixels(one)), 1) for one in (noise, enlarged)]
    [1.4, -0.9]
    """
    finest, half, _ = image.detail_sums.laplacian_energies
    return _log_ratio(finest, half)


def coarse_detail(image: ImageSums) -> Value:
    """Return how much detail of twice the finest scale there is beside that of four times.

    As `fine_detail`, but between the images of half and of quarter size: it sees stronger blur
    and larger enlargement, down to about -2.5. 0 for a flat image, NaN for one narrower or lower
    than 12 pixels.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    >>> enlarged = noise.repeat(4, axis=0).repeat(4, axis=1)
    >>> [round(coarse_detail(image_from_pixels(one)), 1) for one in (noise, enlarged)]
    [1.5, -1.2]
    """
    _, half, quarter = image.detail_sums.laplacian_energies
    return _log_ratio(half, quarter)


def edge_concentration(image: ImageSums) -> Value:
    """Return how few places hold the picture's steps: 0 (the same everywhere) to about 4.

    ``log((mean(g**2) + 0.01) / (mean(g)**2 + 0.01))`` over the inner pixels, where g is the
    absolute step in grey levels to the right plus that downwards. High for line art, enlarged
    pixels and plain backgrounds, about 0.3 for pure noise; 0 for a flat image, NaN for one narrower
    or lower than 3 pixels. The definition is our own.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    >>> line = np.full((64, 64), 255, np.uint8)
    >>> line[:, 32] = 0
    >>> [round(edge_concentration(image_from_pixels(one)), 1) for one in (noise, line)]
    [0.2, 3.4]
    """
    sums = image.detail_sums
    mean_square = ratio(sums.gradient_squares, sums.pixels)
    mean = ratio(sums.gradient, sums.pixels)
    squared_mean = mean * mean
    return log((mean_square + _GRADIENT_FLOOR) / (squared_mean + _GRADIENT_FLOOR))


def _log_ratio(finer: Value, coarser: Value) -> Value:
    return log((finer + _ENERGY_FLOOR) / (coarser + _ENERGY_FLOOR))


DETAIL_FEATURES = (
    Feature(
        name="fine_detail",
        unit="log ratio",
        title="fine detail",
        rises="richer in fine detail",
        falls="poorer in fine detail",
        compute=fine_detail,
        resolution=0.02,
        resolution_reason="two per cent of the ratio",
        follows_resolution=True,
    ),
    Feature(
        name="coarse_detail",
        unit="log ratio",
        title="coarser detail",
        rises="richer in detail at half size",
        falls="poorer in detail at half size",
        compute=coarse_detail,
        resolution=0.02,
        resolution_reason="two per cent of the ratio",
        follows_resolution=True,
    ),
    Feature(
        name="edge_concentration",
        unit="log ratio",
        title="concentration of edges",
        rises="more concentrated in their edges",
        falls="more even in their edges",
        compute=edge_concentration,
        resolution=0.02,
        resolution_reason="two per cent of the ratio",
        follows_resolution=True,
    ),
)
