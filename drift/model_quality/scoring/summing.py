"""From labelled predictions to sums, and from sums to the sums of all.

Numbers are added exactly (`math.fsum`) and rounded once, so that neither the order of rows nor that
of days changes a bit of them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.model_quality.scored_rows import ScoredRows
from drift.model_quality.sums import BINS, ClassifierSums, ConfidenceBin, LossSums

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAST_PROBABILITY = float(np.finfo(np.float64).eps)
"""A probability counts as at least this and at most 1 minus this, as in scikit-learn's log loss."""


def sum_up(rows: ScoredRows) -> ClassifierSums:
    """Return the sums over all rows, whatever their version.

    A confidence or probability outside 0 to 1 (a score, a percentage) counts as a missing one; how
    many there are is said by `outside_unit_range`.

    Raises
    ------
    ValueError
        Where a labelled row has no predicted class.
    """
    return _sum_up(rows.table)


def sums_by_version(rows: ScoredRows) -> dict[str | None, ClassifierSums]:
    """Return the sums of each version's rows, sorted by version; None, for rows without one, last.

    An image that two versions answered counts once for each of them.

    Raises
    ------
    ValueError
        Where a labelled row has no predicted class.
    """
    codes, versions = pd.factorize(rows.table["version"], sort=True)
    if len(versions) == 0:
        return {None: sum_up(rows)} if len(rows) else {}
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(-1, len(versions)), side="right")
    found: dict[str | None, ClassifierSums] = {}
    for number, version in enumerate(versions):
        own = order[ends[number] : ends[number + 1]]
        found[str(version)] = _sum_up(rows.table.iloc[own])
    if ends[0]:
        found[None] = _sum_up(rows.table.iloc[order[: ends[0]]])
    return found


def merged(sums: Iterable[ClassifierSums]) -> ClassifierSums:
    """Return the sums of several sets of predictions together.

    Sums do not know which images they are of: an image in two sets, such as two days or two
    versions, counts once in each.
    """
    parts = tuple(sums)
    confusion: Counter[tuple[str, str]] = Counter()
    for part in parts:
        confusion.update(part.confusion)
    return ClassifierSums(
        predictions=sum(part.predictions for part in parts),
        confusion=dict(sorted(confusion.items())),
        images=sum(part.images for part in parts),
        right_images=math.fsum(part.right_images for part in parts),
        bins=_merged_bins([part.bins for part in parts if part.bins]),
        loss=LossSums(
            count=sum(part.loss.count for part in parts),
            total=math.fsum(part.loss.total for part in parts),
            squares=math.fsum(part.loss.squares for part in parts),
        ),
    )


def merged_by_version(
    sums: Iterable[Mapping[str | None, ClassifierSums]],
) -> dict[str | None, ClassifierSums]:
    """Return the sums of each version over several sets, sorted by version, None last."""
    gathered: dict[str | None, list[ClassifierSums]] = {}
    for part in sums:
        for version, own in part.items():
            gathered.setdefault(version, []).append(own)
    order = sorted(gathered, key=lambda version: (version is None, version or ""))
    return {version: merged(gathered[version]) for version in order}


def outside_unit_range(rows: ScoredRows) -> int:
    """Return how many labelled rows have a confidence that lies outside 0 to 1."""
    confidence = rows.labelled["confidence"].to_numpy(np.float64)
    return int(np.count_nonzero((confidence < 0) | (confidence > 1)))


def bin_edges() -> Numbers:
    """Return the `BINS` + 1 edges of the bins of confidences."""
    return np.linspace(0.0, 1.0, BINS + 1)


def _sum_up(table: pd.DataFrame) -> ClassifierSums:
    labelled = table["true"].notna().to_numpy()
    confusion, right = _confusion(table["true"][labelled], table["predicted"][labelled])
    images, right_images = _images(table["image"][labelled], right)
    return ClassifierSums(
        predictions=len(table),
        confusion=confusion,
        images=images,
        right_images=right_images,
        bins=_bins(table["confidence"].to_numpy(np.float64)[labelled], right),
        loss=_loss(table["probability"].to_numpy(np.float64)[labelled]),
    )


def _confusion(true: pd.Series, predicted: pd.Series) -> tuple[dict[tuple[str, str], int], Flags]:
    """Return the counts, sorted by true and predicted class, and which rows are right."""
    true_codes, true_names = pd.factorize(true)
    predicted_codes, predicted_names = pd.factorize(predicted)
    if (predicted_codes < 0).any():
        raise ValueError(
            f"{int((predicted_codes < 0).sum())} labelled rows have no predicted class. "
            "Expected rows with a prediction only."
        )
    width = max(len(predicted_names), 1)
    cells, counts = np.unique(true_codes * width + predicted_codes, return_counts=True)
    names = [(str(true_names[cell // width]), str(predicted_names[cell % width])) for cell in cells]
    same = np.array([one == other for one, other in names], dtype=np.bool_)
    right = np.isin(true_codes * width + predicted_codes, cells[same])
    return dict(sorted(zip(names, counts.tolist(), strict=True))), right


def _images(image: pd.Series, right: Flags) -> tuple[int, float]:
    codes, names = pd.factorize(image)
    known = codes >= 0
    asked = np.bincount(codes[known], minlength=len(names))
    answered = np.bincount(codes[known], weights=right[known], minlength=len(names))
    without = ~known
    parts = np.concatenate([answered / np.maximum(asked, 1), right[without].astype(np.float64)])
    return len(names) + int(without.sum()), math.fsum(parts.tolist())


def _bins(confidence: Numbers, right: Flags) -> tuple[ConfidenceBin, ...]:
    usable = (confidence >= 0) & (confidence <= 1)
    if not usable.any():
        return ()
    values, hits = confidence[usable], right[usable]
    # As scikit-learn's `calibration_curve`: a value on an edge belongs to the bin below it.
    codes = np.searchsorted(bin_edges()[1:-1], values)
    counts = np.bincount(codes, minlength=BINS)
    answered = np.bincount(codes[hits], minlength=BINS)
    return tuple(
        ConfidenceBin(
            count=int(counts[number]),
            confidence=math.fsum(values[codes == number].tolist()),
            right=int(answered[number]),
        )
        for number in range(BINS)
    )


def _loss(probability: Numbers) -> LossSums:
    usable = probability[(probability >= 0) & (probability <= 1)]
    losses = -np.log(np.clip(usable, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))
    return LossSums(
        count=len(losses),
        total=math.fsum(losses.tolist()),
        squares=math.fsum((losses * losses).tolist()),
    )


def _merged_bins(parts: list[tuple[ConfidenceBin, ...]]) -> tuple[ConfidenceBin, ...]:
    return tuple(
        ConfidenceBin(
            count=sum(one.count for one in same),
            confidence=math.fsum(one.confidence for one in same),
            right=sum(one.right for one in same),
        )
        for same in zip(*parts, strict=True)
    )
