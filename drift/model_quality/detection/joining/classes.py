"""The classes of predicted and true boxes, spelled as the model spells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from drift.model_quality.joining.spelling import Spelling
from jobs.predictions.values.class_names import folded
from jobs.times.timestamp_parts import Flags, Integers, as_flags

ONE_CLASS_NAME = "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxClasses:
    """The classes of boxes as codes.

    Attributes
    ----------
    names
        In the order of their codes.
    detected, true
        The code of each box; -1 where it has no class.
    spellings
        How the model spells each class that labels spell otherwise.
    one_of_two
        Which predicted boxes have a class that the model itself spells in two ways.
    is_one
        Whether all boxes are of one class, as predictions or labels have no classes at all.
    """

    names: tuple[str, ...]
    detected: Integers
    true: Integers
    spellings: Mapping[str, str]
    one_of_two: Flags
    is_one: bool

    @classmethod
    def of(cls, detected: pa.StringArray, true: pa.StringArray) -> BoxClasses:
        """Return the classes of all boxes.

        Classes of the model that differ in their spelling alone are one, such as those of two
        versions, unless labels spell them in two ways as well.
        """
        nameless = [len(one) > 0 and one.null_count == len(one) for one in (detected, true)]
        if any(nameless):
            return cls(
                names=(ONE_CLASS_NAME,),
                detected=np.zeros(len(detected), np.int64),
                true=np.zeros(len(true), np.int64),
                spellings={},
                one_of_two=np.zeros(len(detected), np.bool_),
                is_one=True,
            )
        said = _in_one_spelling(detected, true)
        spelling = Spelling(pc.unique(said).drop_null().to_pylist())
        encoded = true.dictionary_encode()
        spelled_as = {name: spelling.of(name) for name in encoded.dictionary.to_pylist()}
        meant = list(spelled_as.values())
        spelled = pa.array(meant, pa.string()).take(encoded.indices)
        names = sorted({*spelling.classes, *meant})
        known = pa.array(names, pa.string())
        codes = [
            pc.fill_null(pc.index_in(one, value_set=known, skip_nulls=True), -1).to_numpy()
            for one in (said, spelled)
        ]
        return cls(
            names=tuple(names),
            detected=codes[0].astype(np.int64),
            true=codes[1].astype(np.int64),
            spellings={name: own for name, own in spelled_as.items() if name != own},
            one_of_two=as_flags(pc.fill_null(pc.not_equal(said, detected), False)),
            is_one=False,
        )


def _in_one_spelling(detected: pa.StringArray, true: pa.StringArray) -> pa.StringArray:
    """Return predicted classes, each in the spelling that the model uses most often."""
    encoded = detected.dictionary_encode()
    names = encoded.dictionary.to_pylist()
    counts = np.bincount(encoded.indices.drop_null().to_numpy(), minlength=len(names))
    by_fold: dict[str, list[str]] = {}
    for _, name in sorted(zip((-counts).tolist(), names, strict=True)):
        by_fold.setdefault(folded(name), []).append(name)
    if len(by_fold) == len(names):
        return detected
    labelled = set(pc.unique(true).drop_null().to_pylist())
    spelling = {name: name for name in names}
    for alike in by_fold.values():
        if len(labelled.intersection(alike)) < 2:
            spelling |= dict.fromkeys(alike, alike[0])
    return pa.array([spelling[name] for name in names], pa.string()).take(encoded.indices)
