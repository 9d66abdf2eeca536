"""How many images a drift is about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

from drift.comparison.columns.computed_rows import row_means
from drift.where.direction import Positions

# The chance that the bound is too high.
_RISK = 0.05
# More units than this make the bound no sharper, but cost time.
_MOST_UNITS = 20_000


def least_affected(positions: Positions) -> int | None:
    """Return a lower bound of the images that differ from the reference; None where there is none.

    Along the direction of the drift, `n` images that are like the `m` reference images lie beyond
    the reference's `k`-th farthest one in a number that follows the beta-binomial distribution
    with `n`, `k` and `m + 1 - k`, whatever the images' own distribution (the law of exceedances,
    Gumbel and von Schelling 1950). What lies there beyond that distribution's upper quantile is
    affected. The best of the `k` = 1, 2, 4, ... is taken, with the risk of 5 % divided among them.
    Near-copies count once.
    """
    if positions.current.empty or positions.reference.empty:
        return None
    thinning = -(-len(positions.current) // _MOST_UNITS)
    now = _sorted_scores(row_means(positions.current), thinning)
    then = _sorted_scores(
        row_means(positions.reference),
        -(-len(positions.reference) // _MOST_UNITS),
    )
    ranks = [2**power for power in range(len(then).bit_length()) if 2**power <= len(then) // 2]
    bounds = [_beyond(then, now, rank, _RISK / len(ranks)) for rank in ranks]
    best = max(bounds, default=0) * thinning
    return best if best > 0 else None


def _sorted_scores(scores: NDArray[np.float64], thinning: int) -> NDArray[np.float64]:
    return np.sort(scores)[::thinning]


def _beyond(then: NDArray[np.float64], now: NDArray[np.float64], rank: int, risk: float) -> int:
    """Return how many more of `now` lie beyond the `rank`-th farthest of `then` than by chance."""
    found = len(now) - int(np.searchsorted(now, then[-rank], side="right"))
    return found - _exceedances(len(now), len(then), rank, risk)


def _exceedances(n: int, m: int, k: int, risk: float) -> int:
    """Return the number that is exceeded with at most the probability `risk`.

    The probability of `j` is C(n, j) B(j + k, n - j + m + 1 - k) / B(k, m + 1 - k).
    """
    j = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(j + 1) - gammaln(n - j + 1)
    log_p = choose + betaln(j + k, n - j + m + 1 - k) - betaln(k, m + 1 - k)
    return int(np.searchsorted(np.cumsum(np.exp(log_p)), 1 - risk))
