"""Cells with images as the digests of their bytes, so that rows hold no image."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import pyarrow as pa

from jobs.job_file.names.logged_images import DIGEST_DIGITS
from jobs.predictions.cell_images.decoding import image_in
from jobs.times.timestamp_parts import Texts

# Takes in an image by its digest.
KeepImage = Callable[[str, bytes], None]

_NO_IMAGE = "no image: "
_SHOWN = 60


def digest_of(image: bytes) -> str:
    """Return the digest of an image's bytes."""
    return hashlib.blake2b(image, digest_size=DIGEST_DIGITS // 2).hexdigest()


def digests(cells: Iterable[str | bytes | None], keep: KeepImage | None = None) -> pa.StringArray:
    """Return the digest of the image in each cell; for a cell without one, what it holds.

    Parameters
    ----------
    keep
        Is given each image; without it they are let go at once.
    """
    return pa.array([_digest_in(cell, keep) for cell in cells], pa.string())


def _digest_in(cell: str | bytes | None, keep: KeepImage | None) -> str | None:
    if not cell:
        return None
    image = image_in(cell)
    if image is None:
        shown = cell if isinstance(cell, str) else cell.decode("utf-8", "backslashreplace")
        whole = "" if len(shown) <= _SHOWN else f"... ({digest_of(shown.encode())})"
        return f"{_NO_IMAGE}{shown[:_SHOWN]}{whole}"
    digest = digest_of(image)
    if keep is not None:
        keep(digest, image)
    return digest


def with_digests(table: Texts, column: str, keep: KeepImage | None = None) -> Texts:
    """Return a table with digests in place of a column's images."""
    if column not in table.column_names:
        return table
    place = table.column_names.index(column)
    cells = (cell.as_py() for chunk in table[column].chunks for cell in chunk)
    return table.set_column(place, column, pa.chunked_array([digests(cells, keep)]))
