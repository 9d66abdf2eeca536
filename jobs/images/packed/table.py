"""The images in a column of a Parquet file, known by the column beside it."""

from __future__ import annotations

import io
import threading
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
from pyarrow import compute, parquet

from jobs.errors import ObjectError, ObjectTooLargeError
from jobs.images.packed.local import SpoolFile, most_unpacked
from jobs.images.packed.members import MOST_MEMBERS, Members, too_many
from jobs.images.packed.names import without_dot
from jobs.images.packed.sources import ShardSource
from jobs.images.packed.table_columns import TableColumns, TableKeys, not_unique, table_columns

_PIECE_BYTES = 64 << 20
_MOST_ROWS = 4096
_BUFFER_BYTES = 1 << 20
_LARGEST_FOOTER = 64 << 20
_DICTIONARIES = {"PLAIN_DICTIONARY", "RLE_DICTIONARY"}
_ABSENT = (-1, -1)
_TOO_LARGE = -2


class TableMembers(Members):
    """The rows of a Parquet file as members, by the values of a column or by their numbers.

    Of several rows with one name the last one counts. A row whose image is null is no member. The
    images that are expected are put into a file of this machine when the first one of their row
    group is asked for.

    Parameters
    ----------
    source
        The file's bytes.
    keys
        Which columns the job file names.
    folder
        Where images are put.
    most_bytes
        An image of more bytes is not put there; only its size is known.

    Raises
    ------
    ObjectError
        If it is no Parquet file, or it cannot be told which columns are meant.
    """

    def __init__(self, source: ShardSource, keys: TableKeys, folder: Path, most_bytes: int) -> None:
        self._url = source.url
        self._lock = threading.Lock()
        self._most_bytes = most_bytes
        self._places: dict[str, tuple[int, int]] = {}
        self._expected: dict[int, set[int]] = {}
        with _explained(self._url):
            self._file = _opened(source)
            schema, metadata = self._file.schema_arrow, self._file.metadata
        if metadata.num_rows > MOST_MEMBERS:
            raise too_many(self._url)
        columns = table_columns(schema, keys, self._url)
        groups = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
        self._first_rows = list(accumulate(groups, initial=0))
        with _explained(self._url):
            if self._first_rows[-1] != metadata.num_rows:
                raise pa.ArrowInvalid("its row groups have more or fewer rows than it should")
            self._rows = {} if columns.names is None else _rows_by_name(self._file, columns)
        if columns.is_guess and len(self._rows) < metadata.num_rows:
            raise not_unique(columns, schema, self._url)
        if columns.is_inside and not self._rows:
            columns = replace(columns, names=None)
        if columns.names is None:
            self._rows = {str(row): row for row in range(metadata.num_rows)}
        self._columns = columns
        self._spool = SpoolFile(self._url, folder, most_unpacked(source.size))

    @property
    def disk_bytes(self) -> int:
        """How much of the temporary disk the images take."""
        return self._spool.size

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rows)

    def __iter__(self) -> Iterator[str]:
        """Yield their names."""
        return iter(self._rows)

    def share_of(self, names: Iterable[str]) -> float:
        """Return the share of the rows: how large images are is known only once they are read."""
        return sum(name in self._rows for name in names) / max(1, len(self._rows))

    def expect(self, names: Collection[str]) -> None:
        """Take in which rows will be read next."""
        with self._lock:
            self._expected = {}
            for name in names:
                row = self._rows.get(name)
                if row is not None and name not in self._places:
                    group = bisect_right(self._first_rows, row) - 1
                    self._expected.setdefault(group, set()).add(row)

    def size_of(self, name: str) -> int | None:
        """Return the size of an image, which is put into the file for that."""
        place = self._place(name)
        return None if place == _ABSENT else place[1]

    def read(self, name: str) -> bytes:
        """Return the bytes of an image."""
        place = self._place(name)
        if place[0] == _TOO_LARGE:
            raise ObjectTooLargeError(f"{self._url}#{name}", place[1], self._most_bytes, "")
        return self._spool.read(place)

    def _place(self, name: str) -> tuple[int, int]:
        place = self._places.get(name)
        if place is not None:
            return place
        if name not in self._rows:
            return _ABSENT
        with self._lock:
            if name not in self._places:
                row = self._rows[name]
                group = bisect_right(self._first_rows, row) - 1
                with _explained(self._url):
                    self._spool_rows(group, {*self._expected.pop(group, set()), row})
            return self._places.get(name, _ABSENT)

    def _spool_rows(self, group: int, rows: set[int]) -> None:
        """Put the images of some rows of one group into the file."""
        first, last = self._first_rows[group], max(rows)
        columns = [one for one in (self._columns.images, self._columns.names) if one is not None]
        batches = self._file.iter_batches(
            batch_size=_rows_at_once(self._file.metadata.row_group(group), self._columns.images),
            row_groups=[group],
            columns=columns,
        )
        for batch in batches:
            chosen = [row - first for row in rows if first <= row < first + batch.num_rows]
            if chosen:
                self._add(batch, sorted(chosen), first)
            first += batch.num_rows
            if first > last:
                return

    def _add(self, batch: pa.RecordBatch, chosen: list[int], first: int) -> None:
        picked = batch.take(pa.array(chosen, pa.int64()))
        images = _column(picked, self._columns.images).to_pylist()
        names = _names(picked, self._columns, first, chosen)
        kept = [
            (name, image)
            for name, image in zip(names, images, strict=True)
            if name is not None and image is not None
        ]
        small = [(name, image) for name, image in kept if len(image) <= self._most_bytes]
        places = self._spool.add(image for _, image in small)
        # Only now, and each once: other threads look for a place without the lock.
        self._places.update(zip((name for name, _ in small), places, strict=True))
        large = [(name, len(image)) for name, image in kept if len(image) > self._most_bytes]
        self._places.update((name, (_TOO_LARGE, size)) for name, size in large)


def _opened(source: ShardSource) -> parquet.ParquetFile:
    return parquet.ParquetFile(
        pa.PythonFile(_SourceFile(source), mode="r"),
        buffer_size=_BUFFER_BYTES,
        pre_buffer=False,
        page_checksum_verification=True,
    )


def _rows_by_name(file: parquet.ParquetFile, columns: TableColumns) -> dict[str, int]:
    """Return the row of each name, the last where several have it."""
    found: dict[str, int] = {}
    at = 0
    for batch in file.iter_batches(batch_size=_MOST_ROWS, columns=[columns.names]):
        numbers = list(range(batch.num_rows))
        names = enumerate(_names(batch, columns, at, numbers), start=at)
        found.update((name, row) for row, name in names if name is not None)
        at += batch.num_rows
    return found


def _names(
    batch: pa.RecordBatch, columns: TableColumns, first: int, chosen: list[int]
) -> list[str | None]:
    if columns.names is None:
        return [str(first + row) for row in chosen]
    values = _column(batch, columns.names).to_pylist()
    return [None if value is None else without_dot(str(value)) for value in values]


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    if name in batch.schema.names:
        return batch.column(name)
    outer, _, inner = name.rpartition(".")
    struct = batch.column(outer)
    # A null struct has no fields, whatever its children hold.
    return compute.struct_field(struct, inner)


def _rows_at_once(group: parquet.RowGroupMetaData, column: str) -> int:
    """Return how many images surely fit into memory together."""
    chunks = [group.column(number) for number in range(group.num_columns)]
    chunk = next((one for one in chunks if one.path_in_schema == column), None)
    if chunk is None:
        raise pa.ArrowInvalid(f"a row group has no column {column!r}")
    size: int = max(1, chunk.total_uncompressed_size)
    # One value of a dictionary can stand in each row.
    largest = size if _DICTIONARIES & set(chunk.encodings) else -(-size // max(1, group.num_rows))
    return max(1, min(_MOST_ROWS, _PIECE_BYTES // largest))


class _SourceFile(io.RawIOBase):
    """A source as the file that pyarrow reads."""

    def __init__(self, source: ShardSource) -> None:
        super().__init__()
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position, counted as `io.IOBase.seek` does."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}
        self._at = int(base[whence] + offset)
        return self._at

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes."""
        rest = max(0, self._source.size - self._at)
        data = self._source.read(self._at, rest if size < 0 else min(size, rest))
        self._at += len(data)
        return data


class _explained:  # noqa: N801 - used like a function
    """Turns what pyarrow says of a file into this project's errors."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, pa.ArrowException | OSError | EOFError | UnicodeDecodeError):
            said = str(error).partition("\n")[0][:300]
            raise ObjectError(
                self._url, f"the packed object is no complete Parquet file: {said}. Write it anew."
            ) from None
