"""How sure a counted rate is."""

from __future__ import annotations

from scipy.stats import beta


def clopper_pearson(count: int, runs: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a binomial probability: 0 to 1 where there were no runs.

    Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case
    of the binomial", Biometrika 26 (1934).
    """
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, count, runs - count + 1)) if count else 0.0
    high = float(beta.ppf(1 - tail, count + 1, runs - count)) if count < runs else 1.0
    return low, high
