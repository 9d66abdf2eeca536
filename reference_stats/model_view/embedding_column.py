"""Embeddings as a column of a table: each image's numbers as bytes of a fixed length."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_BYTES_OF_ONE = 2


def embedding_type(width: int) -> pa.DataType:
    """Return the type of a column of embeddings of so many numbers."""
    # At least one byte: Arrow knows no empty fixed width.
    return pa.binary(max(_BYTES_OF_ONE * width, 1))


def as_column(embeddings: NDArray[np.float16]) -> pa.Array:
    """Return embeddings of shape (images, width) as a column."""
    images, width = embeddings.shape
    content = np.ascontiguousarray(embeddings, dtype="<f2").tobytes()
    return pa.FixedSizeBinaryArray.from_buffers(
        embedding_type(width), images, [None, pa.py_buffer(content)]
    )


def from_column(column: pa.ChunkedArray) -> NDArray[np.float16]:
    """Return the embeddings of a column, shape (images, width).

    Raises
    ------
    ValueError
        If it is no column of embeddings.
    """
    if not pa.types.is_fixed_size_binary(column.type):
        raise ValueError(f"embeddings of the type {column.type}")
    width = column.type.byte_width // _BYTES_OF_ONE
    if not width:
        return np.zeros((len(column), 0), np.float16)
    parts = [
        np.frombuffer(chunk.buffers()[1], "<f2")[
            chunk.offset * width : (chunk.offset + len(chunk)) * width
        ]
        for chunk in column.chunks
        if len(chunk)
    ]
    joined = np.concatenate(parts) if parts else np.zeros(0, "<f2")
    return joined.astype(np.float16, copy=False).reshape(-1, width)
