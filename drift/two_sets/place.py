"""The workplace of a comparison: it writes nothing, and reads its two sides only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from drift.workplace import Progress, Workplace, packed_rules
from jobs.buckets.bucket import BINARY, Bucket, ObjectInfo, ObjectKind, StoredObject
from jobs.errors import BucketAccessError, ObjectError, ObjectMissingError
from jobs.images.packed.bucket import with_packed_images
from jobs.job_file.job import Job

_NOTHING: Mapping[str, Bucket] = {}


class SidesBucket(Bucket):
    """Several buckets as folders of one, for reading only.

    Parameters
    ----------
    sides
        The bucket of each folder by the folder's name, which holds no slash.
    """

    def __init__(self, sides: Mapping[str, Bucket]) -> None:
        super().__init__(".")
        self._sides = dict(sides)
        self.is_far = any(one.is_far for one in sides.values())

    def url_of(self, name: str) -> str:
        """Return the URL of an object in its own bucket."""
        side, below = self._found(name)
        return name if side is None else side.url_of(below)

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        """Return an object's content."""
        side, below = self._side(name)
        return side.read(below, most_bytes)

    def read_many(
        self, names: Sequence[str], most_bytes: int | None = None
    ) -> list[StoredObject | ObjectError]:
        """Return the contents of several objects, read together where all are of one side."""
        found = [self._found(name) for name in names]
        first = found[0][0] if found else None
        if first is None or any(side is not first for side, _ in found):
            return super().read_many(names, most_bytes)
        return first.read_many([below for _, below in found], most_bytes)

    def info(self, name: str) -> ObjectInfo:
        """Return size, version and time of one object."""
        side, below = self._side(name)
        return _renamed(side.info(below), name)

    def local_copy(self, name: str, folder: Path) -> Path:
        """Return a file with the object's content."""
        side, below = self._side(name)
        return side.local_copy(below, folder)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield the objects of one side, whose folder `prefix` begins with."""
        folder, _, below = prefix.partition("/")
        if folder in self._sides:
            for info in self._sides[folder].list(below):
                yield _renamed(info, f"{folder}/{info.name}")

    def read_part(self, name: str, start: int, size: int, version: str | None = None) -> bytes:
        """Return a part of an object."""
        side, below = self._side(name)
        return side.read_part(below, start, size, version)

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Refuse to write."""
        del data, kind
        raise self._only_read(name)

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Refuse to write."""
        del data, kind
        raise self._only_read(name)

    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        """Refuse to write."""
        del data, version, kind
        raise self._only_read(name)

    def delete(self, name: str) -> None:
        """Refuse to delete."""
        raise self._only_read(name)

    def _found(self, name: str) -> tuple[Bucket | None, str]:
        folder, _, below = name.partition("/")
        return self._sides.get(folder), below

    def _side(self, name: str) -> tuple[Bucket, str]:
        side, below = self._found(name)
        if side is None:
            raise ObjectMissingError(name, "it is on neither side of the comparison.")
        return side, below

    def _only_read(self, name: str) -> BucketAccessError:
        return BucketAccessError(self.url_of(name), "a comparison writes nothing.")


def _renamed(info: ObjectInfo, name: str) -> ObjectInfo:
    return ObjectInfo(
        name=name, size_bytes=info.size_bytes, version=info.version, written=info.written
    )


def place_of(
    job: Job, sides: Mapping[str, Bucket] = _NOTHING, *, progress: Progress | None = None
) -> Workplace:
    """Return the workplace of a comparison, of which nothing is written.

    Parameters
    ----------
    sides
        As of `SidesBucket`; none where no image is read.
    progress
        Called with images done and images in all, or None.
    """
    bucket = SidesBucket(sides)
    return Workplace(
        job=job,
        bucket=bucket,
        open_bucket=cache(with_packed_images(lambda _: bucket, packed_rules(job.images))),
        clock=lambda: datetime.now(UTC),
        progress=progress,
        writes=False,
    )
