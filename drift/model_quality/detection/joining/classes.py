"""The classes of predicted and true boxes, spelled as the model spells them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from drift.model_quality.joining.spelling import Spelling
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
    otherwise
        Which true boxes have a class that the model spells otherwise.
    is_one
        Whether all boxes are of one class, as predictions or labels have no classes at all.
    """

    names: tuple[str, ...]
    detected: Integers
    true: Integers
    otherwise: Flags
    is_one: bool

    @classmethod
    def of(cls, detected: pa.StringArray, true: pa.StringArray) -> BoxClasses:
        """Return the classes of all boxes."""
        nameless = [len(one) > 0 and one.null_count == len(one) for one in (detected, true)]
        if any(nameless):
            return cls(
                names=(ONE_CLASS_NAME,),
                detected=np.zeros(len(detected), np.int64),
                true=np.zeros(len(true), np.int64),
                otherwise=np.zeros(len(true), np.bool_),
                is_one=True,
            )
        spelling = Spelling(pc.unique(detected).drop_null().to_pylist())
        encoded = true.dictionary_encode()
        meant = [spelling.of(name) for name in encoded.dictionary.to_pylist()]
        spelled = pa.array(meant, pa.string()).take(encoded.indices)
        names = sorted({*spelling.classes, *meant})
        known = pa.array(names, pa.string())
        codes = [
            pc.fill_null(pc.index_in(one, value_set=known, skip_nulls=True), -1).to_numpy()
            for one in (detected, spelled)
        ]
        return cls(
            names=tuple(names),
            detected=codes[0].astype(np.int64),
            true=codes[1].astype(np.int64),
            otherwise=as_flags(pc.fill_null(pc.not_equal(spelled, true), False)),
            is_one=False,
        )
