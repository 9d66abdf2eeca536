"""Whether the shares of classes moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Fewer in both sides together say little one by one; together they may.
RARE = 5
# More classes of their own would cost seconds; the rest counts as one.
_MOST_CLASSES = 250
OTHERS = "(rare classes)"
CHI_SQUARE = "chi_square"
"""The method that looks at all classes of a column together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLabels:
    """The classes of units, several where a unit has several rows.

    Attributes
    ----------
    labels
        Texts, none of them missing.
    of_label
        The unit of each label.
    units
        How many units there are; those without a label have no class.
    """

    labels: NDArray[np.object_]
    of_label: NDArray[np.int64]
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScores:
    """One indicator per class.

    Attributes
    ----------
    names
        The classes that have an indicator of their own, and one for all others where there are
        any.
    indicators
        float64 of shape (units, classes), 0 or 1, or the class's part of the unit's labels where
        it has several; a unit without a class has the mean of the others, which says nothing.
    root
        Shape (classes, classes): the sum of squares of the standardised sums times it is Pearson's
        chi-square (but for a factor of ``(N - 1) / N``) where every unit has one label.
    """

    names: tuple[str, ...]
    indicators: NDArray[np.float64]
    root: NDArray[np.float64]


def class_scores(given: UnitLabels) -> ClassScores:
    """Return the classes of both sides together as indicators.

    Classes that occur in fewer than five units in all, and those beyond the 250 that occur in
    most, are taken as one. The choice looks at both sides together, so that permuting stays exact.
    """
    # An array of fixed width would give every row the room of the longest label.
    codes, classes = pd.factorize(given.labels, sort=True)
    counts = _units_with(codes, given, len(classes))
    order = np.lexsort((np.arange(len(classes)), -counts))[:_MOST_CLASSES]
    own = np.sort(order[counts[order] >= RARE])
    column = np.full(len(classes), len(own))
    column[own] = np.arange(len(own))
    named = [str(classes[one]) for one in own]
    if len(own) < len(classes):
        named.append(OTHERS)
    part = 1.0 / np.maximum(np.bincount(given.of_label, minlength=given.units), 1)
    indicators = np.zeros((given.units, len(named)))
    np.add.at(indicators, (given.of_label, column[codes]), part[given.of_label])
    without = ~np.isin(np.arange(given.units), given.of_label)
    indicators = with_means_for_missing(indicators, without[:, None])
    shares = np.minimum(indicators.mean(axis=0), 1.0)
    return ClassScores(names=tuple(named), indicators=indicators, root=np.diag(np.sqrt(1 - shares)))


def with_means_for_missing(
    scores: NDArray[np.float64], missing: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return scores where units without a value have the mean of the others, column by column.

    Any other score would say something of them: more missing values on one side would look like
    other values.

    Parameters
    ----------
    scores
        Shape (units, columns).
    missing
        Which units have no value; of the same shape, or one column for all.
    """
    if not missing.any():
        return scores
    known = np.broadcast_to(~missing, scores.shape)
    means = np.where(known, scores, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    filled: NDArray[np.float64] = np.where(known, scores, means)
    return filled


def _units_with(codes: NDArray[np.int64], given: UnitLabels, classes: int) -> NDArray[np.int64]:
    """Return in how many units each class occurs."""
    pairs = codes
    if len(codes) > len(np.unique(given.of_label)):
        pairs = np.unique(codes + given.of_label * max(classes, 1)) % max(classes, 1)
    return np.bincount(pairs, minlength=classes)
