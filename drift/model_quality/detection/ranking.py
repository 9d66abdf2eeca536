"""The predictions of a match table in order of score, sorted once for any number of weightings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.match_table import THRESHOLDS, MatchTable

RECALLS: NDArray[np.float64] = np.linspace(0.0, 1.0, 101)
"""COCO's recalls at which the precision is averaged."""
FEW = (1, 10, 100)
"""Recalls are of so many predictions for each image and class, those with the highest scores."""

Weights = NDArray[np.int64]
"""How many times each image counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hits:
    """Which predictions are right at one threshold, by their place in the ranking.

    Attributes
    ----------
    places
        In order of class and falling score.
    bounds
        Where each class begins in `places`, and where the last one ends.
    ignored
        The places of the predictions that are ignored at this threshold.
    ignored_before
        How many of `ignored` come before each of `places`; empty where none is ignored.
    ignored_before_class
        How many of them come before each class.
    """

    places: NDArray[np.int64]
    bounds: NDArray[np.int64]
    ignored: NDArray[np.int64]
    ignored_before: NDArray[np.int64]
    ignored_before_class: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSums:
    """What weighted images give for each class; shapes are of the classes and what is named.

    Attributes
    ----------
    truths
        How many true boxes count. (classes,), int64.
    precision
        The average precision by threshold; 0 for a class without true boxes. (classes, 10).
    recall
        The recall averaged over the thresholds, by `FEW`; 0 for a class without true boxes.
        (classes, 3).
    matches, overlap
        How many predictions found a true box at the lowest threshold, and the sum of their
        intersections over union. (classes,).
    """

    truths: NDArray[np.int64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    matches: NDArray[np.int64]
    overlap: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPredictions:
    """The predictions of a table by class and falling score; build it with `of`.

    Predictions of equal score are in the order of their images, as in COCO's evaluation.
    """

    table: MatchTable
    image: NDArray[np.int32]
    class_bounds: NDArray[np.int64]
    hits: tuple[_Hits, ...]
    overlap: NDArray[np.float64]
    found: tuple[NDArray[np.float64], ...]

    @classmethod
    def of(cls, table: MatchTable) -> Self:
        """Sort the table's predictions."""
        order = np.lexsort((-table.score, table.class_code))
        hits, ignored = table.hits[order], table.ignored[order]
        edges = np.arange(len(table.classes) + 1)
        bounds = np.searchsorted(table.class_code[order], edges)
        # The part of the thresholds at which a prediction is right, for those that count in `FEW`.
        share = np.bitwise_count(hits) / len(THRESHOLDS)
        ranks = table.ranks[order]
        return cls(
            table=table,
            image=table.image[order],
            class_bounds=bounds,
            hits=tuple(_hits_at(hits, ignored, bounds, t) for t in range(len(THRESHOLDS))),
            overlap=np.nan_to_num(table.overlap[order].astype(np.float64)),
            found=tuple(np.where(ranks < few, share, 0.0) for few in FEW),
        )

    def sums(self, weights: Weights | None = None) -> ClassSums:
        """Sum up the images, where each counts as often as `weights` says; else once each.

        Counting an image twice is what COCO's evaluation gives of a set that holds it twice.
        """
        table, classes = self.table, len(self.table.classes)
        weights = np.ones(table.images, np.int64) if weights is None else weights
        truth_weights = weights[table.truth_image] * table.truth_count
        truths = np.bincount(table.truth_class, truth_weights, classes).astype(np.int64)
        mine = weights[self.image]
        upto = np.cumsum(mine)
        needed = hits_needed(truths)
        precision = np.zeros((classes, len(THRESHOLDS)))
        for number, hits in enumerate(self.hits):
            precision[:, number] = self._precisions(hits, mine, upto, needed)
        lowest = self.hits[0]
        recall = np.stack([self._class_sums(mine * found) for found in self.found], axis=1)
        return ClassSums(
            truths=truths,
            precision=precision,
            recall=recall / np.maximum(truths, 1)[:, None],
            matches=_between(np.cumsum(mine[lowest.places]), lowest.bounds),
            overlap=self._class_sums(mine * self.overlap),
        )

    def _class_sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        bounds = zip(self.class_bounds[:-1], self.class_bounds[1:], strict=True)
        return np.array([values[begin:end].sum() for begin, end in bounds], np.float64)

    def _precisions(
        self,
        hits: _Hits,
        mine: Weights,
        upto: NDArray[np.int64],
        needed: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        """Return the average precision of each class at one threshold."""
        right = np.cumsum(mine[hits.places])
        predicted = upto[hits.places]
        before_class = _at(upto, self.class_bounds[:-1])
        if len(hits.ignored):
            ignored = np.cumsum(mine[hits.ignored])
            predicted -= _at(ignored, hits.ignored_before)
            before_class -= _at(ignored, hits.ignored_before_class)
        right_before = _at(right, hits.bounds[:-1])
        result = np.zeros(len(needed))
        for code in np.flatnonzero(np.diff(hits.bounds)):
            part = slice(hits.bounds[code], hits.bounds[code + 1])
            result[code] = average_precision(
                right[part] - right_before[code],
                predicted[part] - before_class[code],
                needed[code],
            )
        return result


def average_precision(
    right: NDArray[np.int64], predicted: NDArray[np.int64], needed: NDArray[np.int64]
) -> float:
    """Average the precision over `RECALLS`.

    Parameters
    ----------
    right, predicted
        At each right prediction in order of falling score: how many are right, and how many count
        at all, from the highest score down to it.
    needed
        How many right predictions each recall takes, by `hits_needed`.

    Notes
    -----
    The precision at a recall is the largest at that recall or a higher one. Wrong predictions lower
    it only, so that it is known from the right ones alone.
    """
    if not len(right):
        return 0.0
    precision = right / np.maximum(predicted, 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(right, needed, "left")
    return float(precision[at[at < len(precision)]].sum() / len(RECALLS))


def hits_needed(truths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the right predictions that each recall takes: the fewest with n / truths >= recall.

    Parameters
    ----------
    truths
        How many true boxes each class has. Shape (classes,).

    Returns
    -------
    At least 1. Shape (classes, 101).
    """
    some = np.maximum(truths, 1)[:, None]
    needed = np.ceil(RECALLS * some)
    needed -= (needed - 1) / some >= RECALLS
    needed += needed / some < RECALLS
    # The recall of 0 is reached by the first prediction.
    return np.maximum(needed, 1).astype(np.int64)


def _hits_at(
    hits: NDArray[np.uint16], ignored: NDArray[np.uint16], bounds: NDArray[np.int64], t: int
) -> _Hits:
    bit = np.uint16(1 << t)
    places = np.flatnonzero(hits & bit)
    left_out = np.flatnonzero(ignored & bit)
    return _Hits(
        places=places,
        bounds=np.searchsorted(places, bounds),
        ignored=left_out,
        ignored_before=np.searchsorted(left_out, places) if len(left_out) else left_out,
        ignored_before_class=np.searchsorted(left_out, bounds[:-1]),
    )


def _at(upto: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sum of the first so many elements, of sums up to and with each."""
    return np.concatenate([[0], upto])[counts]


def _between(upto: NDArray[np.int64], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.diff(_at(upto, bounds))
