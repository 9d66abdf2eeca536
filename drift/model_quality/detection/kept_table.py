"""Match tables as values that JSON has, so that a day's table can be kept and merged with others.

Each column is the base64 of zlib of its little-endian numbers. Scores keep all their digits, as the
order of the predictions, and so AP, depends on them.
"""

from __future__ import annotations

import binascii
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.match_table import (
    COLUMNS,
    THRESHOLDS,
    MatchTable,
    cells_of,
)

MOST_ROWS = 2_000_000
"""A kept table of more predictions, true boxes or images is not unpacked."""
_MOST_LEFT_OUT = 10**12
# Overlaps have 24 bits, and may lie beside 0.5 and 1 by rounding.
_LEAST, _MOST = 0.4999, 1.0001


def keep_table(table: MatchTable) -> dict[str, Any]:
    """Write the table as values of JSON; the same table always gives the same."""
    return {
        "images": table.images,
        "classes": list(table.classes),
        "left_out": table.left_out,
        "columns": {name: _written(getattr(table, name)) for name in COLUMNS},
    }


def kept_table(values: Mapping[str, Any]) -> MatchTable:
    """Read the table that `keep_table` wrote.

    Raises
    ------
    ValueError
        The values are not such a table, or one of more than `MOST_ROWS` boxes or images, which
        is not unpacked.
    """
    try:
        columns = {name: _read(values["columns"][name], kind) for name, kind in COLUMNS.items()}
        table = MatchTable(
            images=_count(values["images"], MOST_ROWS),
            classes=tuple(_name(name) for name in values["classes"]),
            left_out=_count(values["left_out"], _MOST_LEFT_OUT),
            **columns,
        )
        _check(table)
    except (KeyError, TypeError, AttributeError, binascii.Error, zlib.error) as error:
        raise ValueError(
            f"a kept table of matched boxes cannot be read: {type(error).__name__}: {error}. "
            "Expected what keep_table writes."
        ) from error
    return table


def _written(column: NDArray[Any]) -> str:
    data = zlib.compress(column.astype(column.dtype.newbyteorder("<")).tobytes(), 1)
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _read(text: str, kind: type[np.generic]) -> NDArray[Any]:
    stored = np.dtype(kind).newbyteorder("<")
    most = MOST_ROWS * stored.itemsize
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(binascii.a2b_base64(text, strict_mode=True), most + 1)
    if len(data) > most:
        raise TypeError(f"a column has more than {MOST_ROWS:,} numbers")
    if not unpacker.eof or unpacker.unused_data:
        raise TypeError("a column is cut off, or something stands behind it")
    return np.frombuffer(data, stored).astype(kind)


def _count(value: object, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise TypeError(f"{str(value)[:40]!r} is no count up to {most:,}")
    return value


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is no name of a class")
    return value


def _check(table: MatchTable) -> None:
    """Refuse numbers that no matching gives: what is computed of them would be no score."""
    found = table.hits & 1 != 0
    overlap = table.overlap[found]
    cells = cells_of(table.image, table.class_code, len(table.classes))
    true = cells_of(table.truth_image, table.truth_class, len(table.classes))
    every = (1 << len(THRESHOLDS)) - 1
    faults = {
        "a class is named twice": len(set(table.classes)) < len(table.classes),
        "a score is no finite number": not np.isfinite(table.score).all(),
        "a match is at no threshold": ((table.hits | table.ignored) > every).any(),
        "a match counts and is ignored": (table.hits & table.ignored).any(),
        "a match has no overlap, or another box has one": (
            (np.isnan(table.overlap) == found).any()
        ),
        "an overlap lies outside 0.5 to 1": ((overlap < _LEAST) | (overlap > _MOST)).any(),
        "a count of true boxes is below 1": (table.truth_count < 1).any(),
        "the predictions are not in order of their scores": (
            ((np.diff(cells) == 0) & (np.diff(table.score) > 0)).any()
        ),
        "the true boxes are not in order of image and class": (np.diff(true) <= 0).any(),
    }
    for reason, is_so in faults.items():
        if is_so:
            raise TypeError(reason)
