"""Whether other files explain a drift: then images of one kind have not moved as far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.compare import Comparison
from drift.observations.file_differences import count_files, file_differences, saying_of
from drift.observations.reference.copies import without_copies
from drift.remarks.facts import RunData
from reference_stats.file_facts.column import FileColumn
from reports.findings.answers import State
from reports.findings.columns import Finding
from reports.findings.remarks import Remark, RemarkWeight

_CODE = "files_differ"
# Fewer images of one kind on a side show nothing.
_ENOUGH = 30
# A feature moved whatever the files are, where images of one kind moved by so much of its shift.
_AS_FAR = 2 / 3
_NOT_IT = "Images of the same kind of file have moved as far: this is not what moved them."


def settled_causes(
    remarks: Iterable[Remark], data: RunData, comparison: Comparison
) -> Iterator[Remark]:
    """Yield the remarks; other files are no cause where images of one kind moved as far."""
    for remark in remarks:
        if remark.code == _CODE and moved_within_kinds(data, comparison):
            text = f"{remark.text} {_NOT_IT}"
            yield replace(remark, text=text, weight=RemarkWeight.NOTE, headline="")
        else:
            yield remark


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """The images of one kind on both sides, as places in their features."""

    reference: NDArray[np.int64]
    current: NDArray[np.int64]


def moved_within_kinds(data: RunData, comparison: Comparison) -> bool:
    """Tell whether most drifted features moved as far among images of one kind of file.

    Of one kind are images that are alike in all in which the two sides' files differ. Where no
    kind has 30 images on either side, nothing is known, and the answer is no.
    """
    drifted = [one for one in comparison.findings if _is_drifted_feature(one, data)]
    kinds = _kinds(data)
    if not drifted or not kinds:
        return False
    return 2 * sum(_moved_as_far(one, data, kinds) for one in drifted) > len(drifted)


def _is_drifted_feature(finding: Finding, data: RunData) -> bool:
    is_feature = finding.name in data.window.features and finding.name in data.profile.features
    return is_feature and finding.state is State.DRIFT and finding.direction in {"up", "down"}


def _kinds(data: RunData) -> list[_Kind]:
    then, now = without_copies(data.profile).files, data.window.files_of_images()
    if then is None:
        return []
    found = file_differences(count_files(then), count_files(now))
    traits = [one.trait for one in found]
    reference, current = _places(FileColumn.of(then), traits), _places(now, traits)
    return [
        _Kind(reference=reference[key], current=current[key])
        for key in reference
        if key in current and min(len(reference[key]), len(current[key])) >= _ENOUGH
    ]


def _places(files: FileColumn, traits: Sequence[str]) -> dict[tuple[str, ...], NDArray[np.int64]]:
    codes: dict[tuple[str, ...], list[int]] = {}
    for file in files.counts():
        if file is not None:
            key = tuple(str(saying_of(trait, file)) for trait in traits)
            codes.setdefault(key, []).append(files.kinds.index(file))
    return {key: np.flatnonzero(np.isin(files.codes, own)) for key, own in codes.items()}


def _moved_as_far(finding: Finding, data: RunData, kinds: Sequence[_Kind]) -> bool:
    then = _values(without_copies(data.profile).features, finding.name)
    now = _values(data.window.pictures, finding.name)
    # That of the values that were compared: without grey levels that are clipped, for one.
    spread = finding.reference.std if finding.reference is not None else None
    if not spread:
        return False
    weights = [len(kind.current) for kind in kinds]
    shifts = [
        float(np.mean(now[kind.current]) - np.mean(then[kind.reference])) / spread for kind in kinds
    ]
    shift = float(np.average(shifts, weights=weights))
    sign = 1 if finding.direction == "up" else -1
    return sign * shift >= _AS_FAR * abs(finding.effect or 0.0)


def _values(features: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return features[name].to_numpy(dtype="float64")
