"""How well each class is told."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from drift.model_quality.scoring.class_counts import class_counts, information
from drift.model_quality.scoring.intervals import Numbers, wilson
from drift.model_quality.sums import ClassifierSums
from reports.findings.model_quality.scores import ClassScore, Estimate

FEW_LABELS = 5
"""Classes with fewer labels are never called the worst: they stand behind the others."""


def classes_of(
    sums: ClassifierSums, before: ClassifierSums | None, known: Collection[str]
) -> tuple[ClassScore, ...]:
    """Return the scores of every class that labels or answers name, the worst recall first.

    First come classes of at least `FEW_LABELS` labels, then those of fewer, then those of none. In
    each group a class is the worse the lower its recall can at most be, which is the upper end of
    its interval, so that a class of many labels and a low recall stands before one that chance may
    have made bad; ties by more labels, then by name.

    Precision and recall have Wilson's intervals. So has F1: with q the share of right ones among
    the predictions that are truly of the class or were called so, F1 is ``2 q / (1 + q)``.

    Parameters
    ----------
    before
        What the recall is compared with, in `ClassScore.recall_before`; None where nothing is.
    known
        The classes that the model is known to answer with, beside those it answers with here.
    """
    counts, part = class_counts(sums), information(sums)
    precision = _shares(counts.right, counts.answered, part)
    recall = _shares(counts.right, counts.labelled, part)
    tried = counts.labelled + counts.answered - counts.right
    overlap = _shares(counts.right, tried, part)
    earlier = {} if before is None else _recalls(before)
    found = [
        ClassScore(
            name=name,
            labelled=int(counts.labelled[place]),
            predicted=int(counts.answered[place]),
            precision=precision[place],
            recall=recall[place],
            f1=_f1(overlap[place]) if counts.labelled[place] and counts.answered[place] else None,
            recall_before=earlier.get(name),
            known_to_model=bool(counts.answered[place]) or name in known,
        )
        for place, name in enumerate(counts.names)
    ]
    return tuple(sorted(found, key=_place))


def _recalls(sums: ClassifierSums) -> dict[str, Estimate]:
    counts = class_counts(sums)
    recall = _shares(counts.right, counts.labelled, information(sums))
    pairs = zip(counts.names, recall, strict=True)
    return {name: found for name, found in pairs if found is not None}


def _shares(right: Numbers, count: Numbers, part: float) -> list[Estimate | None]:
    """Return the share of each class, None where there is nothing to share."""
    low, high = wilson(right * part, np.maximum(count, 1) * part)
    return [
        Estimate(value=float(right[place] / size), low=float(low[place]), high=float(high[place]))
        if size
        else None
        for place, size in enumerate(count.tolist())
    ]


def _f1(overlap: Estimate | None) -> Estimate | None:
    if overlap is None or overlap.low is None or overlap.high is None:
        return None
    low, value, high = (2 * q / (1 + q) for q in (overlap.low, overlap.value, overlap.high))
    return Estimate(value=value, low=low, high=high)


def _place(one: ClassScore) -> tuple[int, float, int, str]:
    if one.recall is None or one.recall.high is None:
        return (2, 0.0, 0, one.name)
    return (int(one.labelled < FEW_LABELS), one.recall.high, -one.labelled, one.name)
