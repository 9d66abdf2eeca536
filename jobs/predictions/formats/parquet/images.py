"""Columns of Parquet that hold images: their digests in place of their bytes."""

from __future__ import annotations

import pyarrow as pa

from jobs.predictions.cell_images.digests import KeepImage, digests
from jobs.predictions.formats.parquet.texts import as_short_texts, with_inner
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.values.long_values import LONGEST_VALUE_BYTES
from jobs.times.timestamp_parts import Texts

# Data sets of Hugging Face keep an image as a struct of its bytes and its path.
_BYTES = "bytes"


def holds_images(name: str, images: str) -> bool:
    """Tell whether a column of the file is the one with the images, or a struct around it."""
    return images == name or images.startswith(f"{name}.")


def images_as_digests(
    name: str, column: Texts, needed: NeededColumns, keep: KeepImage | None
) -> dict[str, Texts]:
    """Return a column with images, and what else its structs hold, as texts.

    Structs around the images are left out, as their texts would hold the images once more.
    """
    images = needed.images or ""
    found: dict[str, Texts] = {}
    for inner, part in with_inner(name, column):
        is_struct = pa.types.is_struct(part.type)
        if inner == images and is_struct and _BYTES in {field.name for field in part.type}:
            images = f"{inner}.{_BYTES}"
        elif inner == images:
            found[needed.images or ""] = _digests(part, keep)
        elif not holds_images(inner, images):
            longest = None if needed.names(inner) else LONGEST_VALUE_BYTES
            found[inner] = as_short_texts(part, longest=longest)
    return found


def _digests(column: Texts, keep: KeepImage | None) -> Texts:
    cells = (cell.as_py() for chunk in column.chunks for cell in chunk)
    return pa.chunked_array([digests(map(_cell, cells), keep)])


def _cell(value: object) -> str | bytes | None:
    return value if isinstance(value, (str, bytes)) else None
