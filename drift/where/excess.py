"""How much more common images like each one are in the window than in the reference."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from drift.comparison.columns.columns import AlignedRows
from drift.comparison.columns.computed_rows import Rows
from drift.comparison.compare import Comparison
from drift.where.direction import Positions

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

# Where the slope of a column may change, in normal scores to either side of the middle: several
# places, so that a cluster at a moderate value can beat natural extremes.
_KNOTS_MOVED, _KNOTS_OTHER = (0.5, 1.0, 1.5, 2.0), (1.0,)
# Columns that did not drift help to tell an affected image from a natural extreme, and are believed
# ten times less.
_PENALTY_OTHER = 10.0
_FOLDS, _STEPS = 8, 5
# More of a side make the fit no better, but cost time; so many rows are looked at in one piece.
_MOST_FITTED, _AT_ONCE = 2_000, 20_000
_LARGEST_LOGIT = 30.0
_NAMES_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldColumns:
    """The numbers that images are held against each other by.

    Attributes
    ----------
    reference, current
        Units of either side that the sides are told apart by: float64, one row per unit and one
        column per number; NaN where a number is missing.
    judged
        The current units that are asked about, in the same columns.
    moved
        Which of the columns drifted.
    current_digests, judged_digests
        A number from 0 for the image of each unit: no unit is judged by a fit that has seen it.
    """

    reference: Numbers
    current: Numbers
    judged: Numbers
    moved: NDArray[np.bool_]
    current_digests: Whole
    judged_digests: Whole


def held_columns(
    positions: Positions,
    rows: AlignedRows,
    comparison: Comparison,
    names: Sequence[str] | pd.Series,
    judged: Whole,
) -> HeldColumns:
    """Return the columns that tell affected images from others.

    Beside the reference these are all tested numbers of the images. Beside normal days they are the
    positions along the drift alone: of these the usual level is taken out, and what else is usual
    in production must not make an image look affected. Positions also stand for what is no feature,
    such as a combination of them.

    Parameters
    ----------
    names
        The image of each current unit. What a unit is drawn by, whatever the order of the rows.
    judged
        The places of the current units that are asked about.
    """
    drifted = [str(name) for name in positions.current]
    # Of a number with a pile only counts who is in it.
    tested = [one for one in _tested_numbers(comparison, rows) if one not in positions.piles]
    apart = [name for name in drifted if name not in tested]
    digests = _digests(names)
    drawn = np.argsort(digests, kind="stable")[:: _thinning(len(digests))]
    even = np.arange(0, len(rows.reference), _thinning(len(rows.reference)))

    def numbers(along: Rows, side: Rows, places: Whole) -> Numbers:
        parts = (along[apart].take(places), side[tested].take(places))
        return np.hstack([part.to_numpy(dtype=np.float64) for part in parts])

    return HeldColumns(
        reference=numbers(positions.reference, rows.reference, even),
        current=numbers(positions.current, rows.current, drawn),
        judged=numbers(positions.current, rows.current, judged),
        moved=np.array([name in drifted for name in (*apart, *tested)], dtype=np.bool_),
        current_digests=digests[drawn],
        judged_digests=digests[judged],
    )


def _tested_numbers(comparison: Comparison, rows: AlignedRows) -> list[str]:
    if any(one.beside_days is not None for one in comparison.of_images):
        return []
    return [
        one.name
        for one in comparison.of_images
        if one.p_value is not None and one.name in rows.current and one.name in rows.reference
    ]


def _digests(names: Sequence[str] | pd.Series) -> Whole:
    """Return a number for each name, from some names at a time: a million texts are 80 MB."""
    digests = np.empty(len(names), dtype=np.int64)
    for start in range(0, len(names), _NAMES_AT_ONCE):
        end = start + _NAMES_AT_ONCE
        some = names.iloc[start:end] if isinstance(names, pd.Series) else names[start:end]
        texts = some.tolist() if isinstance(some, pd.Series) else some
        codes = (zlib.crc32(text.encode(errors="replace")) for text in texts)
        digests[start : start + len(texts)] = np.fromiter(codes, np.int64, len(texts))
    return digests


def _thinning(units: int) -> int:
    return max(1, -(-units // _MOST_FITTED))


def log_ratios(held: HeldColumns) -> Numbers:
    """Return the logarithm of how many times as common images like each judged one are.

    Shape (units,); 0 where they are as common in the window as in the reference, at most the
    logarithm of the number of reference units. A logistic regression tells the two sides apart,
    each weighted alike, so that its logit is the logarithm of the ratio of their densities (J. Qin,
    "Inferences for case-control and semiparametric two-sample density ratio models", Biometrika 85,
    1998). Its inputs are the columns' normal scores and their parts beyond a few knots, with a
    ridge penalty. It is fitted eight times, each time without an eighth of the units, and these are
    judged by it.
    """
    basis = _Basis.of(np.vstack([held.reference, held.current]), held.moved)
    design = basis.design(np.vstack([held.reference, held.current]))
    fold = np.append(np.arange(len(held.reference)), held.current_digests) % _FOLDS
    is_current = np.repeat([0.0, 1.0], [len(held.reference), len(held.current)])
    found = np.zeros(len(held.judged))
    for number in range(_FOLDS):
        own = np.flatnonzero(held.judged_digests % _FOLDS == number)
        coefficients = _fit(design[fold != number], is_current[fold != number])
        for first in range(0, len(own), _AT_ONCE):
            some = own[first : first + _AT_ONCE]
            found[some] = basis.design(held.judged[some]) @ coefficients
    # No image can be known to be more unusual than the only one of all images of the reference.
    most = np.log(max(len(held.reference), 2))
    return found.clip(-most, most).round(6)


class _Basis(NamedTuple):
    """Normal scores among the sorted values of both sides, and their parts beyond the knots."""

    values: tuple[Numbers, ...]
    moved: NDArray[np.bool_]
    means: Numbers

    @classmethod
    def of(cls, rows: Numbers, moved: NDArray[np.bool_]) -> _Basis:
        values = tuple(np.sort(column[~np.isnan(column)]) for column in rows.T)
        width = 1 + sum(1 + 2 * len(_knots(one)) for one in moved)
        means = cls(values, moved, np.zeros(width)).design(rows).mean(axis=0)
        means[0] = 0.0
        return cls(values, moved, means)

    def design(self, rows: Numbers) -> Numbers:
        """Return one row of inputs per unit, the intercept first."""
        parts = [np.ones(len(rows))]
        for column, known, is_moved in zip(rows.T, self.values, self.moved, strict=True):
            scale = 1.0 if is_moved else _PENALTY_OTHER**-0.5
            score = _normal_scores(column, known)
            parts.append(score * scale)
            for knot in _knots(is_moved):
                parts.append(np.maximum(score - knot, 0.0) * scale)
                parts.append(np.maximum(-score - knot, 0.0) * scale)
        return np.column_stack(parts) - self.means


def _knots(is_moved: np.bool_) -> tuple[float, ...]:
    return _KNOTS_MOVED if is_moved else _KNOTS_OTHER


def _normal_scores(column: Numbers, known: Numbers) -> Numbers:
    """Return the normal scores of the mid-ranks among the sorted known values; ties share one."""
    if not len(known):
        return np.zeros(len(column))
    below = np.searchsorted(known, column, side="left")
    up_to = np.searchsorted(known, column, side="right")
    share = ((below + up_to) / 2).clip(0.5, len(known) - 0.5) / len(known)
    return np.where(np.isnan(column), 0.0, ndtri(share))


def _fit(design: Numbers, is_current: Numbers) -> Numbers:
    """Return the coefficients of a logistic regression with ridge penalty, by Newton's steps."""
    size = np.bincount(is_current.astype(np.int64), minlength=2)
    coefficients = np.zeros(design.shape[1])
    if not size.all():
        return coefficients
    weights = (len(design) / 2 / size)[is_current.astype(np.int64)]
    penalty = np.ones(len(coefficients))
    penalty[0] = 1e-6
    for _ in range(_STEPS):
        chance = expit((design @ coefficients).clip(-_LARGEST_LOGIT, _LARGEST_LOGIT))
        slope = design.T @ (weights * (is_current - chance)) - penalty * coefficients
        curvature = (design * (weights * chance * (1 - chance))[:, None]).T @ design
        coefficients += np.linalg.solve(curvature + np.diag(penalty), slope)
    return coefficients
