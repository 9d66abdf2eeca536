"""The scale on which all blocks of time are measured: the reference's own, and nothing else.

A permutation test ranks both sides together; sums that are kept for months cannot. Here the
reference alone turns a value into a normal score, so that the mean score of any block is a number
that can be held beside that of any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from drift.comparison.columns.columns import resolution_of
from drift.comparison.columns.constants import CENTRAL
from drift.comparison.columns.rounding import is_constant
from drift.comparison.methods.location import LOCATION
from drift.comparison.methods.registry import NUMERIC_METHODS
from drift.comparison.methods.spread import SPREAD
from drift.comparison.methods.tails import LOWER_TAIL, UPPER_TAIL, upper_scores
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.novel_axes import NovelAxes

JOINT = "joint"
DISTANCE = "distance"
# More reference units would sharpen a scale that is sharp enough, and cost time in every run.
MOST_REFERENCE_UNITS = 20_000
_FEWEST_FOR_JOINT = 2
# As of the joint permutation test; axes of less variance than this mean nothing.
_RIDGE = 0.1
_AXIS_RIDGE = 0.02
_FARTHEST_AXIS = 6.0
_MOST_AXIS_SQUARE = 16.0
_NO_DEVIATION = 1e-6
# Where the reference is constant a share stands for a move: two points of it for 0.1.
SHARE_DEVIATION = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredImages:
    """Scores of some images.

    Attributes
    ----------
    scores
        float64 of shape (images, scores); 0 where an image has no value.
    known
        Whether an image has a value, by column: bool of shape (images, columns).
    """

    scores: NDArray[np.float64]
    known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _JointAxes:
    """How the columns go together in the reference."""

    columns: tuple[int, ...]
    whitening: NDArray[np.float64]
    axes: NDArray[np.float64]
    middle: float
    deviation: float

    def scores(self, normal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the distance, how far out it is, and location and spread along each axis."""
        together = normal[:, list(self.columns)]
        distance = np.sqrt(((together @ self.whitening) ** 2).sum(axis=1))
        distance = (distance - self.middle) / self.deviation
        along = np.clip(together @ self.axes, -_FARTHEST_AXIS, _FARTHEST_AXIS)
        squares = np.minimum(along**2, _MOST_AXIS_SQUARE)
        return np.column_stack([distance, upper_scores(distance), along, squares])

    @property
    def keys(self) -> list[StatisticKey]:
        axes = [f"axis {number}" for number in range(1, len(self.columns) + 1)]
        return [
            StatisticKey(group=JOINT, method=LOCATION.name, number=DISTANCE),
            StatisticKey(group=JOINT, method=UPPER_TAIL.name, number=DISTANCE),
            *(StatisticKey(group=JOINT, method=LOCATION.name, number=axis) for axis in axes),
            *(StatisticKey(group=JOINT, method=SPREAD.name, number=axis) for axis in axes),
        ]


@dataclass(frozen=True, kw_only=True)
class ReferenceScale:
    """Maps numbers of images to scores, as the reference's units alone say.

    Each column gives the scores of `NUMERIC_METHODS`: of a value whose mean rank among the ``m``
    reference values is ``r`` they start from ``ndtri((r + 0.5) / (m + 1))``. A column that is
    constant in the reference gives the share of images above and below it instead.

    Attributes
    ----------
    columns
        The columns that have scores.
    values
        Each column's reference values, sorted.
    constants
        Which columns are constant in the reference.
    limits
        Each column's central 99 % in the reference, shape (columns, 2).
    reference
        The reference's own scores.
    novel
        Which columns tell where novel images lie; None where none does.
    """

    columns: tuple[str, ...]
    values: tuple[NDArray[np.float64], ...]
    constants: NDArray[np.bool_]
    limits: NDArray[np.float64]
    joint: _JointAxes | None
    reference: NDArray[np.float64]
    novel: NovelAxes | None = None

    @classmethod
    def of(
        cls, units: pd.DataFrame, *, joint: Sequence[str] = (), novel: NovelAxes | None = None
    ) -> ReferenceScale:
        """Return the scale of a reference.

        Parameters
        ----------
        units
            One row per unit, one float64 column per number; NaN is a missing value.
        joint
            The columns that are looked at together too.
        novel
            The columns that tell where novel images lie; they have no scores of their own.
        """
        hidden = () if novel is None else novel.axes
        known = {name: _sorted(units[name]) for name in units.columns if name not in hidden}
        columns = tuple(str(name) for name, values in known.items() if len(values))
        values = tuple(known[name] for name in columns)
        constants = np.array([is_constant(one) for one in values], dtype=np.bool_)
        limits = np.array([np.quantile(one, CENTRAL) for one in values]).reshape(-1, 2)
        scale = cls(
            columns=columns,
            values=values,
            constants=constants,
            limits=limits,
            joint=None,
            reference=np.zeros((0, 0)),
            novel=novel if novel is not None and novel.novelty in columns else None,
        )
        normal, _ = scale._normal(units)
        varying = [
            at for at, name in enumerate(columns) if name in set(joint) and not constants[at]
        ]
        if len(varying) >= _FEWEST_FOR_JOINT:
            scale = replace(scale, joint=_joint_axes(normal, varying))
        return replace(scale, reference=scale.score(units).scores)

    def score(self, images: pd.DataFrame) -> ScoredImages:
        """Return the scores of images; a column that they lack is unknown in all of them."""
        normal, known = self._normal(images)
        parts = [method.scores(normal) for method in NUMERIC_METHODS]
        for at in np.flatnonzero(self.constants):
            above, below = self._off_constant(images, int(at))
            moved = {UPPER_TAIL.name: above, LOWER_TAIL.name: below, LOCATION.name: above - below}
            for part, method in zip(parts, NUMERIC_METHODS, strict=True):
                part[:, at] = moved.get(method.name, 0.0)
        scores = [np.where(known, part, 0.0) for part in parts]
        if self.joint is not None:
            scores.append(self.joint.scores(normal))
        if self.novel is not None:
            novelty = normal[:, self.columns.index(self.novel.novelty)]
            scores.append(self.novel.scores(novelty, images))
        return ScoredImages(scores=np.concatenate(scores, axis=1), known=known)

    @cached_property
    def keys(self) -> tuple[StatisticKey, ...]:
        """The scores, in the order of their columns."""
        own = [
            StatisticKey(group=name, method=method.name)
            for method in NUMERIC_METHODS
            for name in self.columns
        ]
        joint = [] if self.joint is None else self.joint.keys
        return (*own, *joint, *([] if self.novel is None else self.novel.keys))

    @cached_property
    def means(self) -> NDArray[np.float64]:
        """The reference's mean of each score, over the units that have a value."""
        return self._over_known(self.reference)

    @cached_property
    def deviations(self) -> NDArray[np.float64]:
        """The reference's standard deviation of each score; 0 for one that says nothing."""
        squares = self._over_known(self.reference**2)
        plain: NDArray[np.float64] = np.sqrt(np.maximum(squares - self.means**2, 0.0))
        plain[plain < _NO_DEVIATION] = 0.0
        spread = np.array([key.method == SPREAD.name for key in self.keys], dtype=np.bool_)
        own = self.constants_by_score & ~spread
        return np.where(own, SHARE_DEVIATION, np.where(self.constants_by_score, 0.0, plain))

    @cached_property
    def skewness(self) -> NDArray[np.float64]:
        """The reference's skewness of each score."""
        safe = np.where(self.deviations > 0, self.deviations, 1.0)
        cubes = self._over_known(((self.reference - self.means) / safe) ** 3)
        return np.where(self.deviations > 0, cubes, 0.0)

    @cached_property
    def correlation(self) -> NDArray[np.float64]:
        """The correlation between the scores of one image, shape (scores, scores)."""
        safe = np.where(self.deviations > 0, self.deviations, 1.0)
        centred = (self.reference - self.means) / safe
        matrix = centred.T @ centred / max(len(centred), 1)
        np.fill_diagonal(matrix, 1.0)
        return matrix

    @cached_property
    def constants_by_score(self) -> NDArray[np.bool_]:
        """Which scores are of a column that is constant in the reference."""
        own = np.tile(self.constants, len(NUMERIC_METHODS))
        return np.concatenate([own, np.zeros(len(self.keys) - len(own), dtype=np.bool_)])

    @property
    def together(self) -> tuple[str, ...]:
        """The columns that are looked at together."""
        return () if self.joint is None else tuple(self.columns[at] for at in self.joint.columns)

    def axis_loads(self, axis: str) -> NDArray[np.float64]:
        """Return the weight of each column of `together` along an axis, named as in its keys."""
        if self.joint is None:
            return np.zeros(0)
        loads: NDArray[np.float64] = self.joint.axes[:, int(axis.removeprefix("axis ")) - 1]
        return loads

    @property
    def units(self) -> int:
        """How many reference units it rests on."""
        return len(self.reference)

    def _over_known(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        counts = [len(one) for one in self.values] * len(NUMERIC_METHODS)
        counts += [self.units] * (len(self.keys) - len(counts))
        total: NDArray[np.float64] = scores.sum(axis=0) / np.maximum(counts, 1)
        return total

    def _normal(self, images: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        normal = np.zeros((len(images), len(self.columns)))
        known = np.zeros(normal.shape, dtype=np.bool_)
        for at, (name, values) in enumerate(zip(self.columns, self.values, strict=True)):
            if name not in images:
                continue
            given = images[name].to_numpy(dtype=np.float64)
            known[:, at] = np.isfinite(given)
            finite = given[known[:, at]]
            below = np.searchsorted(values, finite, "left")
            ranks = (below + np.searchsorted(values, finite, "right")) / 2
            normal[known[:, at], at] = ndtri((ranks + 0.5) / (len(values) + 1))
        return normal, known

    def _off_constant(
        self, images: pd.DataFrame, at: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        name, constant = self.columns[at], float(np.median(self.values[at]))
        if name not in images:
            return np.zeros(len(images)), np.zeros(len(images))
        given = images[name].to_numpy(dtype=np.float64)
        margin = resolution_of(name) + 1e-9 * abs(constant)
        return (given > constant + margin).astype(float), (given < constant - margin).astype(float)


def _sorted(values: pd.Series) -> NDArray[np.float64]:
    numbers = values.to_numpy(dtype=np.float64)
    return np.sort(numbers[np.isfinite(numbers)])


def _joint_axes(normal: NDArray[np.float64], columns: list[int]) -> _JointAxes:
    together = normal[:, columns]
    covariance = np.atleast_2d(np.cov(together.T))
    deviations = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(deviations, deviations))
    values = np.maximum(values, 0.0)
    # Libraries of linear algebra differ in the sign of an axis; sums along it are kept for months.
    vectors *= np.where(vectors.T @ (1.0 / np.arange(1, len(columns) + 1)) < 0, -1.0, 1.0)
    whitening = (vectors / np.sqrt(values + _RIDGE)) @ vectors.T
    distances = np.sqrt(((together @ whitening) ** 2).sum(axis=1))
    return _JointAxes(
        columns=tuple(columns),
        whitening=whitening,
        axes=vectors / np.sqrt(values + _AXIS_RIDGE),
        middle=float(distances.mean()),
        deviation=max(float(distances.std()), _NO_DEVIATION),
    )
