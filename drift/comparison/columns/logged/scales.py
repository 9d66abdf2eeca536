"""Confidences and probabilities that are written on another scale than the reference's."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from drift.comparison.columns.columns import Column, ColumnKind, ColumnRole
from jobs.predictions.rows.number_columns import MOST_STRAY, outside_one

# With what rounding adds.
_MOST_PER_CENT = 100.001
_MOST_LOST = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleChange:
    """A column that holds shares of one on one side, and larger numbers on the other.

    Attributes
    ----------
    reference, current
        The smallest and the largest value of either side.
    window_is_larger
        Whether it is the window that holds the larger numbers.
    """

    name: str
    reference: tuple[float, float]
    current: tuple[float, float]
    window_is_larger: bool

    def sentence(self) -> str:
        """Return what was seen, as a sentence that begins with "Its values"."""
        now, then = _range(self.current), _range(self.reference)
        larger = self.current if self.window_is_larger else self.reference
        in_range = larger[0] >= 0 and larger[1] <= _MOST_PER_CENT
        guess = " Are the larger ones per cent?" if in_range else ""
        return f"Its values lie in {now} here and in {then} in the reference.{guess}"


def scale_change(name: str, reference: pd.Series, current: pd.Series) -> ScaleChange | None:
    """Return how the scale of a column changed; None where it did not, or a side has no value."""
    then, now = _finite(reference), _finite(current)
    if not len(then) or not len(now) or _is_share(then) == _is_share(now):
        return None
    return ScaleChange(
        name=name,
        reference=(float(then.min()), float(then.max())),
        current=(float(now.min()), float(now.max())),
        window_is_larger=_is_share(then),
    )


def with_scales(
    columns: list[Column], reference: pd.DataFrame, current: pd.DataFrame
) -> list[Column]:
    """Return the columns; those of predictions whose scale changed are left out of the test.

    Parameters
    ----------
    reference, current
        All rows of both sides, with the columns' names.
    """
    return [_with_scale(column, reference, current) for column in columns]


def mostly_lost(lost: int, values: int) -> bool:
    """Tell whether so many values could not be read that the others say nothing."""
    return lost > _MOST_LOST * values


def _with_scale(column: Column, reference: pd.DataFrame, current: pd.DataFrame) -> Column:
    is_number = column.role is ColumnRole.PREDICTION and column.kind is ColumnKind.NUMERIC
    if not is_number or column.name not in reference or column.name not in current:
        return column
    change = scale_change(column.name, reference[column.name], current[column.name])
    if change is None:
        return column
    nothing = pd.Series(dtype="float64")
    why = f"{change.sentence()} It is not compared."
    return replace(column, reference=nothing, current=nothing, left_out=why)


def _is_share(values: npt.NDArray[np.float64]) -> bool:
    return bool(outside_one(values).sum() <= MOST_STRAY * len(values))


def _finite(values: pd.Series) -> npt.NDArray[np.float64]:
    numbers: npt.NDArray[np.float64] = values.to_numpy(dtype="float64", na_value=np.nan)
    finite: npt.NDArray[np.float64] = numbers[np.isfinite(numbers)]
    return finite


def _range(ends: tuple[float, float]) -> str:
    return f"{ends[0]:.3g} to {ends[1]:.3g}"
