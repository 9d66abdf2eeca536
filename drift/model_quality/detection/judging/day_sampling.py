"""How AP50 of few images varies and lies too high, so that days can be judged by it.

AP50 of a day is no mean over its images: it is the mean over the classes that happen to have true
boxes, of areas below curves whose every point takes the best precision from there on. So of few
images it varies in its own way, and is too high on average. Both are measured on sets of as many
images as days have, which are drawn from all labelled images together (the bootstrap).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.judging.drawn_sets import ImageHits
from drift.model_quality.detection.match_table import MatchTable, merge_tables

MOST_IMAGES = 5_000
"""So many of all labelled images are drawn from."""
_DRAWS = 200
_MOST_SIZES = 4
_SMALLEST_SIZE = 4
_LARGEST_SIZE = 300
"""Of more images the variance and the bias fall as the number grows."""
_FEWEST_DRAWS = 20
_INFORMATION = (0.02, 100.0)
_CERTAIN = 1e-9
_LINE_PARAMETERS = 2
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySampling:
    """How AP50 of days varies by their number of images.

    Attributes
    ----------
    sizes
        Numbers of images, rising. Shape (sizes,).
    information
        As many images as one image counts for: a share of right ones among so many times the
        images has the sampling variance of AP50. The same shape.
    bias
        By how much AP50 of so many images is higher on average than that of all. The same shape.
    """

    sizes: tuple[float, ...]
    information: tuple[float, ...]
    bias: tuple[float, ...]

    @classmethod
    def unknown(cls) -> Self:
        """Return what is taken where nothing can be learned: AP50 as a share of images."""
        return cls(sizes=(1.0,), information=(1.0,), bias=(0.0,))

    @classmethod
    def learned(cls, pool: MatchTable, sizes: Sequence[int], *, seed: int = 0) -> Self:
        """Learn it of sets that are drawn from a pool of images.

        Parameters
        ----------
        sizes
            The numbers of images that are asked for later.
        """
        if not pool.images or not len(pool.truth_image):
            return cls.unknown()
        hits = ImageHits.of(pool)
        everything = np.arange(pool.images)
        whole = float(hits.ap50(everything, np.array([pool.images]))[0])
        random = np.random.default_rng(seed)
        chosen = chosen_sizes(sizes)
        found = []
        for size in chosen:
            drawn = random.integers(pool.images, size=_DRAWS * size)
            scores = hits.ap50(drawn, np.full(_DRAWS, size))
            found.append(_of_draws(scores[~np.isnan(scores)], whole, size))
        return cls(
            sizes=tuple(map(float, chosen)),
            information=_smooth(chosen, [one[0] for one in found]),
            bias=tuple(one[1] for one in found),
        )

    def informative(self, images: int) -> float:
        """Return of how many images a share would vary as AP50 of so many images does."""
        logs = np.interp(np.log(images), np.log(self.sizes), np.log(self.information))
        return float(images * np.exp(logs))

    def unbiased(self, ap50: float, images: int) -> float:
        """Return AP50 of so many images less what it is too high by, in [0, 1]."""
        bias = float(np.interp(np.log(images), np.log(self.sizes), self.bias))
        if images > self.sizes[-1]:
            bias *= self.sizes[-1] / images
        return min(max(ap50 - bias, 0.0), 1.0)


def pool_of(tables: Sequence[MatchTable], most: int = MOST_IMAGES) -> MatchTable:
    """Return every k-th image of the tables together, so that there are at most so many."""
    images = sum(table.images for table in tables)
    step = max(1, -(-images // most))
    parts, before = [], 0
    for table in tables:
        parts.append(every_kth(table, step, -before % step))
        before += table.images
    return merge_tables(parts)


def every_kth(table: MatchTable, step: int, first: int = 0, end: int | None = None) -> MatchTable:
    """Return the images `first`, `first + step` and so on of a table, those before `end`."""
    end = table.images if end is None else min(end, table.images)
    if step == 1 and first == 0 and end == table.images:
        return table
    rows = _rows_of(table.image, step, first, end)
    truths = _rows_of(table.truth_image, step, first, end)
    return MatchTable(
        images=max(0, -(-(end - first) // step)),
        classes=table.classes,
        image=((table.image[rows] - first) // step).astype(np.int32),
        class_code=table.class_code[rows],
        score=table.score[rows],
        hits=table.hits[rows],
        ignored=table.ignored[rows],
        overlap=table.overlap[rows],
        truth_image=((table.truth_image[truths] - first) // step).astype(np.int32),
        truth_class=table.truth_class[truths],
        truth_count=table.truth_count[truths],
    )


def _rows_of(image: NDArray[np.int32], step: int, first: int, end: int) -> NDArray[np.bool_]:
    rows: NDArray[np.bool_] = (image >= first) & (image < end) & ((image - first) % step == 0)
    return rows


def chosen_sizes(sizes: Sequence[int]) -> list[int]:
    """Return at most four numbers of images between the smallest and the largest, by factors."""
    low = min(max(min(sizes, default=1), _SMALLEST_SIZE), _LARGEST_SIZE)
    high = min(max(max(sizes, default=1), low), _LARGEST_SIZE)
    return sorted({round(one) for one in np.geomspace(low, high, _MOST_SIZES)})


def _smooth(sizes: Sequence[int], values: Sequence[float]) -> tuple[float, ...]:
    """Return the values on a line in logarithms: what differs more is chance of the draws."""
    if len(sizes) <= _LINE_PARAMETERS:
        return tuple(values)
    logs = np.log(sizes)
    line = np.polynomial.Polynomial.fit(logs, np.log(values), 1)
    return tuple(np.clip(np.exp(line(logs)), *_INFORMATION).tolist())


def _of_draws(scores: Numbers, whole: float, size: int) -> tuple[float, float]:
    """Return `information` and `bias` of sets of one size."""
    if len(scores) < _FEWEST_DRAWS:
        return 1.0, 0.0
    variance, of_one = float(scores.var(ddof=1)), whole * (1 - whole)
    bias = float(scores.mean()) - whole
    if variance < _CERTAIN or of_one < _CERTAIN:
        return 1.0, bias
    return float(np.clip(of_one / (variance * size), *_INFORMATION)), bias
