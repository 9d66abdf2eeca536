"""References that are constant up to a column's resolution: the window is told in its own unit.

A scanner's white ground is 255 in every image of a reference. Its standard deviation is 0, and no
number of standard deviations says how far another ground lies from it; what can be said is in how
many images it is another one, and which.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.rounding import Numbers, rounding_of
from reports.findings.constant_reference import ConstantReference

Flags = NDArray[np.bool_]
CENTRAL = (0.005, 0.995)
# Halves and thousandths are not exact in binary.
_A_HAIR = 1e-9


def central_range(values: Numbers) -> tuple[float, float]:
    """Return the ends of the central 99 % of at least one value."""
    last = len(values) - 1
    places = math.floor(CENTRAL[0] * last), math.ceil(CENTRAL[1] * last)
    low, high = np.partition(values, places)[list(places)]
    return float(low), float(high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """The range of a reference whose values lie no farther apart than means anything.

    Attributes
    ----------
    low, high
        The ends of the reference's central 99 %.
    resolution
        The smallest difference that means anything.
    hair
        What rounding alone may add to a difference.
    """

    low: float
    high: float
    resolution: float
    hair: float

    @classmethod
    def of(cls, reference: pd.Series, resolution: float) -> Constant | None:
        """Return the range of a reference that is constant, or None where it is not.

        Parameters
        ----------
        reference
            float64 without missing values, at least one.
        resolution
            0 asks for equal values, up to rounding.
        """
        low, high = central_range(reference.to_numpy())
        hair = rounding_of(np.array([low, high])) + _A_HAIR * resolution
        if high - low > resolution + hair:
            return None
        return cls(low=low, high=high, resolution=resolution, hair=hair)

    def above(self, values: pd.Series) -> float:
        """Return the share of values that lie above by more than the resolution."""
        return float((values.to_numpy() > self.high + self.means_nothing).mean())

    def below(self, values: pd.Series) -> float:
        """Return the share of values that lie below by more than the resolution."""
        return float((values.to_numpy() < self.low - self.means_nothing).mean())

    @property
    def means_nothing(self) -> float:
        """How far outside the range a value may lie and still be the same."""
        return self.resolution + self.hair

    def described(self, reference: pd.Series, current: pd.Series) -> ConstantReference:
        """Return what both sides hold, for people."""
        now = current.to_numpy()
        elsewhere = now[self._is_outside(now)]
        then = reference.to_numpy()
        return ConstantReference(
            low=self.low,
            high=self.high,
            resolution=self.resolution,
            reference_images=int((~self._is_outside(then)).sum()),
            images=len(elsewhere),
            lowest=float(elsewhere.min()) if len(elsewhere) else None,
            highest=float(elsewhere.max()) if len(elsewhere) else None,
        )

    def _is_outside(self, values: Numbers) -> Flags:
        outside: Flags = (values < self.low - self.hair) | (values > self.high + self.hair)
        return outside
