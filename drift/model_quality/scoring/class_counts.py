"""Sums by class, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.sums import ClassifierSums

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCounts:
    """The confusion counts of labelled predictions.

    Attributes
    ----------
    names
        The classes that labels or answers name, sorted.
    true, predicted, count
        The cells that are not zero: numbers of both classes, and how many predictions.
    labelled, answered, right
        By class: how many are truly of it, were called so, and both.
    """

    names: tuple[str, ...]
    true: Codes
    predicted: Codes
    count: Numbers
    labelled: Numbers
    answered: Numbers
    right: Numbers


def class_counts(sums: ClassifierSums) -> ClassCounts:
    """Return the counts by class."""
    names = tuple(sorted({name for pair in sums.confusion for name in pair}))
    number = {name: place for place, name in enumerate(names)}
    cells = list(sums.confusion)
    true = np.array([number[name] for name, _ in cells], dtype=np.int64)
    predicted = np.array([number[name] for _, name in cells], dtype=np.int64)
    count = np.array(list(sums.confusion.values()), dtype=np.float64)
    same = true == predicted
    return ClassCounts(
        names=names,
        true=true,
        predicted=predicted,
        count=count,
        labelled=_summed(true, count, len(names)),
        answered=_summed(predicted, count, len(names)),
        right=_summed(true[same], count[same], len(names)),
    )


def _summed(code: Codes, count: Numbers, classes: int) -> Numbers:
    return np.bincount(code, count, classes).astype(np.float64)


def information(sums: ClassifierSums) -> float:
    """Return the part of an independent observation that a labelled prediction stands for.

    An image that is asked for ten times is answered alike ten times: intervals and tests count
    different images, which sums know of all predictions together, not by class.
    """
    return sums.images / sums.labelled if 0 < sums.images < sums.labelled else 1.0
