"""A bucket in memory that counts what is asked of it and can be told to refuse."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from jobs.buckets.bucket import (
    BINARY,
    Bucket,
    ObjectInfo,
    ObjectKind,
    StoredObject,
    check_name,
    check_size,
)
from jobs.errors import (
    BucketAccessError,
    ObjectChangedError,
    ObjectExistsError,
    ObjectMissingError,
)


class MemoryBucket(Bucket):
    """Keeps objects in a dict; `refused` names and prefixes raise `BucketAccessError`."""

    def __init__(self, url: str = "memory://test", *, delay_s: float = 0.0) -> None:
        super().__init__(url)
        self.objects: dict[str, StoredObject] = {}
        self.refused: set[str] = set()
        self.reads: Counter[str] = Counter()
        self.infos: Counter[str] = Counter()
        self._delay_s = delay_s
        self._writes = 0
        self._written: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def put_all(self, contents: dict[str, bytes]) -> None:
        """Write many objects."""
        for name, data in contents.items():
            self.write(name, data)

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        check_name(self.url, name)
        with self._lock:
            self.reads[name] += 1
        time.sleep(self._delay_s)
        found = self._get(name)
        check_size(self.url_of(name), len(found.data), most_bytes, found.version)
        return found

    def info(self, name: str) -> ObjectInfo:
        with self._lock:
            self.infos[name] += 1
        stored = self._get(name)
        return ObjectInfo(
            name=name,
            size_bytes=len(stored.data),
            version=stored.version,
            written=self._written.get(name),
        )

    def local_copy(self, name: str, folder: Path) -> Path:
        target = folder / name.replace("/", "_")
        target.write_bytes(self._get(name).data)
        return target

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        for name in sorted(self.objects):
            if name.startswith(prefix):
                yield self._info(name)

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        with self._lock:
            self._writes += 1
            self._written[name] = datetime.now(UTC)
            self.objects[name] = StoredObject(data=data, version=str(self._writes))
            return self.objects[name].version

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        self._refuse(name)
        if name in self.objects:
            raise ObjectExistsError(self.url_of(name), "it is there already")
        return self.write(name, data, kind)

    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        if name not in self.objects or self.objects[name].version != version:
            raise ObjectChangedError(self.url_of(name), "it has changed")
        return self.write(name, data, kind)

    def delete(self, name: str) -> None:
        self.objects.pop(name, None)

    def _info(self, name: str) -> ObjectInfo:
        stored = self.objects[name]
        return ObjectInfo(
            name=name,
            size_bytes=len(stored.data),
            version=stored.version,
            written=self._written.get(name),
        )

    def _get(self, name: str) -> StoredObject:
        self._refuse(name)
        if name not in self.objects:
            raise ObjectMissingError(self.url_of(name), "there is no such object")
        return self.objects[name]

    def _refuse(self, name: str) -> None:
        if any(name.startswith(refused) for refused in self.refused):
            raise BucketAccessError(self.url_of(name), "permission denied")
