"""The classes that a detector predicts, and true boxes of classes that it never does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from drift.model_quality.detection.assembling.gathered import GatheredBoxes
from drift.model_quality.detection.match_table import MatchTable
from reports.findings.model_quality.detection import DetectedClassScore


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorClasses:
    """The model's classes.

    Attributes
    ----------
    said
        As the model spells them, wherever it is known to have predicted a box.
    """

    said: frozenset[str]

    @classmethod
    def of(cls, gathered: GatheredBoxes) -> Self:
        """Return the classes of all boxes that are known, labelled images' or not."""
        said = set(gathered.model_classes)
        sums = list(gathered.window_versions.values())
        for record in gathered.records:
            sums += record.versions.values()
        if gathered.reference is not None:
            sums.append(gathered.reference)
        for one in sums:
            said |= predicted_classes(one.table)
        return cls(said=frozenset(said))

    def marked(self, scores: Iterable[DetectedClassScore]) -> tuple[DetectedClassScore, ...]:
        """Return the scores of classes with whether the model knows each; of equal names the first.

        Labels may spell a class in two ways on a day on which the model does not predict it.
        """
        found: dict[str, DetectedClassScore] = {}
        for one in scores:
            found.setdefault(one.name, replace(one, known_to_model=one.name in self.said))
        return tuple(found.values())

    def unknown(self, tables: Sequence[MatchTable]) -> dict[str, int]:
        """Return the classes of true boxes that the model never predicts, and how many boxes."""
        counts = _true_counts(tables)
        return {name: counts[name] for name in sorted(counts) if name not in self.said}

    def know_none(self, tables: Sequence[MatchTable]) -> bool:
        """Tell whether true boxes name classes of which the model knows not one."""
        counts = _true_counts(tables)
        return bool(self.said and counts) and not any(name in self.said for name in counts)


def predicted_classes(table: MatchTable) -> set[str]:
    """Return the classes of a table's predictions."""
    return {table.classes[code] for code in np.unique(table.class_code).tolist()}


def _true_counts(tables: Sequence[MatchTable]) -> Counter[str]:
    found: Counter[str] = Counter()
    for table in tables:
        counts = np.bincount(table.truth_class, table.truth_count, len(table.classes))
        for name, count in zip(table.classes, counts.tolist(), strict=True):
            if count:
                found[name] += round(count)
    return found
