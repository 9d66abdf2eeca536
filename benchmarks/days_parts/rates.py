"""Rates of alarms over worlds: the days of one world are not independent of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.detection_parts.intervals import clopper_pearson

_RESAMPLES = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Alarms of one world."""

    alarms: int
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate over worlds with its 95 % interval.

    Attributes
    ----------
    alarms, runs
        Over all worlds.
    low, high
        By a bootstrap over whole worlds; where no world, or every run, has an alarm, the exact
        binomial interval, because resampling says nothing there.
    """

    alarms: int
    runs: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """Alarms per run; NaN without runs."""
        return self.alarms / self.runs if self.runs else float("nan")


def rate_of(tallies: Sequence[Tally], seed: int = 0) -> Rate:
    """Return the rate over some worlds."""
    alarms = np.array([one.alarms for one in tallies], dtype=np.float64)
    runs = np.array([one.runs for one in tallies], dtype=np.float64)
    total, of = int(alarms.sum()), int(runs.sum())
    if not of or total in (0, of):
        low, high = clopper_pearson(total, of) if of else (0.0, 1.0)
    else:
        random = np.random.default_rng(seed)
        chosen = random.integers(0, len(alarms), (_RESAMPLES, len(alarms)))
        rates = alarms[chosen].sum(axis=1) / np.maximum(runs[chosen].sum(axis=1), 1)
        low, high = (float(one) for one in np.quantile(rates, [0.025, 0.975]))
    return Rate(alarms=total, runs=of, low=low, high=high)
