"""One part of a cache: a Parquet file whose footer tells which paths are in it."""

from __future__ import annotations

import enum
import hashlib
import io
import re
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from reference_stats.feature_cache.row_kind import RowKind

PathHashes = NDArray[np.uint32]

_DIGEST_LETTERS = 16
_NAME = re.compile(rf"part-[0-9a-f]{{{_DIGEST_LETTERS}}}\.parquet")
_PATHS_KEY = b"drift.paths"
_MERGED_KEY = b"drift.merged"
# A Parquet file ends with its footer, four bytes of its length, and four letters.
_LENGTH_BYTES = 8


class PartTrouble(enum.StrEnum):
    """Why a part cannot be used; the value is what people read."""

    GONE = "it has been deleted"
    REFUSED = "it could not be read"
    DAMAGED = "the content does not fit the name"
    FOREIGN = "it does not hold this program's columns"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusablePart:
    """A part whose rows are not there for this run.

    Attributes
    ----------
    trouble
        Why, of its kind.
    detail
        What the store or the reader said; may be empty.
    """

    trouble: PartTrouble
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.trouble}: {self.detail}" if self.detail else str(self.trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSummary:
    """What the footer of a part says.

    Attributes
    ----------
    path_hashes
        Sorted; None in parts of earlier versions of this program, which may hold any path.
    merged
        The file names of the parts that it was made from; empty where an extraction made it.
    """

    path_hashes: PathHashes | None = None
    merged: tuple[str, ...] = ()

    def may_hold(self, wanted: PathHashes) -> bool:
        """Return whether one of the paths with these hashes may be in the part."""
        if self.path_hashes is None:
            return True
        places = np.searchsorted(self.path_hashes, wanted)
        inside = places < len(self.path_hashes)
        return bool(np.any(self.path_hashes[places[inside]] == wanted[inside]))


def hash_paths(paths: Iterable[str]) -> PathHashes:
    """Return the CRC-32 of each path's UTF-8, sorted, as uint32.

    Two paths with one hash cost the reading of a part and nothing else: for a window of 10,000
    images and a part of 16,000 that happens in 4 parts of 100.
    """
    return np.sort(np.fromiter((zlib.crc32(path.encode()) for path in paths), dtype="<u4"))


def is_part_name(file_name: str) -> bool:
    """Return whether a file in the cache's folder is a part."""
    return _NAME.fullmatch(file_name) is not None


def part_name(data: bytes) -> str:
    """Return the file name of the part with this content."""
    return f"part-{hashlib.sha256(data).hexdigest()[:_DIGEST_LETTERS]}.parquet"


def pack(rows: pa.Table, merged: Sequence[str] = ()) -> bytes:
    """Return a part with these rows; equal rows and names give equal bytes.

    Parameters
    ----------
    rows
        As `RowKind.schema` has them.
    merged
        The file names of the parts that they were taken from.
    """
    footer = {
        _PATHS_KEY: hash_paths(rows.column("image").to_pylist()).tobytes(),
        _MERGED_KEY: "\n".join(merged).encode(),
    }
    target = io.BytesIO()
    # Hardly a number occurs twice: dictionaries would add a fifth to the size.
    with pq.ParquetWriter(
        target,
        rows.schema,
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
        store_schema=False,
    ) as writer:
        writer.write_table(rows)
        writer.add_key_value_metadata(footer)
    return target.getvalue()


def unpack(
    file_name: str, data: bytes, kind: RowKind, wanted: Collection[str] | None = None
) -> pa.Table | UnusablePart:
    """Return the rows of a part whose content fits its name.

    Parameters
    ----------
    file_name
        Its name below the folder of the cache.
    data
        Its content.
    kind
        What its rows should be.
    wanted
        The paths whose rows are returned, of which a set is looked up fastest; None for all.
    """
    if part_name(data) != file_name:
        return UnusablePart(trouble=PartTrouble.DAMAGED)
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        if not kind.can_be_completed(file.schema_arrow.names):
            return UnusablePart(trouble=PartTrouble.FOREIGN)
        return kind.completed(_chosen_rows(file, wanted))
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        return UnusablePart(trouble=PartTrouble.FOREIGN, detail=str(error))


def _chosen_rows(file: pq.ParquetFile, wanted: Collection[str] | None) -> pa.Table:
    if wanted is None:
        return file.read(use_threads=False)
    paths = file.read(["image"], use_threads=False).column(0).to_pylist()
    # Arrow would hash all wanted paths again for each part: a quarter of a second for a million.
    chosen = np.fromiter((path in wanted for path in paths), np.bool_, len(paths))
    if not chosen.any():
        return file.schema_arrow.empty_table()
    rows = file.read(use_threads=False)
    return rows if chosen.all() else rows.filter(pa.array(chosen))


def footer_bytes(tail: bytes) -> int:
    """Return how many bytes at the end of a part its footer takes, given some of them."""
    return int.from_bytes(tail[-_LENGTH_BYTES : -_LENGTH_BYTES // 2], "little") + _LENGTH_BYTES


def summary_of(tail: bytes) -> PartSummary:
    """Return what the footer says, given it and any number of bytes before it.

    What cannot be understood, because the part is damaged or foreign, may hold any path.
    """
    try:
        found = pq.read_metadata(pa.BufferReader(tail)).metadata or {}
        hashes = found.get(_PATHS_KEY)
        return PartSummary(
            path_hashes=None if hashes is None else np.frombuffer(hashes, dtype="<u4"),
            merged=tuple(found.get(_MERGED_KEY, b"").decode().split()),
        )
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError):
        return PartSummary()
