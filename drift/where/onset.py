"""Since when: the moment within a window after which its images lie farther out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from drift.where.permuted_sums import Numbers, PowerSums, permuted_sums, sum_moments

LEAST_UNITS = 5
"""A side of a change, or a segment, with fewer independent images is not looked at."""
LEAST_DIFFERENCE = 0.25
"""Reference standard deviations between two parts of a window that are worth naming."""
_MOST_MOMENTS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """An upward change in a series of scores.

    Attributes
    ----------
    since
        The time of the first unit after the change, as it was given.
    before, after
        The mean scores.
    p_value
        The chance of so clear a change at any moment where there is none.
    strength
        The standardised difference; about standard normal for one given moment without a change.
    """

    since: np.datetime64
    before: float
    after: float
    p_value: float
    strength: float


def resamples_for(level: float) -> int:
    """Return how many resamples a test at a part of `level` needs: 1,999, more below 1 %."""
    return int(np.clip(math.ceil(20 / level) - 1, 1_999, 99_999))


def find_change(
    scores: Numbers,
    times: NDArray[np.datetime64],
    *,
    level: float,
    resamples: int,
    seed: int,
) -> ChangePoint | None:
    """Return the clearest upward change, or None where chance explains it.

    The statistic is the maximum, over at most 256 moments spread evenly over the scores, of the
    difference of the means after and before in permutation standard deviations, corrected for
    skewness; its null are the scores in random order. The change is then placed among all
    moments. It is never put between equal times, and there are at least `LEAST_UNITS` scores on
    either side. A change of less than `LEAST_DIFFERENCE` is none.

    Parameters
    ----------
    scores, times
        One of each per independent unit, in any order.
    level
        The chance of naming a change where the scores do not depend on time.
    """
    order = np.argsort(times, kind="stable")
    scores, times = scores[order], times[order]
    moments = _possible_moments(times)
    if len(moments) == 0:
        return None
    p_value, strength = _test(scores, _spread_evenly(moments), resamples, seed)
    place = moments[np.argmax(_contrasts(scores, moments))]
    before, after = float(scores[:place].mean()), float(scores[place:].mean())
    if p_value >= level or after - before < LEAST_DIFFERENCE:
        return None
    return ChangePoint(
        since=times[place], before=before, after=after, p_value=p_value, strength=strength
    )


def _possible_moments(times: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return each position whose time differs from the one before it, the ends left out."""
    moments = np.flatnonzero(times[1:] != times[:-1]) + 1
    inside = (moments >= LEAST_UNITS) & (moments <= len(times) - LEAST_UNITS)
    return moments[inside].astype(np.int64)


def _spread_evenly(moments: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(moments) <= _MOST_MOMENTS:
        return moments
    return moments[np.linspace(0, len(moments) - 1, _MOST_MOMENTS).astype(np.int64)]


def _contrasts(scores: Numbers, moments: NDArray[np.int64]) -> Numbers:
    """Return the differences after minus before, in one common unit."""
    n = len(scores)
    excess = np.cumsum(scores - scores.mean())[moments - 1]
    contrasts: Numbers = -excess / np.sqrt(moments * (n - moments))
    return contrasts


def _test(
    scores: Numbers, moments: NDArray[np.int64], resamples: int, seed: int
) -> tuple[float, float]:
    n = len(scores)
    stretch = np.searchsorted(moments, np.arange(n), side="right")
    stretches = sparse.csc_array((np.ones(n), (np.arange(n), stretch)), shape=(n, len(moments) + 1))
    after = (n - moments).astype(np.float64)
    null = sum_moments(PowerSums(first=after, second=after, third=after), scores)
    seen = null.normal_scores(_sums_after((stretches.T @ scores)[np.newaxis])).max()
    batches = permuted_sums(stretches, scores, resamples=resamples, seed=seed)
    drawn = null.of_draws(n)
    as_clear = sum(
        int((drawn.normal_scores(_sums_after(batch)).max(axis=1) >= seen - 1e-9).sum())
        for batch in batches
    )
    return (1 + as_clear) / (1 + resamples), float(seen)


def _sums_after(stretches: Numbers) -> Numbers:
    return np.cumsum(stretches[:, ::-1], axis=1)[:, ::-1][:, 1:]
