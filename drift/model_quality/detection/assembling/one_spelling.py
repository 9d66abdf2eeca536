"""Classes that several days spell differently, as one class.

A day's record spells a class as the model did on that day, and as labels do where the model did not
predict it then. Put together as they are, such days would have one class twice, and the mean over
classes would count it twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from drift.model_quality.detection.assembling.gathered import GatheredBoxes
from drift.model_quality.detection.match_table import MatchTable
from drift.model_quality.detection.sums import DetectorDay, DetectorSums
from jobs.predictions.values.class_names import folded

_Versions = Mapping[str | None, DetectorSums]


def in_one_spelling(gathered: GatheredBoxes) -> GatheredBoxes:
    """Return the same with each class spelled as the model spelled it last.

    Where a single table tells two spellings apart, they are two classes and stay as they are.
    """
    spellings = _spellings(gathered)
    if not spellings:
        return gathered
    reference = gathered.reference
    return replace(
        gathered,
        records=tuple(_day(one, spellings) for one in gathered.records),
        window_versions=_versions(gathered.window_versions, spellings),
        reference=None if reference is None else _sums(reference, spellings),
        reference_classes=_names(gathered.reference_classes, spellings),
        model_classes=_names(gathered.model_classes, spellings),
    )


def _spellings(gathered: GatheredBoxes) -> dict[str, str]:
    """Return the other spelling of each class that gets one."""
    found: dict[str, list[str]] = {}
    said = {folded(name): name for name in sorted(_known(gathered))}
    two_classes = set[str]()
    for table in _tables(gathered):
        folds = Counter(map(folded, table.classes))
        two_classes |= {fold for fold, names in folds.items() if names > 1}
        for name in table.classes:
            found.setdefault(folded(name), []).append(name)
        codes = np.unique(table.class_code).tolist()
        said |= {folded(table.classes[code]): table.classes[code] for code in codes}
    for name in _known(gathered):
        found.setdefault(folded(name), []).append(name)
    spellings: dict[str, str] = {}
    for fold, names in found.items():
        wanted = said.get(fold, names[-1])
        if fold not in two_classes:
            spellings |= {name: wanted for name in names if name != wanted}
    return spellings


def _known(gathered: GatheredBoxes) -> frozenset[str]:
    return gathered.reference_classes | gathered.model_classes


def _tables(gathered: GatheredBoxes) -> Iterator[MatchTable]:
    """Yield the tables of matched boxes, the oldest first."""
    if gathered.reference is not None:
        yield gathered.reference.table
    for versions in (*(one.versions for one in gathered.records), gathered.window_versions):
        for version in sorted(versions, key=lambda name: name or ""):
            yield versions[version].table


def _day(day: DetectorDay, spellings: Mapping[str, str]) -> DetectorDay:
    return replace(
        day,
        versions=_versions(day.versions, spellings),
        classes=tuple(replace(one, name=spellings.get(one.name, one.name)) for one in day.classes),
    )


def _versions(versions: _Versions, spellings: Mapping[str, str]) -> dict[str | None, DetectorSums]:
    return {name: _sums(one, spellings) for name, one in versions.items()}


def _sums(sums: DetectorSums, spellings: Mapping[str, str]) -> DetectorSums:
    classes = tuple(spellings.get(name, name) for name in sums.table.classes)
    return replace(sums, table=replace(sums.table, classes=classes))


def _names(names: frozenset[str], spellings: Mapping[str, str]) -> frozenset[str]:
    return frozenset(spellings.get(name, name) for name in names)
