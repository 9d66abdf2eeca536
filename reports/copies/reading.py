"""Copies of the objects below one path, while they are read: what is known, and what is new."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from jobs.buckets.bucket import StoredObject
from jobs.predictions.selection.choose import NamedObject
from reports.copies.packs import MOST_BYTES, pack

# Fewer objects of a day are read one by one.
_FEWEST_OBJECTS = 50
# So many new ones are worth writing a pack anew.
_FEWEST_NEW = 20
# No more is held unpacked: objects of further packs are read one by one.
_MOST_HELD_BYTES = 256 << 20

logger = logging.getLogger(__name__)


class Packs(Protocol):
    """The packs of a job, by name."""

    def entries(self, name: str) -> dict[str, StoredObject]:
        """Return the objects in a pack; none where it is not there or cannot be read."""

    def is_stored(self, name: str) -> bool:
        """Tell whether a pack is in the bucket, or will be."""

    def put(self, name: str, data: bytes) -> None:
        """Take in a pack that is to be written."""


@dataclass(slots=True)
class OpenPack:
    """The objects of one pack that still are as they were, and new ones.

    Attributes
    ----------
    entries
        By name.
    size
        How many bytes their contents have.
    new
        How many were read one by one.
    gone
        How many the pack held that are gone or changed.
    """

    entries: dict[str, StoredObject]
    size: int
    gone: int
    new: int = 0

    @classmethod
    def of(cls, stored: Mapping[str, StoredObject], there: Mapping[str, str]) -> OpenPack:
        """Return what a pack still is good for.

        Parameters
        ----------
        there
            The version of each object that there is, by name.
        """
        good = {name: one for name, one in stored.items() if there.get(name) == one.version}
        size = sum(len(one.data) for one in good.values())
        return cls(entries=good, size=size, gone=len(stored) - len(good))

    def add(self, name: str, stored: StoredObject) -> int:
        """Take in a new object while there is room; return how many bytes were taken."""
        if self.size + len(stored.data) > MOST_BYTES:
            return 0
        self.entries[name] = stored
        self.size += len(stored.data)
        self.new += 1
        return len(stored.data)

    def is_worth_writing(self, *, is_stored: bool) -> bool:
        """Tell whether the pack is to be written anew.

        One that is there is, too, where objects in it are gone: no copy outlives its object for
        longer than until its day is read again.
        """
        if is_stored:
            return self.gone > 0 or self.new >= _FEWEST_NEW
        return len(self.entries) >= _FEWEST_OBJECTS


@dataclass(slots=True, kw_only=True)
class PathCopies:
    """Copies of the small objects below one path.

    Attributes
    ----------
    packs
        Those of the job.
    name_of
        Returns the name of the pack that an object belongs into.
    there
        The version of each object that there is, by name, for each pack.
    """

    packs: Packs
    name_of: Callable[[NamedObject], str]
    there: Mapping[str, Mapping[str, str]]
    _open: dict[str, OpenPack] = field(default_factory=dict)
    _held: int = 0

    def held(self, objects: Sequence[NamedObject]) -> Mapping[str, bytes]:
        """Return by name the contents that are known of these objects at their versions."""
        wanted: dict[str, list[NamedObject]] = {}
        for item in objects:
            wanted.setdefault(self.name_of(item), []).append(item)
        for name in [one for one in self._open if one not in wanted]:
            self._close(name)
        found: dict[str, bytes] = {}
        for name, items in wanted.items():
            if name not in self._open and not self._begin(name):
                continue
            entries = self._open[name].entries
            for item in items:
                known = entries.get(item.name)
                if known is not None and known.version == item.info.version:
                    found[item.name] = known.data
        return found

    def keep(self, item: NamedObject, stored: StoredObject) -> None:
        """Take in the content of an object that was read; one without a version is none."""
        one = self._open.get(self.name_of(item))
        if one is not None and stored.version and self._held < _MOST_HELD_BYTES:
            self._held += one.add(item.name, stored)

    def finish(self) -> None:
        """Make packs of what was read."""
        for name in list(self._open):
            self._close(name)

    def _begin(self, name: str) -> bool:
        there = self.there.get(name, {})
        if len(there) < _FEWEST_OBJECTS and not self.packs.is_stored(name):
            return False
        if self._held >= _MOST_HELD_BYTES:
            return False
        opened = OpenPack.of(self.packs.entries(name), there)
        self._open[name] = opened
        self._held += opened.size
        return True

    def _close(self, name: str) -> None:
        one = self._open.pop(name)
        self._held -= one.size
        if one.is_worth_writing(is_stored=self.packs.is_stored(name)):
            self.packs.put(name, pack(one.entries))
