"""What a detector's boxes say of each image: how many, how large, where, and how sure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NUMBER = "number of boxes"
AREA = "box area"
SMALLEST_AREA = "smallest box area"
ASPECT = "box aspect"
CENTRE_X = "box centre x"
CENTRE_Y = "box centre y"
LOWEST_SCORE = "lowest box score"
HIGHEST_SCORE = "highest box score"
OF_PLACES = (NUMBER, AREA, SMALLEST_AREA, ASPECT, CENTRE_X, CENTRE_Y)
OF_SCORES = (LOWEST_SCORE, HIGHEST_SCORE)
BOX_NUMBERS = OF_PLACES + OF_SCORES
"""The names of the numbers that are derived from boxes."""


def numbers_of_places(
    image: NDArray[np.int64],
    corners: NDArray[np.float64],
    sizes: NDArray[np.float64],
    counts: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:
    """Return the number of boxes of each image, and their area, shape and place.

    An image without usable boxes has only the number of them; its other numbers are NaN.

    Parameters
    ----------
    image
        The image of each usable box, from 0. Shape (n,).
    corners
        Left, top, right, bottom, with an area. Shape (n, 4).
    sizes
        Width and height of the image by which aspects are taken, NaN where they are taken as the
        corners are. Shape (images, 2).
    counts
        How many boxes each image has. Shape (images,).
    """
    width, height = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    shape = np.where(np.isfinite(sizes), sizes, 1.0)[image]
    aspect = (width * shape[:, 0]) / (height * shape[:, 1])
    area = width * height
    return {
        NUMBER: counts,
        AREA: mean_of(image, area, len(counts)),
        SMALLEST_AREA: lowest_of(image, area, len(counts)),
        ASPECT: mean_of(image, aspect, len(counts)),
        CENTRE_X: mean_of(image, (corners[:, 0] + corners[:, 2]) / 2, len(counts)),
        CENTRE_Y: mean_of(image, (corners[:, 1] + corners[:, 3]) / 2, len(counts)),
    }


def numbers_of_scores(
    image: NDArray[np.int64], scores: NDArray[np.float64], images: int
) -> dict[str, NDArray[np.float64]]:
    """Return the lowest and the highest score of each image; NaN where no box has one.

    The mean is that of `confidence`, which is each box's score.
    """
    known = np.isfinite(scores)
    image, scores = image[known], scores[known]
    return {
        LOWEST_SCORE: lowest_of(image, scores, images),
        HIGHEST_SCORE: -lowest_of(image, -scores, images),
    }


def mean_of(
    image: NDArray[np.int64], values: NDArray[np.float64], images: int
) -> NDArray[np.float64]:
    """Return the mean of each image's values, whatever their order; NaN where it has none."""
    order = np.lexsort((values, image))
    sums = np.bincount(image[order], weights=values[order], minlength=images)
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / np.bincount(image, minlength=images))


def lowest_of(
    image: NDArray[np.int64], values: NDArray[np.float64], images: int
) -> NDArray[np.float64]:
    """Return the lowest of each image's values; NaN where it has none."""
    lowest = np.full(images, np.inf)
    np.minimum.at(lowest, image, values)
    return np.where(np.isfinite(lowest), lowest, np.nan)
