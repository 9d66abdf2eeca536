"""What a drift method is: two samples of one column in, a statistic and a p-value out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """The statistic of a test and the chance of one at least as large where nothing moved.

    Attributes
    ----------
    value
        The statistic.
    p_value
        In (0, 1]; at most the stated level in the long run, whatever the ties.
    """

    value: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftMethod:
    """One test, under the name that reports show.

    Attributes
    ----------
    name
        The statistic's name in ``report.json``.
    compare
        The test of a reference and a current sample, neither empty, without missing values.
    """

    name: str
    compare: Callable[[pd.Series, pd.Series], MethodResult]
