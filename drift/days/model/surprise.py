"""How far a window lies from its expectation, on the scale of a standard normal variable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri_exp

from drift.comparison.methods.registry import ONE_SIDED
from drift.comparison.permutation.normal_scale import without_skewness
from drift.days.matrix import FamilyMeans
from drift.days.model.dependence.calibration import share_of_days
from drift.days.model.dependence.combined import combination_of
from drift.days.model.random_effects.day_fit import Expectation

Numbers = NDArray[np.float64]

# More would make the largest shifts look alike, however large they are.
_MOST_OF_IMAGES, _MOST_OF_DAYS = 1.5, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """A window beside its expectation, by score; NaN where window or past do not know it.

    Attributes
    ----------
    z
        With its sign: about standard normal on normal days. Scores that are judged together have
        one, their `Combination`'s; the others of them have none.
    statistics
        What is compared with the critical value: z for scores of which only more is looked for,
        its size for others.
    expected, difference
        The expected mean, and the window's mean less that; of a combination the distance.
    share
        Which part of the variance is that of days and not of the window's images, 0 to 1: from the
        median over the scores, by `share_of_days`.
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


def surprise(expected: Expectation, window: FamilyMeans, blocks: int) -> Surprise:
    """Hold a window's mean scores beside what is expected of them.

    Parameters
    ----------
    expected
        What past blocks lead one to expect.
    window
        One row.
    blocks
        How many past blocks there are.
    """
    images = window.images[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        sampling = np.where(images > 0, expected.image_variances / images, np.nan)
    z = normal_scores(window.means[0], expected, sampling, (window.skewness, images))
    difference = window.means[0] - expected.expected
    with np.errstate(invalid="ignore"):
        total = expected.variance + sampling
        shares = expected.variance / total
    combined = combination_of(window.keys)
    if combined is not None:
        difference[combined.carrier] = combined.distance(difference, total)
        z[combined.carrier] = combined.statistic(z)
        z[combined.hidden] = np.nan
    one_sided = np.array([key.method in ONE_SIDED for key in window.keys], dtype=np.bool_)
    known = np.isfinite(z)
    return Surprise(
        z=z,
        statistics=np.where(one_sided, z, np.abs(z)),
        expected=expected.expected,
        difference=difference,
        share=share_of_days(float(np.median(shares[known])), blocks) if known.any() else 0.0,
    )


def normal_scores(
    means: Numbers, expected: Expectation, sampling: Numbers, skewed: tuple[Numbers, Numbers]
) -> Numbers:
    """Return the z of mean scores whose tail is as probable as theirs, over all taus.

    A score with the skewness g of one image has the third central moment ``g (s^3 / sqrt(n) +
    2 d^4)`` about its expectation, with the variances s^2 of n images and d^2 of the day: what is
    rare among images, such as a class, is multiplied by a day (a gamma variable) rather than
    shifted.

    Parameters
    ----------
    means
        Shape (scores,), or (values, scores).
    sampling
        The variance of a mean over the window's images, shape (scores,).
    skewed
        The skewness of one image's scores, and how many images there are, each of shape (scores,).
    """
    total = expected.variances + sampling[:, None]
    off = (means[..., None] - expected.means) / np.sqrt(total)
    skewness, images = (one[:, None] for one in skewed)
    of_images = sampling[:, None] ** 1.5 / np.sqrt(np.maximum(images, 1.0))
    of_days = 2 * expected.variances**2
    skew = np.clip(skewness * of_images / total**1.5, -_MOST_OF_IMAGES, _MOST_OF_IMAGES)
    skew += np.clip(skewness * of_days / total**1.5, -_MOST_OF_DAYS, _MOST_OF_DAYS)
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
