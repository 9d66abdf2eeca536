"""The two-sample Kolmogorov-Smirnov test for numbers."""

from __future__ import annotations

import warnings

import pandas as pd
from scipy import stats

from drift.methods.method import DriftMethod, MethodResult

# Beyond this the exact p-value costs seconds and equals the asymptotic one to three digits.
_EXACT_UP_TO = 2_000


def compare(reference: pd.Series, current: pd.Series) -> MethodResult:
    """Return the largest distance between the two empirical distribution functions, in [0, 1].

    With ties the p-value is conservative. Source: Hodges, "The significance probability of the
    Smirnov two-sample test", Arkiv för Matematik 3 (1958).
    """
    small = max(len(reference), len(current)) <= _EXACT_UP_TO
    method = "exact" if small else "asymp"
    with warnings.catch_warnings():
        # Where the exact sum overflows, scipy takes the asymptotic p-value and says so.
        warnings.filterwarnings("ignore", message="ks_2samp: Exact", category=RuntimeWarning)
        warnings.filterwarnings("ignore", message="Exact ks_2samp", category=RuntimeWarning)
        result = stats.ks_2samp(reference.to_numpy(), current.to_numpy(), method=method)
    return MethodResult(value=float(result.statistic), p_value=float(result.pvalue))


KOLMOGOROV_SMIRNOV = DriftMethod(name="kolmogorov_smirnov", compare=compare)
