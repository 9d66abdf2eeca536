"""Texts of a log as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.timestamp_parts import Flags, Texts

_NO_VALUE = pa.array(["", "-", "n/a", "na", "nan", "none", "null"])
_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    values
        NaN where the text is missing or unreadable.
    readable
        Whether the text is a finite number or missing (empty, ``nan``, ``null``, ``none``...).
    """

    values: npt.NDArray[np.float64]
    readable: Flags


def read_numbers(texts: Texts) -> Numbers:
    """Return a column of texts as numbers."""
    trimmed = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
    if isinstance(trimmed, pa.ChunkedArray):
        trimmed = trimmed.combine_chunks()
    missing = pc.is_in(pc.utf8_lower(trimmed), value_set=_NO_VALUE)
    written = pc.match_substring_regex(trimmed, _NUMBER)
    unsigned = pc.if_else(
        pc.starts_with(trimmed, "+"), pc.utf8_slice_codeunits(trimmed, 1), trimmed
    )
    numeric = pc.if_else(written, unsigned, pa.scalar(None, pa.string())).cast(pa.float64())
    values = pc.fill_null(numeric, float("nan")).to_numpy(zero_copy_only=False)
    readable = missing.to_numpy(zero_copy_only=False) | np.isfinite(values)
    return Numbers(values=np.where(np.isfinite(values), values, np.nan), readable=readable)
