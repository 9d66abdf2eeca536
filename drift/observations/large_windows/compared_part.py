"""The part of a very large window that is compared: whole units, drawn by the names of images."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.near_copies.within_burst import NearCopies
from drift.observations.side_copies import BothCopies, SideCopies
from drift.observations.window_images import WindowImages
from reports.findings.remarks import Remark

# Of so many the tests draw their units, and no picture of a distribution changes with more.
MOST_COMPARED = 1_000_000
_NAMES_AT_ONCE = 500_000
_ENOUGH = 0.9

Numbers = NDArray[np.int64]
Ranks = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPart:
    """What is compared of a window, and what is said of it.

    Attributes
    ----------
    window, segments, copies
        Those of the window that are compared.
    share
        The share of the window's units that are in it.
    remarks
        That it is a part; empty where it is the whole window.
    """

    window: WindowImages
    segments: pd.DataFrame
    copies: BothCopies
    share: float = 1.0
    remarks: tuple[Remark, ...] = ()

    def of_all(self, images: int | None, most: int | None = None) -> int | None:
        """Return how many images of the window so many of the part stand for, rounded down.

        Parameters
        ----------
        most
            How many images the segment has that they are of: of a small one more than its share
            may have been drawn. None where they are of all images.
        """
        if images is None:
            return None
        found = int(images / self.share)
        return found if most is None else min(found, most)


def compared_part(
    window: WindowImages, segments: pd.DataFrame, copies: BothCopies, most: int = MOST_COMPARED
) -> ComparedPart:
    """Return what is compared of a window: all of it, or of more than a million rows about so many.

    They are drawn by units, by a hash of the name of each unit's first image: what is in the part
    depends neither on the order of the rows nor on what else is in the log, and a burst of
    near-copies is in it as a whole, so that its observations are as independent as those of the
    window. The rows of an image that could not be analysed are a unit of their own.
    """
    if len(window.rows) <= most:
        return ComparedPart(window=window, segments=segments, copies=copies)
    rows = _drawn(_ranks(window, copies.current.found.clusters), most)
    part = replace(window.take(rows), part_of=window)
    analysed = _analysed_among(window, rows)
    found = _part_of(copies.current.found, analysed)
    units = int(copies.current.found.clusters.max(initial=-1)) + 1
    return ComparedPart(
        window=part,
        segments=segments.iloc[rows].reset_index(drop=True),
        copies=replace(copies, current=replace(copies.current, found=found)),
        share=(int(found.clusters.max(initial=-1)) + 1) / units if units else 1.0,
        remarks=(_said(part, window, copies.current),),
    )


def _said(part: WindowImages, window: WindowImages, copies: SideCopies) -> Remark:
    """Return what was compared; of a job without images without a word of them."""
    by, shown, counted = (
        "the names of their images",
        ", segments and the images shown",
        "the counts of rows and images and their health are",
    )
    if window.of_rows:
        by, shown, counted = "their times", " and segments", "the counts of rows are"
    among = " Near-copies were looked for among all of its images." if copies.known else ""
    return Remark(
        code="window_sampled",
        text=(
            f"Of the window's {_log_rows(window):,} rows {_log_rows(part):,} were compared, "
            f"drawn by {by}: tests, effects, distributions{shown} are of these, "
            f"{counted} of all.{among}"
        ),
    )


def _log_rows(window: WindowImages) -> int:
    """Return how many rows of the log there are: one of a detector may hold several boxes."""
    return len(window.rows if window.log_rows is None else np.unique(window.log_rows))


def _drawn(ranks: Ranks, most: int) -> Numbers:
    """Return the rows of lowest rank, at most so many but for a single unit of more.

    A unit that would leave much of the room empty, as an image that a million rows name, is passed
    over: else what comes behind it would be missing as well.
    """
    left: Numbers = np.arange(len(ranks))
    while len(left) > most:
        limit = np.partition(ranks[left], most)[most]
        below: Numbers = left[ranks[left] < limit]
        if len(below) >= _ENOUGH * most:
            return below
        left = left[ranks[left] != limit]
    return left if len(left) else np.flatnonzero(ranks == ranks.min())


def _ranks(window: WindowImages, clusters: Numbers) -> Ranks:
    """Return for each row a number that is the same for all rows of a unit, and random else."""
    names = window.rows["image"]
    analysed = window.features.index.to_numpy(dtype=np.int64)
    first = np.zeros(int(clusters.max(initial=-1)) + 1, dtype=np.int64)
    # Of several rows of a unit the one that is written last stays: the first one.
    first[clusters[::-1]] = analysed[::-1]
    ranks = np.zeros(len(names), dtype=np.uint64)
    ranks[analysed] = _hashes(names, first)[clusters]
    lost = np.ones(len(names), dtype=np.bool_)
    lost[analysed] = False
    ranks[lost] = _hashes(names, np.flatnonzero(lost))
    return ranks


def _hashes(names: pd.Series, rows: Numbers) -> Ranks:
    hashes = np.empty(len(rows), dtype=np.uint64)
    for start in range(0, len(rows), _NAMES_AT_ONCE):
        some = slice(start, start + _NAMES_AT_ONCE)
        texts = names.iloc[rows[some]].to_numpy(dtype=object)
        hashes[some] = pd.util.hash_array(texts, categorize=False)
    return hashes


def _analysed_among(window: WindowImages, rows: Numbers) -> Numbers:
    """Return the places, among the analysed rows, of those that were drawn."""
    drawn = np.zeros(len(window.rows), dtype=np.bool_)
    drawn[rows] = True
    return np.flatnonzero(drawn[window.features.index])


def _part_of(found: NearCopies, analysed: Numbers) -> NearCopies:
    return NearCopies(
        clusters=_numbered_anew(found.clusters[analysed]),
        is_near_copy=found.is_near_copy[analysed],
        images=_numbered_anew(found.images[analysed]),
    )


def _numbered_anew(numbers: Numbers) -> Numbers:
    """Return numbers in the same order, from 0 without gaps."""
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64)
