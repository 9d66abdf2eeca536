"""What a drift method is: the scores, or bins, that it gives to the units of a pooled sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreMethod:
    """One way in which numbers can differ.

    Attributes
    ----------
    name
        How reports call it, behind the column's name: ``sharpness.location``.
    two_sided
        Whether a sum of scores that is unusually small counts too.
    scores
        From normal scores (see `normal_scores.py`), shape (units, columns), to scores of the
        same shape; each column on its own, without regard to which side a unit is from.
    """

    name: str
    two_sided: bool
    scores: Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountMethod:
    """One way in which numbers can differ: more of the window's units than chance puts in some bin.

    Only an excess counts; the largest of all bins does.

    Attributes
    ----------
    name
        As of `ScoreMethod`.
    bins
        From normal scores, shape (units,), and which of them stand for no value, to the units of
        each bin, bool of shape (units, bins), without regard to which side a unit is from. Bins
        may overlap.
    """

    name: str
    bins: Callable[[NDArray[np.float64], NDArray[np.bool_]], NDArray[np.bool_]]
