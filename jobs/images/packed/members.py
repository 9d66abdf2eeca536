"""The contract of a packed object's members: which there are, and their bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator
from copy import copy
from typing import Self

from jobs.errors import ObjectError
from jobs.images.packed.sources import ShardSource

MOST_MEMBERS = 1_000_000
"""What a packed object may hold; the place of each member is kept in memory."""


class Members(ABC):
    """The members of one packed object at one version; safe to use from many threads."""

    @property
    def disk_bytes(self) -> int:
        """How much of the temporary disk they take beside their object."""
        return 0

    @abstractmethod
    def __len__(self) -> int:
        """Return how many there are."""

    @abstractmethod
    def __iter__(self) -> Iterator[str]:
        """Yield their names, in the order in which they stand there."""

    @abstractmethod
    def size_of(self, name: str) -> int | None:
        """Return how many bytes a member has; None where there is none of that name."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Return the bytes of a member that is there; `ObjectError` where they are damaged."""

    def expect(self, names: Collection[str]) -> None:
        """Take in which members will be read next, where that helps to read them."""
        del names

    def moved_to(self, source: ShardSource) -> Members | None:
        """Return the same members read from other, equal bytes; None where that cannot be."""
        del source
        return None

    def share_of(self, names: Iterable[str]) -> float:
        """Return which share of all bytes that members take some of them have."""
        everything = sum(self.size_of(name) or 0 for name in self)
        return sum(self.size_of(name) or 0 for name in names) / max(1, everything)


class PlacedMembers(Members):
    """Members whose places in their object are known, each under a number.

    Parameters
    ----------
    source
        The object's bytes.
    """

    def __init__(self, source: ShardSource) -> None:
        self.source = source
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        """Yield their names."""
        return iter(self._numbers)

    def moved_to(self, source: ShardSource) -> Self:
        """Return the same members, read from another place with the same bytes."""
        moved = copy(self)
        moved.source = source
        return moved


def too_many(url: str) -> ObjectError:
    """Return the error of a packed object with more members than are taken."""
    return ObjectError(
        url,
        f"the packed object has more than {MOST_MEMBERS:,} members. Expected fewer: write "
        "several smaller ones.",
    )
