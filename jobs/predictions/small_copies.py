"""What keeps copies of small objects that were read once, as the reader of them sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from jobs.buckets.bucket import Bucket, StoredObject
from jobs.predictions.selection.choose import NamedObject

_DAY = timedelta(days=1)


class CopiesOfPath(Protocol):
    """Copies of the small objects below one path, while they are read."""

    def held(self, objects: Sequence[NamedObject]) -> Mapping[str, bytes]:
        """Return by name the contents that are known of these objects at their versions."""

    def keep(self, item: NamedObject, stored: StoredObject) -> None:
        """Take in the content of an object that was read; one without a version is none."""

    def finish(self) -> None:
        """Take in that all objects were read."""


class SmallCopies(Protocol):
    """Copies of small objects that may spare reading them one by one."""

    def of(self, bucket: Bucket, path: str, objects: Sequence[NamedObject]) -> CopiesOfPath | None:
        """Return the copies of objects; None where none are kept of that bucket.

        Parameters
        ----------
        path
            The name or glob that the objects were listed by.
        objects
            All small ones that there are now of each day that is read.
        """


def day_of_copy(item: NamedObject) -> str | None:
    """Return the day by which an object's copy is filed; None where nothing tells one.

    The day that its name tells, else the day on which it was written.
    """
    span = item.named or item.span
    if span is not None and span.end - span.start <= _DAY:
        return f"{span.start:%Y-%m-%d}"
    return None if item.info.written is None else f"{item.info.written:%Y-%m-%d}"
