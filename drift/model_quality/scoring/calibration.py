"""Whether confidences mean what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.scoring.class_counts import information
from drift.model_quality.scoring.intervals import share
from drift.model_quality.scoring.summing import bin_edges
from drift.model_quality.sums import ClassifierSums
from drift.seed import SEED
from reports.findings.model_quality.scores import Estimate, ReliabilityBin

Numbers = NDArray[np.float64]

DRAWS = 500
STEPS = 10
TAIL = 0.025


def reliability_of(sums: ClassifierSums) -> tuple[ReliabilityBin, ...]:
    """Return the bins that hold a labelled prediction, in order, with Wilson's intervals."""
    edges, part = bin_edges(), information(sums)
    return tuple(
        ReliabilityBin(
            low=float(edges[number]),
            high=float(edges[number + 1]),
            count=one.count,
            mean_confidence=one.confidence / one.count,
            accuracy=share(one.right, one.count, part),
        )
        for number, one in enumerate(sums.bins)
        if one.count
    )


def calibration_error_of(sums: ClassifierSums) -> Estimate:
    """Return the expected calibration error with its interval; `sums.bins` must hold something.

    The value is ``sum_b n_b / n * |right_b / n_b - confidence_b / n_b|``, as everyone computes it
    (C. Guo and others, "On calibration of modern neural networks", ICML 2017). With few labels it
    is too large, since chance alone moves each bin off the diagonal. The interval is free of that:
    it tries errors in which all gaps between accuracy and confidence are a multiple of the observed
    ones (those drawn towards 1/2 by one answer a bin, so that no gap is exactly 0), and holds those
    under which the observed value lies between the 2.5 % and 97.5 % points of 500 draws of the
    bins' right answers. So its low end is 0 where a perfectly calibrated model would often seem as
    bad. It is never narrowed to leave the value out. The seed is fixed.
    """
    bins = [one for one in sums.bins if one.count]
    count = np.array([one.count for one in bins], dtype=np.float64)
    confidence = np.array([one.confidence for one in bins], dtype=np.float64) / count
    right = np.array([one.right for one in bins], dtype=np.float64)
    size = np.maximum(np.rint(count * information(sums)), 1).astype(np.int64)
    gap = (right + 0.5) / (count + 1) - confidence
    observed = _Observed(
        weight=count / count.sum(),
        confidence=confidence,
        gap=gap,
        size=size,
        value=float(np.abs(right - confidence * count).sum() / count.sum()),
    )
    return Estimate(value=observed.value, low=observed.low_end(), high=observed.high_end())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Observed:
    """The bins that hold something: their part, mean confidence, gap, and different images."""

    weight: Numbers
    confidence: Numbers
    gap: Numbers
    size: NDArray[np.int64]
    value: float

    def low_end(self) -> float:
        """Return the smallest true error under which so large a value is not rare."""
        most = self.value / self._unit()
        found = _last(lambda times: self._point(times, 1 - TAIL) < self.value, most)
        return min(self._error(found), self.value)

    def high_end(self) -> float:
        """Return the largest true error under which so small a value is not rare.

        Gaps of the other sign are tried too: where all answers are right, the observed ones say
        that confidences are too low, and it is the other way that much is possible.
        """
        noise = float(self.weight @ np.sqrt(0.25 / self.size))
        most = (self.value + 3 * noise) / self._unit()
        ends = [
            self._error(_last(lambda times: self._point(times, TAIL) <= self.value, sign * most))
            for sign in (1, -1)
        ]
        return max(*ends, self.value)

    def _unit(self) -> float:
        """Return the true error where gaps are as observed, which may be 0 by rounding."""
        return max(self._error(1.0), 1e-9)

    def _error(self, times: float) -> float:
        """Return the true error where all gaps are so many times as large."""
        return float(self.weight @ np.abs(self._chance(times) - self.confidence))

    def _point(self, times: float, point: float) -> float:
        """Return the point of the distribution of observed errors under that true one."""
        draws = np.random.default_rng(SEED).binomial(
            self.size, self._chance(times), (DRAWS, len(self.size))
        )
        errors = np.abs(draws / self.size - self.confidence) @ self.weight
        return float(np.quantile(errors, point))

    def _chance(self, times: float) -> Numbers:
        return np.clip(self.confidence + times * self.gap, 0.0, 1.0)


def _last(holds: Callable[[float], bool], most: float) -> float:
    """Return where a condition that holds below stops to hold, between 0 and `most`."""
    if not holds(0.0):
        return 0.0
    low, high = 0.0, most
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
