"""The columns of a Parquet row group, side by side in pieces of bounded bytes.

A file says how large a column is as it is stored, and not as it is in memory: a text that stands
once in a dictionary, and a million times in its column, takes the space of one. Such columns are
read as the dictionaries that they are, and where that cannot be (in columns of structs and lists),
or where a column is large, a few rows are read at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from jobs.times.timestamp_parts import Flags, Texts

MOST_ROWS = 65_536
_PIECE_BYTES = 128 << 20
# A column that can take more is read for itself, and few rows of it at once: a single value may be
# nearly as large as all of it.
_COLUMN_BYTES = 64 << 20
_FEW_ROWS = 512
_FEWEST_ROWS = 32
# A single image may be larger than all other values of its row.
_FEWEST_IMAGES = 8
_BUFFER_BYTES, _SMALLEST_BUFFER_BYTES = 1 << 20, 1 << 14
_BUFFERS_BYTES = 64 << 20
_DICTIONARIES = {"PLAIN_DICTIONARY", "RLE_DICTIONARY"}
# In these a column's values take no less than in memory, but for a few bytes.
_AS_LARGE = {"PLAIN", "RLE", "BIT_PACKED", "DELTA_LENGTH_BYTE_ARRAY"}
_FIXED = {"BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE"}
_VALUE_BYTES = 16
_OBJECTS_FACTOR = 8

# A column's name and rows of it: the columns of text that become of them.
Conversion = Callable[[str, Texts], Mapping[str, Texts]]


def open_parquet(
    source: Path | pa.NativeFile,
    *,
    verify: bool,
    metadata: parquet.FileMetaData | None = None,
    dictionaries: Sequence[str] = (),
    columns: int = 1,
) -> parquet.ParquetFile:
    """Open a file such that no whole column is read ahead.

    Parameters
    ----------
    verify
        Whether checksums of pages are compared, where there are some.
    metadata
        The file's footer, if it was read before.
    dictionaries
        Columns to read as dictionaries.
    columns
        How many are read side by side.
    """
    buffer = max(_SMALLEST_BUFFER_BYTES, min(_BUFFER_BYTES, _BUFFERS_BYTES // max(1, columns)))
    return parquet.ParquetFile(
        source,
        metadata=metadata,
        read_dictionary=list(dictionaries),
        buffer_size=buffer,
        pre_buffer=False,
        page_checksum_verification=verify,
    )


class GroupColumns:
    """Some columns of one row group, read from its first row on.

    Parameters
    ----------
    source, metadata, verify
        The file, its footer, and whether its pages' checksums are compared.
    names
        The columns, in the file's order.
    images
        Those that hold images, which are read few at once, and never as a dictionary.
    """

    def __init__(
        self,
        source: Path | pa.NativeFile,
        metadata: parquet.FileMetaData,
        group: int,
        names: Sequence[str],
        *,
        verify: bool,
        images: Collection[str] = (),
    ) -> None:
        self._names = list(names)
        stored = _stored_columns(metadata, group, names, images)
        self._file = open_parquet(
            source,
            verify=verify,
            metadata=metadata,
            dictionaries=[one.name for one in stored if one.is_dictionary],
            columns=len(names),
        )
        usual = [one for one in stored if one.is_usual]
        together = [_Cursor(self._file, group, [one.name for one in usual], _rows_of_all(usual))]
        self._cursors = together[: len(usual)] + [
            _Cursor(self._file, group, [one.name], one.rows_at_once)
            for one in stored
            if not one.is_usual
        ]

    def read(self, start: int, wanted: Flags, convert: Conversion) -> dict[str, Texts]:
        """Return some of the rows from `start` on, which is behind all rows read before.

        Parameters
        ----------
        wanted
            Which of the rows from `start` on are returned.
        convert
            What is made of each piece of a column, before the next is read.
        """
        found: dict[str, list[Mapping[str, Texts]]] = {name: [] for name in self._names}
        for cursor in self._cursors:
            for position, piece in cursor.pieces(start, start + len(wanted)):
                rows = np.flatnonzero(wanted[position - start :][: len(piece)])
                if not len(rows):
                    continue
                chosen = piece if len(rows) == len(piece) else piece.take(pa.array(rows))
                for name in cursor.names:
                    column = pa.chunked_array([chosen.column(name)])
                    found[name].append(convert(name, column))
        return {
            inner: pa.chunked_array([chunk for piece in pieces for chunk in piece[inner].chunks])
            for pieces in found.values()
            for inner in pieces[0]
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _Cursor:
    """Reads some columns together, always so many rows at once."""

    def __init__(
        self, file: parquet.ParquetFile, group: int, names: Sequence[str], rows: int
    ) -> None:
        self.names = names
        self._batches = file.iter_batches(rows, row_groups=[group], columns=list(names))
        self._batch: pa.RecordBatch | None = None
        self._start = 0

    def pieces(self, start: int, stop: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield the rows of ``[start, stop)`` in pieces, each with the place of its first row."""
        position = start
        while position < stop:
            batch = self._batch
            if batch is None or self._start + len(batch) <= position:
                self._advance()
                continue
            piece = batch.slice(position - self._start, stop - position)
            yield position, piece
            position += len(piece)

    def _advance(self) -> None:
        if self._batch is not None:
            self._start += len(self._batch)
        self._batch = None
        self._batch = next(self._batches, None)
        if self._batch is None:
            raise pa.ArrowInvalid("a column has fewer rows than its row group")


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoredColumn:
    """How a column is stored in a row group, and how much of it may be read at once.

    Attributes
    ----------
    rows
        Rows of the group.
    is_dictionary
        Whether it is read as a dictionary.
    largest_bytes
        What the group's whole column can take in memory.
    is_fixed
        Whether each row takes the same few bytes.
    fewest
        So many rows are read at once even where they are large.
    """

    name: str
    rows: int
    is_dictionary: bool
    largest_bytes: int
    is_fixed: bool
    fewest: int

    @property
    def is_usual(self) -> bool:
        """Whether it can be read beside others, many rows at once."""
        return self.is_fixed or self.largest_bytes <= _COLUMN_BYTES

    @property
    def rows_at_once(self) -> int:
        """How many of its rows are read at once, where it is not usual."""
        fitting = _COLUMN_BYTES * self.rows // self.largest_bytes
        return int(min(_FEW_ROWS, max(self.fewest, fitting)))


def _rows_of_all(columns: Sequence[_StoredColumn]) -> int:
    """Return how many rows of usual columns are read at once, by what they take on average."""
    row_bytes = sum(one.largest_bytes / max(1, one.rows) for one in columns)
    return int(min(MOST_ROWS, max(_FEW_ROWS, _PIECE_BYTES // max(1, row_bytes))))


def _stored_columns(
    metadata: parquet.FileMetaData, group: int, names: Sequence[str], images: Collection[str]
) -> list[_StoredColumn]:
    stored = metadata.row_group(group)
    parts: dict[str, list[int]] = {name: [] for name in names}
    for position in range(stored.num_columns):
        outer = _outer_of(metadata.schema.column(position).path, parts)
        if outer is not None:
            parts[outer].append(position)
    return [
        _stored_column(metadata, stored, name, positions, is_image=name in images)
        for name, positions in parts.items()
    ]


def _outer_of(path: str, names: Mapping[str, object]) -> str | None:
    """Return the column that a stored one belongs to; several belong to one of structs or lists."""
    parts = path.split(".")
    outer = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((one for one in outer if one in names), None)


def _stored_column(
    metadata: parquet.FileMetaData,
    group: parquet.RowGroupMetaData,
    name: str,
    positions: Sequence[int],
    *,
    is_image: bool,
) -> _StoredColumn:
    chunks = [group.column(position) for position in positions]
    is_flat = len(chunks) == 1 and chunks[0].path_in_schema == name
    is_text = is_flat and chunks[0].physical_type == "BYTE_ARRAY"
    is_packed = is_text and not _DICTIONARIES.isdisjoint(chunks[0].encodings)
    is_dictionary = is_packed and not is_image
    largest = sum(
        _largest_bytes(
            chunk,
            max(group.num_rows, chunk.num_values),
            metadata.schema.column(position).length,
            as_dictionary=is_dictionary,
        )
        for chunk, position in zip(chunks, positions, strict=True)
    )
    return _StoredColumn(
        name=name,
        rows=group.num_rows,
        is_dictionary=is_dictionary,
        # Structs and lists become objects of Python's on their way to texts.
        largest_bytes=largest * (1 if is_flat else _OBJECTS_FACTOR),
        is_fixed=is_flat and chunks[0].physical_type in _FIXED,
        fewest=_FEWEST_IMAGES if is_image else _FEWEST_ROWS,
    )


def _largest_bytes(
    chunk: parquet.ColumnChunkMetaData, values: int, length: int, *, as_dictionary: bool
) -> int:
    """Return how many bytes the values of a stored column can take in memory."""
    if chunk.physical_type != "BYTE_ARRAY":
        return max(_VALUE_BYTES, length or 0) * values
    if as_dictionary or _AS_LARGE.issuperset(chunk.encodings):
        return int(chunk.total_uncompressed_size) + _VALUE_BYTES * values
    return int(chunk.total_uncompressed_size) * values
