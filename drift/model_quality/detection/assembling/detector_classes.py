"""The classes that a detector predicts, and true boxes of classes that it never does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from drift.model_quality.detection.assembling.gathered import GatheredBoxes
from drift.model_quality.detection.match_table import MatchTable, merge_tables
from drift.model_quality.detection.sums import DetectorSums
from drift.model_quality.joining.spelling import Spelling
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
        said = set(gathered.model_classes) | set(gathered.reference_classes)
        sums = list(gathered.window_versions.values())
        for record in gathered.records:
            sums += record.versions.values()
        if gathered.reference is not None:
            sums.append(gathered.reference)
        for one in sums:
            said |= _predicted(one.table)
        return cls(said=frozenset(said))

    def respelled(self, sums: DetectorSums) -> DetectorSums:
        """Return sums with true classes spelled as the model does on other days.

        A day's record knows the spelling of that day alone. Classes that were predicted stay.
        """
        predicted, spelling = _predicted(sums.table), Spelling(self.said)
        names = [one if one in predicted else spelling.of(one) for one in sums.table.classes]
        if tuple(names) == sums.table.classes:
            return sums
        return replace(sums, table=merge_tables([replace(sums.table, classes=tuple(names))]))

    def respelled_scores(
        self, scores: Iterable[DetectedClassScore]
    ) -> tuple[DetectedClassScore, ...]:
        """Return the scores of classes with the model's names, of equal names the first."""
        spelling = Spelling(self.said)
        found: dict[str, DetectedClassScore] = {}
        for one in scores:
            name = one.name if one.predicted_boxes else spelling.of(one.name)
            found.setdefault(name, replace(one, name=name, known_to_model=name in self.said))
        return tuple(found.values())

    def unknown(self, tables: Sequence[MatchTable]) -> dict[str, int]:
        """Return the classes of true boxes that the model never predicts, and how many boxes."""
        counts = _true_counts(tables)
        return {name: counts[name] for name in sorted(counts) if name not in self.said}

    def know_none(self, tables: Sequence[MatchTable]) -> bool:
        """Tell whether true boxes name classes of which the model knows not one."""
        counts = _true_counts(tables)
        return bool(self.said and counts) and not any(name in self.said for name in counts)


def _predicted(table: MatchTable) -> set[str]:
    return {table.classes[code] for code in np.unique(table.class_code).tolist()}


def _true_counts(tables: Sequence[MatchTable]) -> Counter[str]:
    found: Counter[str] = Counter()
    for table in tables:
        counts = np.bincount(table.truth_class, table.truth_count, len(table.classes))
        for name, count in zip(table.classes, counts.tolist(), strict=True):
            if count:
                found[name] += round(count)
    return found
