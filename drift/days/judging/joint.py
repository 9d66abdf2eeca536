"""What all image features say together beside normal days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import AlignedRows
from drift.comparison.columns.computed_rows import Rows, as_table
from drift.comparison.joint import COMBINATION, apart_words
from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.scale import DISTANCE, ReferenceScale


@dataclass(frozen=True, slots=True, kw_only=True)
class JointAspect:
    """What one joint score looks at.

    Attributes
    ----------
    because
        A plain sentence: which features no longer go together as they did.
    reference, current
        Where each unit lies along it, one row per unit.
    direction
        ``"up"``, ``"down"`` or ``"spread"``.
    """

    because: str
    reference: pd.DataFrame
    current: pd.DataFrame
    direction: str


def joint_aspect(
    scale: ReferenceScale, key: StatisticKey, rows: AlignedRows, *, upward: bool
) -> JointAspect:
    """Return what a joint score that moved is about.

    Parameters
    ----------
    rows
        The image features of both sides, one row per unit.
    upward
        Whether the score's mean lies above what was expected.
    """
    sides = [scale.score(as_table(one)).scores for one in (rows.reference, rows.current)]
    if key.number == DISTANCE:
        at, direction = scale.keys.index(key), "up"
        loads = _loads_of_distance(scale, sides)
    else:
        place = scale.keys.index(
            StatisticKey(group=key.group, method=LOCATION.name, number=key.number)
        )
        at = place
        direction = "spread" if key.method != LOCATION.name else ("up" if upward else "down")
        loads = scale.axis_loads(key.number)
    return JointAspect(
        because=apart_words(scale.together, loads),
        reference=_along(sides[0][:, at], rows.reference),
        current=_along(sides[1][:, at], rows.current),
        direction=direction,
    )


def _loads_of_distance(
    scale: ReferenceScale, sides: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the weights of the features along the axis whose spread grew most."""
    spreads = [at for at, key in enumerate(scale.keys) if key.number.startswith("axis")]
    squares = [at for at in spreads if scale.keys[at].method != LOCATION.name]
    grown = [sides[1][:, at].mean() - sides[0][:, at].mean() for at in squares]
    return scale.axis_loads(scale.keys[squares[int(np.argmax(grown))]].number)


def _along(values: NDArray[np.float64], rows: Rows) -> pd.DataFrame:
    return pd.DataFrame({COMBINATION: values}, index=rows.index)
