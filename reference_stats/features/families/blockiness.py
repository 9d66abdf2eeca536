"""Blockiness: how much of the 8 x 8 grid of strong JPEG compression shows."""

from __future__ import annotations

import math

from reference_stats.features.feature import Feature, Sign
from reference_stats.sums.decoded_image import DecodedImage
from reference_stats.sums.detail import BLOCK


def blockiness(image: DecodedImage) -> float:
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
    down = sums.steps_down_between_blocks, sums.steps_down, height, width
    right = sums.steps_right_between_blocks, sums.steps_right, width, height
    means = [_mean_steps(*steps) for steps in (down, right) if steps[2] > BLOCK]
    if not means:
        return math.nan
    across, within = (sum(sides) for sides in zip(*means, strict=True))
    total = across + within
    return (across - within) / total if total else 0.0


def _mean_steps(across: int, all_steps: int, length: int, lines: int) -> tuple[float, float]:
    """Return the mean steps across boundaries and within blocks, along lines of a length."""
    boundaries = (length - 1) // BLOCK
    within = all_steps - across
    return across / (boundaries * lines), within / ((length - 1 - boundaries) * lines)


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
