"""Blockiness: how much of the 8 x 8 grid of strong JPEG compression shows."""

from __future__ import annotations

from reference_stats.features.feature import Feature, Sign
from reference_stats.sums.arithmetic import Value, larger, ratio, smaller, where
from reference_stats.sums.detail import BLOCK
from reference_stats.sums.image_sums import ImageSums


def blockiness(image: ImageSums) -> Value:
    """Return how much larger steps are at block boundaries than within blocks, -1 to 1.

    ``(B - A) / (B + A)``, where B is the mean absolute difference of neighbouring pixels across
    the boundaries of the 8 x 8 grid that starts at the file's first pixel, and A the one within
    blocks, each averaged over the two directions. About 0 without a visible grid, towards 1 with
    nothing but blocks; 0 for a flat image, NaN for one of less than 9 pixels in both directions.
    B and A are those of Z. Wang, H. R. Sheikh and A. C. Bovik, "No-reference perceptual quality
    assessment of JPEG compressed images", ICIP 2002; their contrast is taken so that the number
    does not follow how busy the picture is.

    Examples
    --------
    >>> flat = np.full((32, 32), 100, np.uint8)
    >>> blocks = np.uint8([[0, 90], [180, 50]]).repeat(8, axis=0).repeat(8, axis=1)
    >>> blockiness(image_from_pixels(flat)), blockiness(image_from_pixels(blocks))
    (0.0, 1.0)
    """
    sums, height, width = image.detail_sums, image.height, image.width
    down = _mean_steps(sums.steps_down_between_blocks, sums.steps_down, height, width)
    right = _mean_steps(sums.steps_right_between_blocks, sums.steps_right, width, height)
    across, within = down[0] + right[0], down[1] + right[1]
    contrast = ratio(across - within, across + within, otherwise=0.0)
    return where(larger(height, width) > BLOCK, contrast)


def _mean_steps(
    across: Value, all_steps: Value, length: Value, lines: Value
) -> tuple[Value, Value]:
    """Return the mean steps across boundaries and within blocks, along lines of a length.

    Both are 0 for lines that no boundary crosses.
    """
    boundaries = (length - 1) // BLOCK
    steps_within = (length - 1 - boundaries) * lines * smaller(boundaries, 1)
    return (
        ratio(across, boundaries * lines, otherwise=0.0),
        ratio(all_steps - across, steps_within, otherwise=0.0),
    )


BLOCKINESS_FEATURES = (
    Feature(
        name="blockiness",
        unit="contrast (-1 to 1)",
        title="compression blocks",
        rises="blockier from compression or resizing",
        falls="less blocky",
        compute=blockiness,
        resolution=0.005,
        resolution_reason="steps that differ by one per cent",
        rising=Sign.LOOK,
    ),
)
