"""The parts of a cache in the bucket: listed, read side by side, written, deleted."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import (
    ObjectChangedError,
    ObjectError,
    ObjectExistsError,
    ObjectMissingError,
)
from reference_stats.feature_cache.parts import (
    PartSummary,
    PartTrouble,
    PathHashes,
    UnusablePart,
    footer_bytes,
    hash_paths,
    is_part_name,
    part_name,
    summary_of,
    unpack,
)
from reference_stats.feature_cache.row_kind import RowKind

Item = TypeVar("Item")
Result = TypeVar("Result")

_LOGGER = logging.getLogger(__name__)
_SIDE_BY_SIDE = 16
# The hashes of 30,000 paths and the columns of a hundred features: nearly always the whole footer.
_TAIL_BYTES = 128 * 1024
# Two requests cost more than so few bytes.
_READ_AT_ONCE_BYTES = 2 * _TAIL_BYTES
# Each further one means that others have merged the very parts that were just listed.
_LISTINGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPaths:
    """The paths whose rows are asked for.

    Attributes
    ----------
    paths
        Each once.
    hashes
        Sorted.
    """

    paths: frozenset[str]
    hashes: PathHashes

    @classmethod
    def of(cls, paths: Iterable[str]) -> WantedPaths:
        """Return these paths, each once."""
        distinct = frozenset(paths)
        return cls(paths=distinct, hashes=hash_paths(distinct))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStore:
    """The folder of one feature set, or of one model's views.

    Attributes
    ----------
    bucket
        The job's own bucket.
    folder
        The folder's name, with a slash at its end.
    kind
        What its rows are.
    """

    bucket: Bucket
    folder: str
    kind: RowKind

    def listed(self) -> list[ObjectInfo]:
        """Return the parts, sorted by name.

        Raises
        ------
        BucketAccessError
            If they cannot be listed.
        """
        return [
            info
            for info in self.bucket.list(self.folder)
            if is_part_name(info.name.removeprefix(self.folder))
        ]

    def find(self, wanted: WantedPaths, seen: set[str] | None = None) -> pa.Table:
        """Return the rows of the wanted paths in all parts; a part that is unusable is left out.

        A part that was merged into another one between the listing and the reading is looked for
        again in a new listing.

        Parameters
        ----------
        seen
            Names of parts that need not be read, to which those that are read now are added.

        Raises
        ------
        BucketAccessError
            If the parts cannot be listed.
        """
        tables, seen = [self.kind.schema.empty_table()], set() if seen is None else seen
        for _ in range(_LISTINGS):
            fresh = [info for info in self.listed() if info.name not in seen]
            seen |= {info.name for info in fresh}
            found = _side_by_side(lambda info: self._rows(info, wanted), fresh)
            tables += [one for one in found if isinstance(one, pa.Table)]
            self._warn_of(fresh, found)
            if not any(_is_gone(one) for one in found):
                break
        return pa.concat_tables(tables)

    def read(self, info: ObjectInfo, wanted: WantedPaths | None = None) -> pa.Table | UnusablePart:
        """Return the rows of a part, of all its paths or of some."""
        try:
            data = self.bucket.read(info.name).data
        except ObjectMissingError:
            return UnusablePart(trouble=PartTrouble.GONE)
        except ObjectError as error:
            return UnusablePart(trouble=PartTrouble.REFUSED, detail=error.problem)
        paths = None if wanted is None else wanted.paths
        return unpack(info.name.removeprefix(self.folder), data, self.kind, paths)

    def summary(self, info: ObjectInfo) -> PartSummary | UnusablePart:
        """Return what the footer of a part says."""
        size = info.size_bytes
        try:
            tail = self._tail(info, _TAIL_BYTES)
            if len(tail) < (needed := footer_bytes(tail)) <= size:
                tail = self._tail(info, needed)
        except ObjectMissingError:
            return UnusablePart(trouble=PartTrouble.GONE)
        except ObjectError as error:
            return UnusablePart(trouble=PartTrouble.REFUSED, detail=error.problem)
        return summary_of(tail)

    def write(self, data: bytes) -> None:
        """Write a part, unless it is there already and whole.

        Raises
        ------
        ObjectError
            If it could not be written.
        """
        name = self.folder + part_name(data)
        try:
            self.bucket.create(name, data)
        except ObjectExistsError:
            present = self.bucket.read(name)
            if present.data == data:
                return
            _LOGGER.warning("%s: this part was damaged, now it is whole", self.bucket.url_of(name))
            # If it changed, somebody else has written the only content of that name.
            with contextlib.suppress(ObjectChangedError):
                self.bucket.replace(name, data, present.version)

    def delete(self, names: Sequence[str]) -> None:
        """Delete parts; one that is gone already is no error.

        Raises
        ------
        BucketAccessError
            If one of them could not be deleted; others may have been.
        """
        _side_by_side(self.bucket.delete, names)

    def read_all(self, parts: Sequence[ObjectInfo]) -> dict[str, pa.Table | UnusablePart]:
        """Return the rows of parts by their names."""
        rows = _side_by_side(self.read, parts)
        return dict(zip((part.name for part in parts), rows, strict=True))

    def summaries(self, parts: Sequence[ObjectInfo]) -> list[PartSummary | UnusablePart]:
        """Return what the footer of each part says."""
        return _side_by_side(self.summary, parts)

    def _tail(self, info: ObjectInfo, size: int) -> bytes:
        start = max(info.size_bytes - size, 0)
        return self.bucket.read_part(info.name, start, info.size_bytes - start)

    def _rows(self, info: ObjectInfo, wanted: WantedPaths) -> pa.Table | UnusablePart:
        if info.size_bytes > _READ_AT_ONCE_BYTES:
            summary = self.summary(info)
            if isinstance(summary, UnusablePart):
                return summary
            if not summary.may_hold(wanted.hashes):
                return self.kind.schema.empty_table()
        return self.read(info, wanted)

    def _warn_of(
        self, parts: Sequence[ObjectInfo], found: Sequence[pa.Table | UnusablePart]
    ) -> None:
        for info, one in zip(parts, found, strict=True):
            if isinstance(one, UnusablePart) and one.trouble is not PartTrouble.GONE:
                url = self.bucket.url_of(info.name)
                _LOGGER.warning("%s: ignored this part of the %s: %s", url, self.kind.cache, one)


def _side_by_side(call: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return what `call` returns for each item."""
    if len(items) < 2:
        return [call(item) for item in items]
    with ThreadPoolExecutor(max_workers=min(_SIDE_BY_SIDE, len(items))) as threads:
        return list(threads.map(call, items))


def _is_gone(found: pa.Table | UnusablePart) -> bool:
    return isinstance(found, UnusablePart) and found.trouble is PartTrouble.GONE
