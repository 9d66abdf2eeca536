"""Numbers of the log that are features of its images, held against what the images give."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.logged_images import LoggedImages
from reference_stats.features.registry import feature_named, feature_names

Numbers = NDArray[np.float64]

# The log's producer computes in its own way; smaller relative differences are rounding.
_TOLERANCE = 1e-6
_CHECKED = feature_names()
# More decimals than this are no rounding.
_MOST_DECIMALS = 6


def cross_check(
    logged: LoggedImages, features: pd.DataFrame, named_once: NDArray[np.bool_]
) -> dict[str, int]:
    """Count, per feature that the log carries itself, the rows that disagree with ours.

    Parameters
    ----------
    features
        One row per analysed image, indexed by its row.
    named_once
        Which rows name an image that no other row names.
    """
    if logged.of_rows:
        return {}
    measured = features.loc[named_once[features.index]]
    found = {name: _written(logged, name, measured) for name in _named(logged)}
    theirs = logged.own_columns(name for name in _CHECKED if name not in found)
    own = [str(name) for name in theirs.columns if theirs[name].notna().any()]
    numbers = {name: pd.to_numeric(theirs[name], errors="coerce") for name in own}
    return found | {
        name: _disagreeing(
            numbers[name].loc[measured.index].to_numpy(dtype="float64"), measured[name], 0.0
        )
        for name in own
    }


def _named(logged: LoggedImages) -> list[str]:
    """Return the features that the job says its log holds."""
    return [
        name
        for name in logged.predictions.numbers
        if feature_named(name) is not None and logged.rows[name].notna().any()
    ]


def _written(logged: LoggedImages, name: str, measured: pd.DataFrame) -> int:
    given = logged.rows[name].loc[measured.index].to_numpy(dtype="float64")
    known = np.isfinite(given)
    return _disagreeing(given[known], measured.loc[known, name], _half_a_step(given[known]))


def _half_a_step(values: Numbers) -> float:
    """Return by how much rounding moves numbers that are written with so many decimals at most."""
    for decimals in range(_MOST_DECIMALS):
        if np.allclose(values, np.round(values, decimals), rtol=0.0, atol=1e-9):
            return 0.5 * 10.0**-decimals
    return 0.0


def _disagreeing(logged: Numbers, computed: pd.Series, rounding: float) -> int:
    ours = computed.to_numpy(dtype="float64")
    tolerance = _TOLERANCE * np.maximum(np.abs(ours), 1.0) + rounding
    return int((np.abs(logged - ours) > tolerance).sum())
