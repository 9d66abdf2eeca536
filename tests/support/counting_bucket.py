"""A bucket that counts what is asked of a real one, and lets a test step in before each call."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from jobs.buckets.bucket import BINARY, Bucket, ObjectInfo, ObjectKind, StoredObject


class CountingBucket(Bucket):
    """Passes every call on to `inner`; `calls` counts them by method and name.

    `before` is called first, with method and name; what it raises is raised.
    """

    def __init__(self, inner: Bucket) -> None:
        super().__init__(inner.url)
        self.inner = inner
        self.calls: Counter[tuple[str, str]] = Counter()
        self.before: Callable[[str, str], None] = lambda method, name: None
        self._lock = threading.Lock()

    def count(self, method: str) -> int:
        """Return how often a method was called, whatever the name."""
        # Other threads may be asking: a list of the items is made at once.
        calls = list(self.calls.items())
        return sum(number for (called, _), number in calls if called == method)

    def names(self, *methods: str) -> set[str]:
        """Return the names that any of these methods was called with."""
        return {name for method, name in list(self.calls) if method in methods}

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        self._note("read", name)
        return self.inner.read(name, most_bytes)

    def info(self, name: str) -> ObjectInfo:
        self._note("info", name)
        return self.inner.info(name)

    def local_copy(self, name: str, folder: Path) -> Path:
        self._note("local_copy", name)
        return self.inner.local_copy(name, folder)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        self._note("list", prefix)
        return self.inner.list(prefix)

    def read_part(self, name: str, start: int, size: int, version: str | None = None) -> bytes:
        self._note("read_part", name)
        return self.inner.read_part(name, start, size, version)

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        self._note("write", name)
        return self.inner.write(name, data, kind)

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        self._note("create", name)
        return self.inner.create(name, data, kind)

    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        self._note("replace", name)
        return self.inner.replace(name, data, version, kind)

    def delete(self, name: str) -> None:
        self._note("delete", name)
        self.inner.delete(name)

    def _note(self, method: str, name: str) -> None:
        with self._lock:
            self.calls[method, name] += 1
        self.before(method, name)
