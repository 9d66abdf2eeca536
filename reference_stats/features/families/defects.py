"""Defects: what cameras and pipelines leave in pictures and scenes do not."""

from __future__ import annotations

from reference_stats.features.feature import Feature, Sign
from reference_stats.sums.arithmetic import Value, log1p, ratio, where
from reference_stats.sums.image_sums import ImageSums
from reference_stats.sums.peaks import FEWEST_ROWS


def hot_pixels(image: ImageSums) -> Value:
    """Return the share of pixels that stand out far from all four neighbours, 0 to 1.

    As `speckle`, but by more than 96 grey levels: hot and dead pixels of a sensor, wrong bytes and
    overflow. Most photographs have none. At another size there is nothing left of a single pixel,
    so that only the file's own pixels are looked at. Counted among those that are not on the
    border; NaN for an image narrower or lower than 3 pixels. The definition is our own.

    Examples
    --------
    >>> grey = np.full((12, 12), 100, np.uint8)
    >>> grey[5, 5] = 255  # one of the 100 pixels that are not on the border
    >>> hot_pixels(image_from_pixels(grey))
    0.01
    """
    sums = image.detail_sums
    return ratio(sums.hot_pixels, sums.pixels)


def wrapped_steps(image: ImageSums) -> Value:
    """Return the share of steps from a sample to the next that are larger than 200 levels, 0 to 1.

    Steps to the right and downwards, in each colour channel by itself. Hardly any edge is so high,
    but what overflows in eight bits falls from white to black within one pixel. NaN for an image
    of one pixel. The definition is our own.

    Examples
    --------
    >>> bright = np.uint8([[240, 246, 252]])
    >>> [wrapped_steps(image_from_pixels(one)) for one in (bright, bright + np.uint8(8))]
    [0.0, 0.5]
    """
    sums = image.channel_sums
    return ratio(sums.jumps, sums.steps)


def row_banding(image: ImageSums) -> Value:
    """Return how far regular bands across the picture stand out: a logarithm, 0 to about 8.

    ``log(1 + P)``, where P is the highest peak in the periodogram of the rows' mean grey levels
    beside the mean of the lines around it, for waves that fit into the height at least 10 times.
    About 1 to 2.5 for photographs; lamps that flicker under a rolling shutter, scan lines and
    strong JPEG compression raise it. NaN for an image lower than 64 pixels. The peak beside its
    surroundings is the harmonic test of D. J. Thomson, "Spectrum estimation and harmonic analysis",
    Proceedings of the IEEE 70 (1982), in its simplest form.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(128, 20, (200, 200))
    >>> bands = noise + 6 * np.sin(np.arange(200) / 2)[:, None]
    >>> [round(row_banding(image_from_pixels(one.astype(np.uint8))), 1) for one in (noise, bands)]
    [2.0, 6.0]
    """
    return where(image.height >= FEWEST_ROWS, log1p(image.peaks.rows))


def level_comb(image: ImageSums) -> Value:
    """Return how far regular gaps between the levels stand out: a logarithm, 0 to about 8.

    ``log(1 + P)``, where P is the highest peak in the periodogram of ``log(1 + N)`` beside the mean
    of the lines around it, N being how often a channel has the levels 2 to 253; their mean over 9
    levels is taken off first. The largest of the channels. Too few bits, and levels that were
    stretched, shrunk, brightened by gamma or averaged and then rounded, leave some levels empty and
    fill others twice; a lossy file hides all but the strongest. Source: M. C. Stamm and K. J. R.
    Liu, "Forensic detection of image manipulation using statistical intrinsic fingerprints", IEEE
    Transactions on Information Forensics and Security 5(3), 2010.

    Examples
    --------
    >>> smooth = np.random.default_rng(0).normal(128, 30, (200, 200)).clip(0, 255).astype(np.uint8)
    >>> few_levels = smooth // 8 * 8
    >>> [round(level_comb(image_from_pixels(one)), 1) for one in (smooth, few_levels)]
    [0.6, 6.4]
    """
    return log1p(image.peaks.levels)


DEFECT_FEATURES = (
    Feature(
        name="hot_pixels",
        unit="share (0-1)",
        title="hot pixels",
        rises="fuller of single hot or dead pixels",
        falls="freer of single hot or dead pixels",
        compute=hot_pixels,
        resolution=0.00002,
        resolution_reason="one pixel of 224 x 224",
        rising=Sign.CAUSE,
        behind=("noise_level",),
    ),
    Feature(
        name="wrapped_steps",
        unit="share of steps (0-1)",
        title="wrapped steps",
        rises="fuller of wrapped steps between white and black",
        falls="freer of wrapped steps between white and black",
        compute=wrapped_steps,
        resolution=0.00001,
        resolution_reason="three steps of the 300,000 in 224 x 224 pixels",
        rising=Sign.CAUSE,
        behind=("hot_pixels", "flat_borders", "blockiness", "noise_level"),
    ),
    Feature(
        name="row_banding",
        unit="log ratio",
        title="bands across",
        rises="more banded from top to bottom",
        falls="less banded from top to bottom",
        compute=row_banding,
        resolution=0.1,
        resolution_reason="ten per cent of a peak",
        rising=Sign.CAUSE,
        behind=("noise_level", "flat_borders"),
    ),
    Feature(
        name="level_comb",
        unit="log ratio",
        title="gaps between levels",
        rises="coarser in their levels",
        falls="more even in their levels",
        compute=level_comb,
        resolution=0.1,
        resolution_reason="ten per cent of a peak",
        rising=Sign.CAUSE,
        behind=("blockiness", "std_dev", "mean", "flat_borders"),
    ),
)
