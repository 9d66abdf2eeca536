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

from drift.model_quality.detection.match_table import COLUMNS, MatchTable


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
        The values are not such a table.
    """
    try:
        columns = {name: _read(values["columns"][name], kind) for name, kind in COLUMNS.items()}
        table = MatchTable(
            images=int(values["images"]),
            classes=tuple(str(name) for name in values["classes"]),
            left_out=int(values["left_out"]),
            **columns,
        )
    except (KeyError, TypeError, AttributeError, binascii.Error, zlib.error) as error:
        raise ValueError(
            f"a kept table of matched boxes cannot be read: {type(error).__name__}: {error}. "
            "Expected what keep_table writes."
        ) from error
    return table


def _written(column: NDArray[Any]) -> str:
    data = zlib.compress(column.astype(column.dtype.newbyteorder("<")).tobytes(), 6)
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _read(text: str, kind: type[np.generic]) -> NDArray[Any]:
    data = zlib.decompress(binascii.a2b_base64(text, strict_mode=True))
    return np.frombuffer(data, np.dtype(kind).newbyteorder("<")).astype(kind)
