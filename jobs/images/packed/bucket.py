"""A bucket whose packed objects can be read member by member, beside its objects as they are."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from jobs.buckets.bucket import (
    BINARY,
    Bucket,
    ObjectInfo,
    ObjectKind,
    StoredObject,
    check_name,
    check_size,
)
from jobs.buckets.local_files import new_local_file
from jobs.errors import BucketAccessError, ObjectChangedError, ObjectError, ObjectMissingError
from jobs.images.packed.names import PackedName
from jobs.images.packed.opening import OpenShard, PackedRules
from jobs.images.packed.shards import Shards

Answer = TypeVar("Answer")


class PackedImages(Bucket):
    """A bucket as it is, and the members of its packed objects as ``shard.tar#member``.

    A name with a ``#`` behind a packed ending is that of a member. Only where there is no such
    packed object, but objects whose own names go on like this, it is the name of one of these.

    Members are only read. The version of a member is its packed object's.

    Parameters
    ----------
    bucket
        The bucket.
    rules
        What the job file says of packed images.
    """

    def __init__(self, bucket: Bucket, rules: PackedRules) -> None:
        super().__init__(bucket.url)
        self.is_far = bucket.is_far
        self._bucket = bucket
        self._shards = Shards(bucket, rules)

    def url_of(self, name: str) -> str:
        """Return the full URL of an object, or of a member."""
        return self._bucket.url_of(name)

    def signed_url(self, name: str, lifetime: timedelta) -> str | None:
        """Return a link to an object; there is none to a member."""
        return None if self._member(name) else self._bucket.signed_url(name, lifetime)

    def expect(self, names: Collection[str]) -> None:
        """Take in which objects and members will be read next."""
        parsed = [(name, PackedName.parse(name)) for name in names]
        self._shards.expect(parts for _, parts in parsed if parts is not None)
        self._bucket.expect([name for name, parts in parsed if parts is None])

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        """Return the content of an object or of a member."""
        parts = self._member(name)
        if parts is None:
            return self._bucket.read(name, most_bytes)
        return self._read(name, parts, most_bytes)

    def read_many(
        self, names: Sequence[str], most_bytes: int | None = None
    ) -> list[StoredObject | ObjectError]:
        """Return the contents of several objects and members."""
        found: dict[int, StoredObject | ObjectError] = {}
        plain: list[int] = []
        for number, name in enumerate(names):
            try:
                parts = self._member(name)
                if parts is None:
                    plain.append(number)
                else:
                    found[number] = self._read(name, parts, most_bytes)
            except ObjectError as error:
                found[number] = error
        if plain:
            read = self._bucket.read_many([names[number] for number in plain], most_bytes)
            found.update(zip(plain, read, strict=True))
        return [found[number] for number in range(len(names))]

    def info(self, name: str) -> ObjectInfo:
        """Return size and version; a packed object is read as far as that takes."""
        parts = self._member(name)
        if parts is None:
            return self._bucket.info(name)
        return self._unchanged(parts, lambda opened: self._described(name, parts, opened))

    def holder_info(self, name: str) -> ObjectInfo:
        """Return the packed object of a member, as it is between two calls of `expect`."""
        parts = self._member(name)
        if parts is None:
            return self._bucket.holder_info(name)
        return self._shards.info(parts.shard)

    def local_copy(self, name: str, folder: Path) -> Path:
        """Return a file with the content; that of a member is new."""
        if self._member(name) is None:
            return self._bucket.local_copy(name, folder)
        data = self.read(name).data
        with new_local_file(self.url_of(name), folder) as target:
            target.write_bytes(data)
            return target

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield objects; members are listed by `members` alone."""
        return self._bucket.list(prefix)

    def members(self, shard: str) -> builtins.list[str]:
        """Return the names by which the members of a packed object can be read.

        Raises
        ------
        ObjectError
            If it is missing, cannot be read or is damaged.
        """
        return [f"{shard}#{member}" for member in self._shards.opened(shard).members]

    def level(self, folder: str = "") -> Iterator[ObjectInfo | str]:
        """Yield what lies directly in a folder."""
        return self._bucket.level(folder)

    def read_part(self, name: str, start: int, size: int, version: str | None = None) -> bytes:
        """Return a part of an object or of a member."""
        if self._member(name) is None:
            return self._bucket.read_part(name, start, size, version)
        return super().read_part(name, start, size, version)

    def may_write(self, folder: str) -> bool | None:
        """Tell whether objects below `folder` may be written."""
        return self._bucket.may_write(folder)

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Write an object; a member cannot be written."""
        return self._writable(name).write(name, data, kind)

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Write an object only if there is none; a member cannot be written."""
        return self._writable(name).create(name, data, kind)

    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        """Write an object only if it still is at `version`; a member cannot be written."""
        return self._writable(name).replace(name, data, version, kind)

    def delete(self, name: str) -> None:
        """Delete an object; a member cannot be deleted."""
        self._writable(name).delete(name)

    def _writable(self, name: str) -> Bucket:
        if self._member(name) is not None:
            raise BucketAccessError(
                self.url_of(name), "a member of a packed object is only ever read."
            )
        return self._bucket

    def _member(self, name: str) -> PackedName | None:
        """Return the parts of a member's name; None for the name of an object of its own."""
        parts = PackedName.parse(name)
        if parts is None or self._shards.is_plain(parts.shard):
            return None
        return parts

    def _read(self, name: str, parts: PackedName, most_bytes: int | None) -> StoredObject:
        def read(opened: OpenShard) -> StoredObject:
            size = self._size(name, parts, opened)
            version = opened.info.version
            if most_bytes is not None and size > most_bytes:
                check_size(self.url_of(name), size, most_bytes, version)
            return StoredObject(data=opened.members.read(parts.member), version=version)

        return self._unchanged(parts, read)

    def _unchanged(self, parts: PackedName, ask: Callable[[OpenShard], Answer]) -> Answer:
        """Ask a packed object, once more where it was overwritten since it was opened."""
        opened = self._shards.opened(parts.shard)
        try:
            return ask(opened)
        except ObjectChangedError:
            self._shards.forget(parts.shard, opened)
            return ask(self._shards.opened(parts.shard))

    def _size(self, name: str, parts: PackedName, opened: OpenShard) -> int:
        size = opened.members.size_of(parts.member)
        if size is None:
            check_name(self.url_of(parts.shard), parts.member)
            raise ObjectMissingError(
                self.url_of(name), f"{parts.shard} has no member of that name."
            )
        return size

    def _described(self, name: str, parts: PackedName, opened: OpenShard) -> ObjectInfo:
        return ObjectInfo(
            name=name,
            size_bytes=self._size(name, parts, opened),
            version=opened.info.version,
            written=opened.info.written,
        )


def with_packed_images(
    open_bucket: Callable[[str], Bucket], rules: PackedRules
) -> Callable[[str], Bucket]:
    """Return what opens buckets such that members of their packed objects can be read."""
    return lambda url: PackedImages(open_bucket(url), rules)
