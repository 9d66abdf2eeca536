"""Whether the shares of classes moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Fewer in both sides together say little one by one; together they may.
_RARE = 5
# More classes of their own would cost seconds; the rest counts as one.
_MOST_CLASSES = 250
OTHERS = "(rare classes)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScores:
    """One indicator per class.

    Attributes
    ----------
    names
        The classes that have an indicator of their own, and one for all others where there are
        any.
    indicators
        float64 of shape (units, classes), 0 or 1; a unit without a class is 0 everywhere.
    root
        Shape (classes, classes): the sum of squares of the standardised sums times it is Pearson's
        chi-square (but for a factor of ``(N - 1) / N``).
    """

    names: tuple[str, ...]
    indicators: NDArray[np.float64]
    root: NDArray[np.float64]


def class_scores(labels: NDArray[np.object_]) -> ClassScores:
    """Return the classes of both sides together as indicators.

    Classes that occur fewer than five times in all, and those beyond the 250 most frequent, are
    taken as one. The choice looks at both sides together, so that permuting stays exact.

    Parameters
    ----------
    labels
        One label per unit, None for a unit without one.
    """
    known = np.array([label is not None for label in labels], dtype=np.bool_)
    # An array of fixed width would give every row the room of the longest label.
    codes, classes = pd.factorize(labels[known], sort=True)
    counts = np.bincount(codes, minlength=len(classes))
    order = np.lexsort((np.arange(len(classes)), -counts))[:_MOST_CLASSES]
    own = np.sort(order[counts[order] >= _RARE])
    column = np.full(len(classes), len(own))
    column[own] = np.arange(len(own))
    named = [str(classes[one]) for one in own]
    if len(own) < len(classes):
        named.append(OTHERS)
    indicators = np.zeros((len(labels), len(named)))
    indicators[np.flatnonzero(known), column[codes]] = 1
    shares = indicators.mean(axis=0)
    return ClassScores(names=tuple(named), indicators=indicators, root=np.diag(np.sqrt(1 - shares)))
