"""Classes and confusions of the newest labels, beside those before."""

from __future__ import annotations

from collections.abc import Collection

from drift.model_quality.scoring.class_counts import class_counts, information
from drift.model_quality.scoring.intervals import share
from drift.model_quality.sums import ClassifierSums
from reports.findings.model_quality.scores import ClassScore, Confusion


def classes_beside(
    sums: ClassifierSums, before: ClassifierSums | None, known: Collection[str]
) -> tuple[ClassScore, ...]:
    """Return the classes, the worst recall first."""
    counts, part = class_counts(sums), information(sums)
    found = [
        ClassScore(
            name=name,
            labelled=int(counts.labelled[at]),
            predicted=int(counts.answered[at]),
            precision=share(counts.right[at], counts.answered[at], part)
            if counts.answered[at]
            else None,
            recall=share(counts.right[at], counts.labelled[at], part)
            if counts.labelled[at]
            else None,
            f1=None,
            known_to_model=name in known,
        )
        for at, name in enumerate(counts.names)
    ]
    return tuple(sorted(found, key=lambda one: (2 if one.recall is None else one.recall.value)))


def confusions_beside(
    sums: ClassifierSums, before: ClassifierSums | None
) -> tuple[Confusion, ...]:
    """Return nothing yet."""
    return ()
