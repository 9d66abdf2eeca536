"""How well a detector did on each image, so that the worst ones can be shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.match_table import MatchTable

_LOWEST = np.uint16(1)
"""The bit of the intersection over union of 0.5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageScores:
    """What was found on each image at an intersection over union of 0.5.

    Attributes
    ----------
    cut
        Predictions of a lower score are left out.
    truths, found, strangers
        By image: how many true boxes count, how many of them were found, and how many predictions
        found none. Shape (images,), int64.
    f1
        By image: 2 found / (2 found + missed + strangers); NaN where there was nothing to find and
        nothing was predicted. Shape (images,), float64.
    """

    cut: float
    truths: NDArray[np.int64]
    found: NDArray[np.int64]
    strangers: NDArray[np.int64]
    f1: NDArray[np.float64]

    @property
    def missed(self) -> NDArray[np.int64]:
        """By image: how many true boxes were not found."""
        return self.truths - self.found

    def worst(self, most: int) -> NDArray[np.int64]:
        """Return the images of the lowest `f1`, the worst first: of equals those with more errors.

        Images without any error are never among them.
        """
        errors = self.missed + self.strangers
        order = np.lexsort((-errors, np.nan_to_num(self.f1, nan=1.0)))
        return order[errors[order] > 0][:most]


def score_images(table: MatchTable, cut: float | None = None) -> ImageScores:
    """Score each image by itself.

    Parameters
    ----------
    table
        The matched predictions.
    cut
        The lowest score that counts; else `best_cut`. Detectors predict many boxes that nobody
        would use, so that without a cut each image is full of strangers.
    """
    cut = best_cut(table) if cut is None else cut
    counts = (table.score >= cut) & (table.ignored & _LOWEST == 0)
    right = table.hits & _LOWEST != 0
    truths = np.zeros(table.images, np.int64)
    np.add.at(truths, table.truth_image, table.truth_count)
    found = np.bincount(table.image[counts & right], minlength=table.images)
    strangers = np.bincount(table.image[counts & ~right], minlength=table.images)
    whole = truths + found + strangers
    f1 = np.divide(2 * found, whole, out=np.full(table.images, np.nan), where=whole > 0)
    return ImageScores(cut=cut, truths=truths, found=found, strangers=strangers, f1=f1)


def best_cut(table: MatchTable) -> float:
    """Return the lowest score to count for the highest F1 of all images together, at 0.5.

    Of equals the highest one; 0 for a table without predictions.
    """
    counts = table.ignored & _LOWEST == 0
    order = np.argsort(-table.score[counts], kind="stable")
    score = table.score[counts][order]
    if not len(score):
        return 0.0
    found = np.cumsum(table.hits[counts][order] & _LOWEST)
    f1 = 2 * found / (np.arange(1, len(score) + 1) + table.truth_count.sum())
    # Predictions of equal score are cut together.
    last = np.append(score[1:] != score[:-1], True)
    return float(score[last][np.argmax(f1[last])])
