"""How far a window lies from its expectation, on the scale of a standard normal variable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri_exp

from drift.comparison.methods.registry import ONE_SIDED
from drift.comparison.permutation.normal_scale import without_skewness
from drift.days.matrix import FamilyMeans
from drift.days.model.random_effects.day_fit import DayFit, Expectation

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """A window beside its expectation, by score; NaN where window or past do not know it.

    Attributes
    ----------
    z
        With its sign: about standard normal on normal days.
    statistics
        What is compared with the critical value: z for scores of which only more is looked for,
        its size for others.
    expected, difference
        The expected mean, and the window's mean less that.
    share
        Which part of the variance is that of days and not of the window's images, 0 to 1: the
        median over the scores.
    """

    z: Numbers
    statistics: Numbers
    expected: Numbers
    difference: Numbers
    share: float

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which scores could be looked at."""
        return np.isfinite(self.z)

    @property
    def largest(self) -> float:
        """The largest statistic; -inf where there is none."""
        known = self.statistics[self.known]
        return float(known.max()) if len(known) else -np.inf


def surprise(fit: DayFit, expected: Expectation, window: FamilyMeans) -> Surprise:
    """Hold a window's mean scores beside what is expected of them.

    Parameters
    ----------
    fit
        The past blocks.
    expected
        What they lead one to expect.
    window
        One row.
    """
    images = window.images[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        sampling = np.where(images > 0, fit.image_variances / images, np.nan)
    skewness = window.skewness / np.sqrt(np.maximum(images, 1.0))
    z = normal_scores(window.means[0], expected, sampling, skewness)
    one_sided = np.array([key.method in ONE_SIDED for key in window.keys], dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        shares = expected.variance / (expected.variance + sampling)
    known = np.isfinite(z)
    return Surprise(
        z=z,
        statistics=np.where(one_sided, z, np.abs(z)),
        expected=expected.expected,
        difference=window.means[0] - expected.expected,
        share=float(np.median(shares[known])) if known.any() else 0.0,
    )


def normal_scores(
    means: Numbers, expected: Expectation, sampling: Numbers, skewness: Numbers
) -> Numbers:
    """Return the z of mean scores whose tail is as probable as theirs, over all taus.

    Parameters
    ----------
    means
        Shape (scores,), or (values, scores).
    sampling
        The variance of a mean over the window's images, shape (scores,).
    skewness
        Of such a mean, shape (scores,).
    """
    total = expected.variances + sampling[:, None]
    off = (means[..., None] - expected.means) / np.sqrt(total)
    skew = skewness[:, None] * (sampling[:, None] / total) ** 1.5
    normal = without_skewness(off, skew)
    with np.errstate(divide="ignore"):
        logs = np.log(expected.weights)
    above, below = _log_sum(logs + log_ndtr(-normal)), _log_sum(logs + log_ndtr(normal))
    z: Numbers = np.where(above < below, -ndtri_exp(above), ndtri_exp(below))
    return z


def _log_sum(logs: Numbers) -> Numbers:
    top = logs.max(axis=-1)
    total: Numbers = top + np.log(np.exp(logs - top[..., None]).sum(axis=-1))
    return total
