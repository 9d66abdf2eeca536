"""A perceptual fingerprint: near-copies of an image have fingerprints that differ in few bits.

On a grid of 8 by 8 areas each of the 112 differences of grey between neighbours gives two bits:
brighter, darker, or neither. "Neither" is what a covered lens gives in spite of its noise. 16 bits
hold the mean colour and 8 the mean grey, as counts of steps, and one says that the image is small.
The idea of comparing neighbouring areas is that of dHash (N. Krawetz, "Kind of like that", 2013).

Measured on 1,200 photographs of clothes (``python -m benchmarks.near_copies``): all copies are
near-copies that were saved as JPEG of quality 50 or 95, resized by 0.8 or 1.25, made 10 levels
brighter or darker, or given noise of 8 levels, and all but one that were cropped by 2 % in all; of
those cropped by 2 % at one corner or at each side 86 % and 85 %. Of 719,400 pairs of different
photographs 3 are near-copies; with 8 % of the light 0.05 % are. Of all pairs of scikit-learn's
digits it is 0.004 % (8 x 8 pixels) and 0.009 % (enlarged to 28 x 28).
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reference_stats.sums.arithmetic import Column, Value, sqrt
from reference_stats.sums.colour import ColourSums
from reference_stats.sums.decoded_image import DecodedImage

# Raised by one whenever the definition changes: it is part of the feature set's name.
FINGERPRINT_VERSION = 2
FINGERPRINT_BYTES = 32
WORDS = FINGERPRINT_BYTES // 8

Fingerprints = NDArray[np.uint64]

GRID = 8
# Two grey levels are rounding; the rest is noise of about 4 levels in every pixel of an area.
_LEAST_STEP = 2.0
_NOISE_STEP = 8.0
# Of the image's own contrast: smaller steps flip with any change.
RELATIVE_STEP = 0.15
_COLOUR_STEPS = tuple(range(-28, 29, 8))
_LEVEL_STEPS = tuple(level * 256 / 9 for level in range(1, 9))
# In small images one pixel more or less is a difference, and digits are told apart by it.
_SMALL_PIXELS = 64 * 64
GRADIENT_BITS = 2 * 2 * GRID * (GRID - 1)
GRADIENT_BYTES = GRADIENT_BITS // 8
_GRADIENT_MASK = np.array([~np.uint64(0)] * 3 + [np.uint64(2**32 - 1)], dtype=np.uint64)
_SMALL_BIT = np.uint64(2**56)
_ALLOWED_ANYWAY = 4
_SET_BITS_PER_ALLOWED = 12
_SET_BITS_PER_ALLOWED_SMALL = 20
# What `allowed_distance` is at most: each gradient is one bit at most.
LARGEST_DISTANCE = _ALLOWED_ANYWAY + GRADIENT_BITS // _SET_BITS_PER_ALLOWED


def fingerprint_of(image: DecodedImage) -> bytes:
    """Return the fingerprint of an image: `FINGERPRINT_BYTES` bytes.

    Two images that differ in colour far from their mean only, or in fine detail, have the same.
    """
    from reference_stats.kernels.cell_pass import pack_cells  # noqa: PLC0415 - numba is slow

    noise_step = least_step(image.pixel_count)
    gradients, level = pack_cells(image.grey, GRID, float(noise_step), RELATIVE_STEP)
    means = _mean_bytes(image.colour_sums, image.pixel_count, level)
    return gradients.tobytes() + np.array(means, np.uint8).tobytes()


def fingerprints_of(
    colours: ColourSums, pixels: Column, gradients: NDArray[np.uint8], levels: Column
) -> NDArray[np.uint8]:
    """Return the fingerprints of several images, uint8 of shape (images, `FINGERPRINT_BYTES`).

    Parameters
    ----------
    colours
        As columns.
    pixels
        How many pixels each image has.
    gradients, levels
        What the kernel of the cells said of each: bytes of shape (images, `GRADIENT_BYTES`), and
        the mean.
    """
    means = np.stack(_mean_bytes(colours, pixels, levels), axis=1, dtype=np.uint8, casting="unsafe")
    return np.concatenate((gradients, means), axis=1)


def least_step(pixels: Value) -> Value:
    """Return the smallest difference of grey that counts in an image of so many pixels."""
    return _LEAST_STEP + _NOISE_STEP * GRID / sqrt(pixels)


def _mean_bytes(colours: ColourSums, pixels: Value, level: Value) -> list[int | NDArray[np.int64]]:
    red_green = (colours.red - colours.green) / pixels
    yellow_blue = ((colours.red + colours.green) / 2 - colours.blue) / pixels
    return [
        _steps_below(red_green, _COLOUR_STEPS),
        _steps_below(yellow_blue, _COLOUR_STEPS),
        _steps_below(level, _LEVEL_STEPS),
        1 * (pixels < _SMALL_PIXELS),
    ]


def _steps_below(value: Value, steps: tuple[float, ...]) -> int | NDArray[np.int64]:
    """Return as many set bits, from the lowest one, as there are steps below a value."""
    if isinstance(value, np.ndarray):
        places: NDArray[np.int64] = np.searchsorted(steps, value)
        return (1 << places) - 1
    return (1 << bisect.bisect_left(steps, value)) - 1


def stack_fingerprints(fingerprints: Sequence[bytes]) -> Fingerprints:
    """Return many fingerprints as uint64 of shape (images, `WORDS`)."""
    joined = np.frombuffer(b"".join(fingerprints), dtype="<u8")
    return joined.astype(np.uint64).reshape(len(fingerprints), WORDS)


def hamming_distance(first: Fingerprints, second: Fingerprints) -> NDArray[np.int64]:
    """Return in how many bits fingerprints differ, 0 to 248; shapes (..., `WORDS`), broadcast."""
    differing = first ^ second
    differing[..., -1] &= ~_SMALL_BIT
    distance: NDArray[np.int64] = np.bitwise_count(differing).sum(axis=-1, dtype=np.int64)
    return distance


def are_near_copies(first: Fingerprints, second: Fingerprints) -> NDArray[np.bool_]:
    """Whether images are near-copies: shapes (..., `WORDS`), broadcast.

    They are where the fingerprints differ in at most 4 bits and a sixth (a tenth where one of the
    images has fewer than 64 x 64 pixels) of the gradients that an image of the pair has on
    average. For a photograph of ordinary contrast that is about 17 bits of 248.
    """
    allowed = allowed_distance(
        count_gradients(first) + count_gradients(second), is_small(first) | is_small(second)
    )
    near: NDArray[np.bool_] = hamming_distance(first, second) <= allowed
    return near


def count_gradients(fingerprints: Fingerprints) -> NDArray[np.int64]:
    """Return how many gradients each image has, 0 (flat) to 112."""
    set_bits = np.bitwise_count(fingerprints & _GRADIENT_MASK)
    gradients: NDArray[np.int64] = set_bits.sum(axis=-1, dtype=np.int64)
    return gradients


def is_small(fingerprints: Fingerprints) -> NDArray[np.bool_]:
    """Whether each image has fewer than 64 x 64 pixels."""
    small: NDArray[np.bool_] = (fingerprints[..., -1] & _SMALL_BIT) != 0
    return small


def allowed_distance(gradients: NDArray[np.int64], small: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return in how many bits near-copies may differ.

    Parameters
    ----------
    gradients
        The gradients of both images together.
    small
        Whether one of them is small.
    """
    each = np.where(small, _SET_BITS_PER_ALLOWED_SMALL, _SET_BITS_PER_ALLOWED)
    return _ALLOWED_ANYWAY + gradients // each
