"""How many images of a window lie outside the reference's range of a number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from drift.comparison.columns.constants import Constant, central_range
from reports.findings.columns import Outside


def outside_reference(
    reference: pd.Series, current: pd.Series, constant: Constant | None
) -> Outside | None:
    """Return how many values of the window lie outside the reference's central 99 %.

    None where a side has no value.

    Parameters
    ----------
    reference, current
        One number per unit, none of them missing.
    constant
        The reference's range where that is constant: what means nothing is not outside.
    """
    then, now = reference.to_numpy(), current.to_numpy()
    if not len(then) or not len(now):
        return None
    low, high = central_range(then)
    margin = 0.0 if constant is None else constant.means_nothing
    return Outside(
        images=len(now),
        below=int(np.count_nonzero(now < low - margin)),
        above=int(np.count_nonzero(now > high + margin)),
        usual_below=float((then < low - margin).mean()),
        usual_above=float((then > high + margin).mean()),
    )
