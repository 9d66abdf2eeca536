"""Columns of bytes in a sample of a Parquet log: whether they hold images is all that matters."""

from __future__ import annotations

import base64

import pyarrow as pa

from jobs.predictions.cell_images.decoding import is_image
from jobs.times.timestamp_parts import Texts

ROWS_WITH_BYTES = 200
"""So many rows are looked at where each may hold an image."""

_BEGINNING_BYTES = 300


def is_bytes(kind: pa.DataType) -> bool:
    """Tell whether a column's values are bytes."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def holds_bytes(kind: pa.DataType) -> bool:
    """Tell whether a column's values are bytes, or structs with bytes in them."""
    if pa.types.is_struct(kind):
        return any(holds_bytes(field.type) for field in kind)
    return is_bytes(kind)


def begun_images(column: Texts) -> Texts:
    """Return the beginning of each image as base64; None for other bytes."""
    values = (cell.as_py() for chunk in column.chunks for cell in chunk)
    texts = [
        base64.b64encode(value[:_BEGINNING_BYTES]).decode() if value and is_image(value) else None
        for value in values
    ]
    return pa.chunked_array([pa.array(texts, pa.string())])
