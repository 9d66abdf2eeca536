"""Classes that several days spell differently, as one class.

A day's record spells a class as the model did on that day, and as labels do where the model did not
predict it then. Put together as they are, such days would have one class twice, and the mean over
classes would count it twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from drift.model_quality.detection.assembling.detector_classes import predicted_classes
from drift.model_quality.detection.assembling.gathered import GatheredBoxes
from drift.model_quality.detection.match_table import MatchTable, merge_tables
from drift.model_quality.detection.sums import DetectorDay, DetectorSums
from jobs.predictions.values.class_names import folded

_Versions = Mapping[str | None, DetectorSums]


def in_one_spelling(gathered: GatheredBoxes) -> GatheredBoxes:
    """Return the same with each class spelled as the model spelled it last.

    Where the model predicts two spellings among the images of one day, they are two classes and
    stay as they are.
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
        model_classes=frozenset(spellings.get(one, one) for one in gathered.model_classes),
    )


def _spellings(gathered: GatheredBoxes) -> dict[str, str]:
    """Return the other spelling of each class that gets one."""
    found: dict[str, list[str]] = {}
    said = {folded(name): name for name in sorted(gathered.model_classes)}
    two_classes = set[str]()
    for table in _tables(gathered):
        predicted = sorted(predicted_classes(table))
        folds = Counter(map(folded, predicted))
        two_classes |= {fold for fold, names in folds.items() if names > 1}
        said |= {folded(name): name for name in predicted}
        for name in table.classes:
            found.setdefault(folded(name), []).append(name)
    for name in sorted(gathered.model_classes):
        found.setdefault(folded(name), []).append(name)
    spellings: dict[str, str] = {}
    for fold, names in found.items():
        wanted = said.get(fold, names[-1])
        if fold not in two_classes:
            spellings |= {name: wanted for name in names if name != wanted}
    return spellings


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
    if classes == sums.table.classes:
        return sums
    table = replace(sums.table, classes=classes)
    # Labels may spell a class in two ways where the model does not predict it.
    return replace(
        sums, table=table if len(set(classes)) == len(classes) else merge_tables([table])
    )
