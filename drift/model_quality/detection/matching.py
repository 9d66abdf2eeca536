"""Which predicted box found which true box, as COCO's evaluation matches them.

Image by image and class by class, the predictions take their true box in order of falling score, at
each threshold apart: the free one of the largest intersection over union, of equals the later one,
and a crowd or an object outside of the range of area only where no other is left. All images are
matched at once: the first predictions of every image and class, then the second ones, and so on.

T.-Y. Lin et al., "Microsoft COCO: Common Objects in Context", 2014.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.boxes import DetectionSet, TrueBoxes, areas_of, overlaps
from drift.model_quality.detection.match_table import (
    MOST_PER_CLASS,
    THRESHOLDS,
    MatchTable,
    cells_of,
    ranks_within,
)

_PAIRS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRange:
    """Objects whose area is from `least` to `most`, both included; others are ignored."""

    least: float
    most: float

    def excludes(self, area: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each area is outside of the range."""
        return (area < self.least) | (area > self.most)


ALL_AREAS = AreaRange(least=0, most=1e5**2)
SMALL = AreaRange(least=0, most=32**2)
MEDIUM = AreaRange(least=32**2, most=96**2)
LARGE = AreaRange(least=96**2, most=1e5**2)
"""COCO's ranges, in square pixels."""


def match_boxes(boxes: DetectionSet, areas: AreaRange = ALL_AREAS) -> MatchTable:
    """Match the predictions of all images with the true boxes.

    Needs memory for a million pairs of boxes beside the arrays of the boxes themselves, and for one
    image and class as many as `MOST_PER_CLASS` times its true boxes.
    """
    detected = _order_detected(boxes)
    true = _order_true(boxes, areas)
    hits = np.zeros(len(detected.cell), np.uint16)
    ignored = np.zeros(len(detected.cell), np.uint16)
    overlap = np.full(len(detected.cell), np.nan, np.float32)
    for pairs in _candidates(detected, true):
        _match(pairs, true, hits, ignored, overlap)
    every = np.uint16((1 << len(THRESHOLDS)) - 1)
    outside = areas.excludes(areas_of(detected.corners))
    ignored[outside] |= every & ~hits[outside]
    cells, counts = np.unique(true.cell[~true.ignored], return_counts=True)
    classes = max(len(boxes.classes), 1)
    return MatchTable(
        images=boxes.images,
        classes=boxes.classes,
        image=(detected.cell // classes).astype(np.int32),
        class_code=(detected.cell % classes).astype(np.int32),
        score=detected.score,
        hits=hits,
        ignored=ignored,
        overlap=overlap,
        truth_image=(cells // classes).astype(np.int32),
        truth_class=(cells % classes).astype(np.int32),
        truth_count=counts.astype(np.int32),
        left_out=len(boxes.detected) - len(detected.cell),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Detected:
    """The predictions that count, in order of image, class and falling score."""

    cell: NDArray[np.int64]
    rank: NDArray[np.int64]
    corners: NDArray[np.float64]
    score: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _True:
    """The true boxes in order of image and class, the ignored ones last."""

    cell: NDArray[np.int64]
    corners: NDArray[np.float64]
    crowd: NDArray[np.bool_]
    ignored: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Predictions with true boxes that overlap them enough for the lowest threshold.

    In order of the prediction's rank, the prediction, and which true box it would rather have.
    """

    rank: NDArray[np.int64]
    detected: NDArray[np.int64]
    true: NDArray[np.int64]
    overlap: NDArray[np.float64]


def _order_detected(boxes: DetectionSet) -> _Detected:
    detected = boxes.detected
    cell = cells_of(detected.image, detected.class_code, len(boxes.classes))
    order = np.lexsort((-detected.score, cell))
    rank = ranks_within(cell[order])
    counts = rank < MOST_PER_CLASS
    order = order[counts]
    return _Detected(
        cell=cell[order],
        rank=rank[counts],
        corners=detected.corners[order],
        score=detected.score[order],
    )


def _order_true(boxes: DetectionSet, areas: AreaRange) -> _True:
    true: TrueBoxes = boxes.true
    cell = cells_of(true.image, true.class_code, len(boxes.classes))
    ignored = true.crowd | areas.excludes(true.area)
    order = np.lexsort((ignored, cell))
    return _True(
        cell=cell[order],
        corners=true.corners[order],
        crowd=true.crowd[order],
        ignored=ignored[order],
    )


def _candidates(detected: _Detected, true: _True) -> Iterator[_Pairs]:
    """Yield the pairs of some images and classes at a time."""
    first = np.searchsorted(true.cell, detected.cell, "left")
    count = np.searchsorted(true.cell, detected.cell, "right") - first
    before = np.concatenate([[0], np.cumsum(count)])
    starts = np.append(np.flatnonzero(detected.rank == 0), len(detected.rank))
    before = before[starts]
    begin = 0
    while begin < len(starts) - 1:
        end = int(np.searchsorted(before, before[begin] + _PAIRS_AT_ONCE, "right")) - 1
        end = min(max(end, begin + 1), len(starts) - 1)
        part = slice(starts[begin], starts[end])
        yield _pairs_of(detected, true, np.arange(part.start, part.stop), first[part], count[part])
        begin = end


def _pairs_of(
    detected: _Detected,
    true: _True,
    indices: NDArray[np.int64],
    first: NDArray[np.int64],
    count: NDArray[np.int64],
) -> _Pairs:
    mine = np.repeat(indices, count)
    theirs = np.arange(len(mine)) + np.repeat(first - (np.cumsum(count) - count), count)
    overlap = overlaps(detected.corners[mine], true.corners[theirs], true.crowd[theirs])
    enough = overlap >= THRESHOLDS[0]
    mine, theirs, overlap = mine[enough], theirs[enough], overlap[enough]
    rank = detected.rank[mine]
    order = np.lexsort((-theirs, -overlap, true.ignored[theirs], mine, rank))
    return _Pairs(
        rank=rank[order], detected=mine[order], true=theirs[order], overlap=overlap[order]
    )


def _match(
    pairs: _Pairs,
    true: _True,
    hits: NDArray[np.uint16],
    ignored: NDArray[np.uint16],
    overlap: NDArray[np.float32],
) -> None:
    """Give the predictions of the pairs their true boxes, into the last three arrays."""
    if not len(pairs.rank):
        return
    base = int(pairs.true.min())
    taken = np.zeros((len(THRESHOLDS), int(pairs.true.max()) - base + 1), bool)
    bounds = np.flatnonzero(np.diff(pairs.rank, prepend=-1, append=-1))
    for begin, end in pairwise(bounds.tolist()):
        of_rank = np.arange(begin, end)
        for number, needed in enumerate(THRESHOLDS):
            of_rank = of_rank[pairs.overlap[of_rank] >= needed]
            free = of_rank[~taken[number, pairs.true[of_rank] - base]]
            found = free[np.diff(pairs.detected[free], prepend=-1) != 0]
            mine, theirs = pairs.detected[found], pairs.true[found]
            counts = ~true.ignored[theirs]
            hits[mine[counts]] |= np.uint16(1 << number)
            ignored[mine[~counts]] |= np.uint16(1 << number)
            taken[number, theirs[~true.crowd[theirs]] - base] = True
            if number == 0:
                overlap[mine[counts]] = pairs.overlap[found[counts]]
