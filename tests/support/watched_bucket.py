"""A real bucket seen through a wrapper that notes each call and can make each take longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from jobs.buckets.bucket import BINARY, Bucket, ObjectInfo, ObjectKind, StoredObject

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call: what was asked of the bucket, of which object or prefix, and from when to when."""

    kind: str
    name: str
    start: float
    end: float


@dataclass(kw_only=True)
class Calls:
    """All calls so far, from any thread."""

    all: list[Call] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, *kinds: str) -> list[str]:
        """Return the names that calls of these kinds were for, in the order of their starts."""
        chosen = [call for call in self.all if call.kind in kinds]
        return [call.name for call in sorted(chosen, key=lambda call: call.start)]

    def in_a_row(self) -> int:
        """Return the length of the longest chain of calls each of which began after the last."""
        length, free_from = 0, 0.0
        for call in sorted(self.all, key=lambda call: call.end):
            if call.start >= free_from:
                length, free_from = length + 1, call.end
        return length


class WatchedBucket(Bucket):
    """Passes every call on to `bucket`, which answers `latency_s` later than it could."""

    def __init__(self, bucket: Bucket, calls: Calls, latency_s: float = 0.0) -> None:
        super().__init__(bucket.url)
        self._bucket = bucket
        self._calls = calls
        self._latency_s = latency_s

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        return self._noted("read", name, lambda: self._bucket.read(name, most_bytes))

    def info(self, name: str) -> ObjectInfo:
        return self._noted("info", name, lambda: self._bucket.info(name))

    def local_copy(self, name: str, folder: Path) -> Path:
        return self._noted("read", name, lambda: self._bucket.local_copy(name, folder))

    def read_part(self, name: str, start: int, size: int) -> bytes:
        return self._noted("read", name, lambda: self._bucket.read_part(name, start, size))

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        return iter(self._noted("list", prefix, lambda: [*self._bucket.list(prefix)]))

    def level(self, folder: str = "") -> Iterator[ObjectInfo | str]:
        return iter(self._noted("list", folder, lambda: [*self._bucket.level(folder)]))

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        return self._noted("write", name, lambda: self._bucket.write(name, data, kind))

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        return self._noted("write", name, lambda: self._bucket.create(name, data, kind))

    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        return self._noted("write", name, lambda: self._bucket.replace(name, data, version, kind))

    def delete(self, name: str) -> None:
        self._noted("delete", name, lambda: self._bucket.delete(name))

    def _noted(self, kind: str, name: str, ask: Callable[[], Answer]) -> Answer:
        start = time.perf_counter()
        try:
            time.sleep(self._latency_s)
            return ask()
        finally:
            call = Call(kind=kind, name=name, start=start, end=time.perf_counter())
            with self._calls.lock:
                self._calls.all.append(call)
