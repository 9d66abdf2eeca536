"""AP50 of many small sets of a table's images at once, as it is needed to learn how days vary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.match_table import MatchTable
from drift.model_quality.detection.ranking import RECALLS, hits_needed

_LOWEST = np.uint16(1)
_MOST_ROWS = 1_000_000
"""So many predictions are sorted at once: about 60 MB."""
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHits:
    """The predictions of a table by image, at an intersection over union of 0.5.

    Attributes
    ----------
    classes
        How many there are.
    bounds, truth_bounds
        Where the predictions, and the entries of true boxes, of each image begin, and where those
        of the last one end.
    code, place, hit
        Of each prediction that counts: its class, its place among all by falling score, and whether
        it is right.
    truth_code, truth_count
        Of each entry of true boxes.
    """

    classes: int
    bounds: Integers
    truth_bounds: Integers
    code: Integers
    place: Integers
    hit: NDArray[np.bool_]
    truth_code: Integers
    truth_count: Integers

    @classmethod
    def of(cls, table: MatchTable) -> Self:
        """Take what AP50 needs of a table."""
        counts = table.ignored & _LOWEST == 0
        image, score = table.image[counts], table.score[counts]
        place = np.empty(len(image), np.int64)
        place[np.argsort(-score, kind="stable")] = np.arange(len(image))
        edges = np.arange(table.images + 1)
        return cls(
            classes=max(len(table.classes), 1),
            bounds=np.searchsorted(image, edges),
            truth_bounds=np.searchsorted(table.truth_image, edges),
            code=table.class_code[counts].astype(np.int64),
            place=place,
            hit=table.hits[counts] & _LOWEST != 0,
            truth_code=table.truth_class.astype(np.int64),
            truth_count=table.truth_count.astype(np.int64),
        )

    def ap50(self, images: Integers, sizes: Integers) -> NDArray[np.float64]:
        """Return AP50 of sets of images.

        Parameters
        ----------
        images
            The numbers of the images, one set behind the other. An image may be in many sets, and
            several times in one.
        sizes
            How many images each set has. Shape (sets,).

        Returns
        -------
        The mean over the classes that have true boxes in the set; NaN without any. Shape (sets,).
        """
        ends = np.cumsum(sizes)
        rows = np.concatenate([[0], np.cumsum(np.diff(self.bounds)[images])])[ends]
        answer, first = np.empty(len(sizes)), 0
        while first < len(sizes):
            start = rows[first - 1] if first else 0
            last = max(int(np.searchsorted(rows, start + _MOST_ROWS, "right")), first + 1)
            chosen = images[ends[first] - sizes[first] : ends[last - 1]]
            answer[first:last] = self._ap50(chosen, sizes[first:last])
            first = last
        return answer

    def _ap50(self, images: Integers, sizes: Integers) -> NDArray[np.float64]:
        groups = len(sizes) * self.classes
        group = np.repeat(np.arange(len(sizes)), sizes) * self.classes
        truths = np.zeros(groups, np.int64)
        entries, of_image = _spans(self.truth_bounds, images)
        np.add.at(truths, group[of_image] + self.truth_code[entries], self.truth_count[entries])
        rows, of_image = _spans(self.bounds, images)
        # Numbers that sort by set, class and falling score.
        keys = (group[of_image] + self.code[rows]) * max(len(self.place), 1) + self.place[rows]
        hits = _averages(*self._sorted(keys), truths)
        known = (truths > 0).reshape(len(sizes), self.classes)
        counts = known.sum(axis=1)
        sums = np.where(known, hits.reshape(known.shape), 0.0).sum(axis=1)
        answer: NDArray[np.float64] = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
        return answer

    def _sorted(self, keys: Integers) -> tuple[Integers, NDArray[np.bool_]]:
        """Return the group of each prediction in order, and whether it is right."""
        right_at = np.empty(len(self.place), np.bool_)
        right_at[self.place] = self.hit
        ordered = np.sort(keys)
        group, place = np.divmod(ordered, max(len(self.place), 1))
        return group, right_at[place]


def _spans(bounds: Integers, images: Integers) -> tuple[Integers, Integers]:
    """Return the rows of images one behind the other, and of which of `images` each is."""
    starts, counts = bounds[images], np.diff(bounds)[images]
    of_image = np.repeat(np.arange(len(images)), counts)
    before = np.cumsum(counts) - counts
    return np.arange(len(of_image)) + (starts - before)[of_image], of_image


def _averages(group: Integers, right: NDArray[np.bool_], truths: Integers) -> NDArray[np.float64]:
    """Return the average precision of each group, of predictions in order of group and score.

    As `average_precision`, for all groups at once.
    """
    edges = np.arange(len(truths) + 1)
    begins = np.searchsorted(group, edges)
    places = np.flatnonzero(right)
    bounds = np.searchsorted(places, begins)
    mine = group[places]
    count = np.arange(len(places)) - bounds[mine] + 1
    precision = count / (places - begins[mine] + 1)
    # The largest from each on within its group: later groups have smaller numbers.
    lift = 2.0 * (len(truths) - mine)
    precision = np.maximum.accumulate((precision + lift)[::-1])[::-1] - lift
    answer = np.zeros(len(truths))
    some = np.flatnonzero((truths > 0) & (np.diff(bounds) > 0))
    needed = hits_needed(truths[some])
    known = needed <= np.diff(bounds)[some, None]
    at = np.where(known, bounds[some, None] + needed - 1, 0)
    answer[some] = np.where(known, precision[at], 0.0).sum(axis=1) / len(RECALLS)
    return answer
