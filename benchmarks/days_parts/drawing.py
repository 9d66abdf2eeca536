"""Drawing the images of a block from the pool, and summing their scores up by counts.

A block is how often each picture of the pool occurs in it. Its sums are those counts times the
pool's scores: what `FamilySums.of` gives for the table of all its images, in a fraction of the
time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.days_parts.pool import CLASS_COLUMN, CONFIDENCE, Pool
from benchmarks.days_parts.worlds import Recipe, World
from drift.days.matrix import ReferenceClasses
from drift.days.scale import ReferenceScale
from drift.days.sums import ColumnSums, FamilySums

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]

RECORDED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a window.

    Attributes
    ----------
    number
        Its place in the pool's faults.
    part
        The share of the window's images that have it.
    """

    number: int
    part: float


def drawn(
    world: World,
    recipe: Recipe,
    images: int,
    random: np.random.Generator,
    fault: Fault | None = None,
) -> Counts:
    """Draw the images of a block; return how often each picture of the pool is one of them."""
    weights = world.weights(recipe)
    pool = world.pool
    faulty = 0 if fault is None else round(images * fault.part)
    counts = multinomial(random, images - faulty, np.where(pool.normal, weights, 0.0))
    if fault is not None:
        own = np.where(pool.fault == fault.number, weights, 0.0)
        counts = counts + multinomial(random, faulty, own)
    return counts


def recorded(counts: Counts, random: np.random.Generator, most: int = RECORDED) -> Counts:
    """Return which of a block's images its record holds: at most 300, drawn at random."""
    total = int(counts.sum())
    if total <= most:
        return counts
    pictures = np.flatnonzero(counts)
    chosen = random.choice(np.repeat(pictures, counts[pictures]), most, replace=False)
    return np.bincount(chosen, minlength=len(counts))


def multinomial(random: np.random.Generator, images: int, weights: Numbers) -> Counts:
    """Draw so many pictures by their weights; return how often each was drawn."""
    edges = np.cumsum(weights)
    places = np.searchsorted(edges, random.random(images) * edges[-1], side="right")
    return np.bincount(places, minlength=len(weights))


def table_of(pool: Pool, counts: Counts) -> pd.DataFrame:
    """Return one row per image of a block: its features and what the model says."""
    rows = np.repeat(np.arange(len(counts)), counts)
    parts = [pool.features.iloc[rows], pool.predictions.iloc[rows]]
    return pd.concat([part.reset_index(drop=True) for part in parts], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredTable:
    """The pool's scores of one family on a reference's scale."""

    scale: ReferenceScale
    values: Numbers
    scores: Numbers
    classes: Mapping[str, tuple[NDArray[np.str_], NDArray[np.int64]]]

    @classmethod
    def of(
        cls,
        scale: ReferenceScale,
        table: pd.DataFrame,
        classes: Mapping[str, tuple[NDArray[np.str_], NDArray[np.int64]]],
    ) -> ScoredTable:
        """Score a table without missing values."""
        return cls(
            scale=scale,
            values=table[list(scale.columns)].to_numpy(dtype=np.float64),
            scores=scale.score(table).scores,
            classes=classes,
        )

    def sums(self, counts: Counts) -> FamilySums:
        """Return the sums of a block."""
        rows = np.flatnonzero(counts)
        often = counts[rows].astype(np.float64)
        scores, total = self.scores[rows], int(counts.sum())
        sums, squares = often @ scores, often @ scores**2
        return FamilySums(
            images=total,
            effective=float(total),
            columns=self._columns(rows, often),
            scores={
                key.text: (total, float(sums[at]), float(squares[at]))
                for at, key in enumerate(self.scale.keys)
            },
            classes={
                name: _shares(labels, np.bincount(of_row[rows], often, minlength=len(labels)))
                for name, (labels, of_row) in self.classes.items()
            },
        )

    def _columns(self, rows: NDArray[np.int64], often: Numbers) -> dict[str, ColumnSums]:
        values, limits = self.values[rows], self.scale.limits
        totals, squares = often @ values, often @ values**2
        above, below = often @ (values > limits[:, 1]), often @ (values < limits[:, 0])
        return {
            name: ColumnSums(
                known=int(often.sum()),
                total=float(totals[at]),
                squares=float(squares[at]),
                above=int(above[at]),
                below=int(below[at]),
            )
            for at, name in enumerate(self.scale.columns)
        }


def _shares(labels: NDArray[np.str_], counts: NDArray[np.generic]) -> dict[str, float]:
    return {str(labels[at]): float(counts[at]) for at in np.flatnonzero(counts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPool:
    """The pool on the scale of one reference, by family.

    Attributes
    ----------
    reference
        The images of the reference: how often each picture is one of them.
    features, predictions
        By family.
    reference_classes
        How often each class is predicted in the reference.
    """

    reference: Counts
    features: ScoredTable
    predictions: ScoredTable
    reference_classes: Mapping[str, ReferenceClasses]

    @classmethod
    def of(cls, pool: Pool, reference: Counts) -> ScoredPool:
        """Score the pool on the scale of a reference."""
        rows = np.repeat(np.arange(len(reference)), reference)
        features, predictions = pool.features, pool.predictions
        scale = ReferenceScale.of(features.iloc[rows], joint=pool.names)
        sure = ReferenceScale.of(predictions[[CONFIDENCE]].iloc[rows], joint=())
        shares = np.bincount(pool.predicted[rows], minlength=len(pool.labels)) / len(rows)
        classes = {CLASS_COLUMN: (pool.labels, pool.predicted)}
        return cls(
            reference=reference,
            features=ScoredTable.of(scale, features, {}),
            predictions=ScoredTable.of(sure, predictions[[CONFIDENCE]], classes),
            reference_classes={
                CLASS_COLUMN: ReferenceClasses(
                    shares={
                        str(label): float(share)
                        for label, share in zip(pool.labels, shares, strict=True)
                        if share > 0
                    },
                    units=len(rows),
                )
            },
        )
