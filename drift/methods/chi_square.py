"""The chi-square test of homogeneity for classes, by resampling where classes are rare."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from drift.methods.method import DriftMethod, MethodResult

# Cochran's rule: below this expected count the chi-square distribution is no longer a good one.
_SMALLEST_EXPECTED = 5.0
_RESAMPLES = 9_999
_RESAMPLED_CELLS_AT_ONCE = 2_000_000
_SEED = 20_240_229


def compare(reference: pd.Series, current: pd.Series) -> MethodResult:
    """Return Pearson's chi-square of the two samples' class counts.

    Where a class is expected fewer than five times on either side, the p-value comes from 9,999
    tables with the same margins (fixed seed), so that it holds for any number of rare classes.
    Source: Patefield, "Algorithm AS 159", Applied Statistics 30 (1981), for the null of fixed
    margins.
    """
    codes, classes = pd.factorize(pd.concat([reference, current]), sort=True)
    counts = np.stack(
        [
            np.bincount(side, minlength=len(classes))
            for side in (codes[: len(reference)], codes[len(reference) :])
        ]
    )
    if len(classes) < 2:
        return MethodResult(value=0.0, p_value=1.0)
    pooled, current_rows = counts.sum(axis=0), int(counts[1].sum())
    value = float(_chi_square(counts[1], pooled, current_rows))
    share = min(counts.sum(axis=1)) / counts.sum()
    if float(pooled.min() * share) >= _SMALLEST_EXPECTED:
        return MethodResult(value=value, p_value=float(stats.chi2.sf(value, df=len(classes) - 1)))
    return MethodResult(value=value, p_value=_resampled_p_value(value, pooled, current_rows))


def _chi_square(
    current: NDArray[np.int64], pooled: NDArray[np.int64], current_rows: int
) -> NDArray[np.float64]:
    """Pearson's statistic of tables with the same margins; `current` is (..., classes)."""
    total = pooled.sum()
    expected = pooled * (current_rows / total)
    deviations = (current - expected) ** 2
    other = pooled * ((total - current_rows) / total)
    result: NDArray[np.float64] = (deviations / expected + deviations / other).sum(axis=-1)
    return result


def _resampled_p_value(value: float, pooled: NDArray[np.int64], current_rows: int) -> float:
    generator = np.random.default_rng(_SEED)
    at_once = max(1, _RESAMPLED_CELLS_AT_ONCE // len(pooled))
    at_least_as_large = 0
    done = 0
    while done < _RESAMPLES:
        size = min(at_once, _RESAMPLES - done)
        tables = generator.multivariate_hypergeometric(
            pooled, current_rows, size=size, method="marginals"
        )
        # Equal tables give statistics that differ in their last bits only.
        statistics = _chi_square(tables, pooled, current_rows)
        at_least_as_large += int((statistics >= value * (1 - 1e-12)).sum())
        done += size
    return (1 + at_least_as_large) / (1 + _RESAMPLES)


CHI_SQUARE = DriftMethod(name="chi_square", compare=compare)
