"""Past days as random effects, and what they lead one to expect of a window.

For each score, over the past blocks k::

    y_k = mu_r(k) + b_k + e_k,    Var e_k = v / n_k,    Cov(b_k, b_l) = tau^2 K_kl

with the image variance v known from the images, the number of images n_k, the kernel K and one
mean per regime. Given tau the means are generalised least squares, and a window's mean is predicted
by universal kriging (N. Cressie, "Statistics for spatial data", Wiley 1993, section 3.4). tau is
not known: what follows is averaged over its posterior on a grid, so that few days give wide
predictions with heavy tails.

With ``N = diag(n)`` the eigenvectors of ``N^1/2 K N^1/2`` make every covariance diagonal, whatever
tau and v are: one decomposition serves all scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.days.matrix import FamilyMeans
from drift.days.model.random_effects.day_spreads import DAY_SPREADS, learnt_priors, normalised
from drift.days.model.random_effects.family_rows import growth_of_variances, image_variances
from drift.days.model.random_effects.kernel import KernelShape, WindowKernel
from drift.days.model.times import BlockTimes

Numbers = NDArray[np.float64]

# Of a regime's mean: nothing is known of it before its first block.
_MEAN_DEVIATION = 10.0
_TAU2 = DAY_SPREADS**2
# Scores that are known in the same blocks and in about as many images share a decomposition.
_STEPS_PER_RATIO = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is expected of a window, by score and by each tau of the grid.

    Attributes
    ----------
    means
        Expected mean scores, shape (scores, grid); NaN for a score that no past block knows.
    variances
        Of the window's day effect and of the expectation's own error, of the same shape.
    weights
        Of each tau; they sum to 1 for every score.
    image_variances
        The variance of one image's scores, shape (scores,).
    """

    means: Numbers
    variances: Numbers
    weights: Numbers
    image_variances: Numbers

    @property
    def expected(self) -> Numbers:
        """The expected mean of each score."""
        expected: Numbers = np.einsum("pg,pg->p", self.weights, self.means)
        return expected

    @property
    def variance(self) -> Numbers:
        """The variance of each score about `expected`, without that of the window's images."""
        off = self.means - self.expected[:, None]
        variance: Numbers = np.einsum("pg,pg->p", self.weights, self.variances + off**2)
        return variance


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """Scores that are known in the same blocks, in the coordinates that part the covariance.

    Attributes
    ----------
    scores, rows
        Which scores and which blocks.
    turned
        ``U' N^1/2``, shape (blocks, blocks).
    design, values
        The turned regimes and the turned means, shapes (blocks, regimes) and (scores, blocks).
    precisions
        Of the turned values by score and tau, shape (scores, grid, blocks).
    inner, outer
        ``X' D X`` with the prior of the means, and ``X' D y``: (scores, grid, regimes, regimes)
        and (scores, grid, regimes).
    """

    scores: NDArray[np.int64]
    rows: NDArray[np.int64]
    turned: Numbers
    design: Numbers
    values: Numbers
    precisions: Numbers
    inner: Numbers
    outer: Numbers

    @property
    def levels(self) -> Numbers:
        """The means of the regimes, shape (scores, grid, regimes)."""
        if self.inner.shape[-1] == 1:
            return self.outer / self.inner[..., 0]
        solved = np.linalg.solve(self.inner, self.outer[..., None])[..., 0]
        return np.asarray(solved, dtype=np.float64)

    def log_likelihoods(self) -> Numbers:
        """Return the restricted log-likelihood of each tau, shape (scores, grid)."""
        explained = np.einsum("pgr,pgr->pg", self.levels, self.outer)
        total = np.einsum("pgk,pk->pg", self.precisions, self.values**2)
        logs = np.log(self.precisions).sum(axis=2) - _log_determinants(self.inner)
        likelihoods: Numbers = 0.5 * (logs - total + explained)
        return likelihoods

    def predict(self, kernel: WindowKernel, regime: Numbers) -> tuple[Numbers, Numbers]:
        """Return expectation and variance of a window by score and tau."""
        to_past = self.turned @ kernel.past[self.rows]
        levels = self.levels
        residuals = self.values[:, None, :] - levels @ self.design.T
        pulls = self.precisions * to_past
        means = levels @ regime + _TAU2 * np.einsum("pgk,pgk->pg", pulls, residuals)
        known = _TAU2**2 * (pulls @ to_past)
        off = regime - _TAU2[None, :, None] * (pulls @ self.design)
        if len(regime) == 1:
            unsure = off[..., 0] ** 2 / self.inner[..., 0, 0]
        else:
            solved = np.linalg.solve(self.inner, off[..., None])[..., 0]
            unsure = np.einsum("pgr,pgr->pg", off, solved)
        return means, np.maximum(_TAU2 * kernel.own - known, 0.0) + unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFit:
    """Past blocks as random effects.

    Attributes
    ----------
    weights
        The posterior of tau, shape (scores, grid).
    log_likelihoods
        Of tau, of the same shape; 0 for a score that no block knows.
    log_priors
        Of tau, learnt from all scores, of the same shape.
    image_variances
        The variance of one image's scores in each regime, shape (regimes, scores).
    growths
        By how much more images vary in a regime than in all, at least 1; of the same shape.
    regimes
        The numbers of the regimes, in the order of the patterns' designs.
    """

    weights: Numbers
    log_likelihoods: Numbers
    log_priors: Numbers
    image_variances: Numbers
    growths: Numbers
    regimes: NDArray[np.int64]
    patterns: tuple[_Pattern, ...]

    def predict(self, kernel: WindowKernel, regime: int) -> Expectation:
        """Return what is expected of a window.

        Parameters
        ----------
        kernel
            How the window goes together with the blocks of the fit.
        regime
            Its regime; of one that no past block has nothing is expected.
        """
        means = np.full(self.weights.shape, np.nan)
        variances = np.full(self.weights.shape, np.nan)
        own = (self.regimes == regime).astype(np.float64)
        for pattern in self.patterns:
            found = pattern.predict(kernel, own)
            means[pattern.scores], variances[pattern.scores] = found
        if not own.any():
            variances += _MEAN_DEVIATION**2
        at = int(own.argmax())
        return Expectation(
            means=means,
            variances=variances * self.growths[at][:, None],
            weights=self.weights,
            image_variances=self.image_variances[at],
        )

    def levels(self, regime: int) -> tuple[Numbers, Numbers]:
        """Return a regime's mean and its variance by score and tau; NaN where nothing is known."""
        means = np.full(self.weights.shape, np.nan)
        variances = np.full(self.weights.shape, np.nan)
        at = int(np.flatnonzero(self.regimes == regime)[0])
        for pattern in self.patterns:
            means[pattern.scores] = pattern.levels[..., at]
            variances[pattern.scores] = np.linalg.inv(pattern.inner)[..., at, at]
        return means, variances

    @property
    def day_spreads(self) -> Numbers:
        """The expected tau of each score, shape (scores,)."""
        spreads: Numbers = self.weights @ DAY_SPREADS
        return spreads


def fit_days(past: FamilyMeans, times: BlockTimes, shape: KernelShape) -> DayFit:
    """Fit the model to past blocks, at least one.

    Parameters
    ----------
    past
        One row per block; NaN where a block does not know a score.
    times
        Of the same blocks.
    shape
        How alike days are.
    """
    images = image_variances(past)
    kernel = shape.between((times.positions,) * 2, (times.phases,) * 2)
    regimes = np.unique(times.regimes)
    design = (times.regimes[:, None] == regimes).astype(np.float64)
    growths = np.ones((len(regimes), len(past.keys)))
    if len(regimes) > 1:
        growths = np.array([growth_of_variances(past, own > 0) for own in design.T])
    means = past.means
    patterns = tuple(
        _pattern(means, past.images, (scores, rows), (kernel, design, images))
        for scores, rows in _patterns(past)
    )
    logs = np.zeros((len(past.keys), len(_TAU2)))
    for pattern in patterns:
        logs[pattern.scores] = pattern.log_likelihoods()
    telling = np.ptp(np.nan_to_num(means), axis=0) > 0
    priors = learnt_priors(past.keys, logs, telling)
    return DayFit(
        weights=normalised(logs + priors),
        log_likelihoods=logs,
        log_priors=priors,
        image_variances=images * growths,
        growths=growths,
        regimes=regimes,
        patterns=patterns,
    )


def _log_determinants(matrices: Numbers) -> Numbers:
    if matrices.shape[-1] == 1:
        alone: Numbers = np.log(matrices[..., 0, 0])
        return alone
    return np.asarray(np.linalg.slogdet(matrices)[1], dtype=np.float64)


def _patterns(past: FamilyMeans) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    known = np.isfinite(past.means) & (past.images > 0)
    most = np.maximum(past.images.max(axis=1, keepdims=True), 1.0)
    counted = np.where(known, past.images / most, 0.0).sum(axis=0)
    ratios = np.round(counted / np.maximum(known.sum(axis=0), 1) * _STEPS_PER_RATIO)
    if known.all() and np.ptp(ratios) == 0:
        return [(np.arange(known.shape[1]), np.arange(len(known)))]
    kinds: dict[bytes, list[int]] = {}
    for score in np.flatnonzero(known.any(axis=0)):
        kinds.setdefault(known[:, score].tobytes() + ratios[score].tobytes(), []).append(int(score))
    return [(np.array(scores), np.flatnonzero(known[:, scores[0]])) for scores in kinds.values()]


def _pattern(
    means: Numbers,
    images: Numbers,
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
    model: tuple[Numbers, Numbers, Numbers],
) -> _Pattern:
    (scores, rows), (kernel, design, variances) = places, model
    roots = np.sqrt(images[np.ix_(rows, scores)].mean(axis=1))
    parts, vectors = np.linalg.eigh(roots[:, None] * kernel[np.ix_(rows, rows)] * roots)
    turned = vectors.T * roots
    turned_design = turned @ design[rows]
    values = (turned @ means[np.ix_(rows, scores)]).T
    parted = _TAU2[None, :, None] * np.maximum(parts, 0.0)
    precisions = 1.0 / (parted + variances[scores][:, None, None])
    weighted = precisions[..., None] * turned_design
    inner = np.einsum("pgkr,ks->pgrs", weighted, turned_design)
    inner += np.eye(design.shape[1]) / _MEAN_DEVIATION**2
    return _Pattern(
        scores=scores,
        rows=rows,
        turned=turned,
        design=turned_design,
        values=values,
        precisions=precisions,
        inner=inner,
        outer=np.einsum("pgkr,pk->pgr", weighted, values),
    )
