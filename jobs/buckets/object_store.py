"""What `CloudBucket` needs of a vendor's store: single requests, nothing tried twice."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, ClassVar, Generic, TypeVar

from jobs.buckets.bucket import ObjectKind, check_size
from jobs.buckets.listing import Listed, ListedPage

Opened = TypeVar("Opened")

# Marks a conditional write, so that a repeated attempt knows its own.
WRITER_KEY = "drift-writer"
DAMAGED = (
    "the content arrived damaged or without its checksum on every attempt, and was not used. Check "
    "the proxies between here and the store, and upload the object again if that does not help."
)


class NotThereError(Exception):
    """The store has no such object, or no such bucket.

    Parameters
    ----------
    is_bound
        Whether the store named the object that was asked for.
    """

    def __init__(self, *, is_bound: bool = False) -> None:
        super().__init__(is_bound)
        self.is_bound = is_bound


class ConditionFailedError(Exception):
    """The store did not do what depended on a condition."""


class UncheckedContentError(Exception):
    """The store sent content without what it needs to be verified, or without a version."""


class DamagedContentError(Exception):
    """What the store sent is not what it says it sent."""


class NonsenseError(Exception):
    """The vendor's client tripped over an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectHead:
    """What a store says of an object.

    Attributes
    ----------
    writer
        The mark of the conditional write that made it, or None.
    written
        When this version was written, UTC; None where the store does not say.
    is_bound
        Whether the store named the object that was asked for.
    """

    size_bytes: int
    version: str
    writer: str | None
    written: datetime | None = None
    is_bound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Under which an object is written.

    Attributes
    ----------
    replaces
        The version that it must have; None if there must be no object.
    writer
        The mark that the written object shall have.
    """

    replaces: str | None
    writer: str


class Sink:
    """Where a download goes.

    Parameters
    ----------
    url
        The object's, for the message of an error.
    target
        At its start.
    most_bytes
        How large the object may be; None for any size.
    check
        Raises `WrongAnswerError` for a version that is not the object's; None to believe all.
    """

    def __init__(
        self,
        url: str,
        target: BinaryIO,
        most_bytes: int | None = None,
        check: Callable[[str], None] | None = None,
    ) -> None:
        self._url = url
        self._target = target
        self._most_bytes = most_bytes
        self._check = check
        self._written = 0

    def identify(self, version: str) -> None:
        """Raise `WrongAnswerError` if an answer that names `version` is another object's."""
        if self._check is not None:
            self._check(version)

    def expect(self, size_bytes: int, version: str) -> None:
        """Raise `ObjectTooLargeError` if the object that is to come is too large."""
        check_size(self._url, size_bytes, self._most_bytes, version)

    def write(self, chunk: bytes) -> int:
        """Append `chunk`; raise `ObjectTooLargeError` where that is too much."""
        self._written += len(chunk)
        self.expect(self._written, "")
        return self._target.write(chunk)


class ObjectStore(ABC, Generic[Opened]):
    """One bucket of a vendor's store; safe to call from many threads.

    What `_open` returns, the vendor's client, is made for the first request.

    Keys are whole names in the bucket. Each method makes one request, which ends by the deadline
    of `jobs.buckets.deadlines`, and raises one of `failures` where it fails; those about one
    object raise `NotThereError` where the store says that something is missing.

    Attributes
    ----------
    failures
        What the vendor's client raises.
    """

    failures: ClassVar[tuple[type[Exception], ...]]

    def __init__(self) -> None:
        self._opening = threading.Lock()
        self._once: Opened | None = None

    @abstractmethod
    def _open(self) -> Opened:
        """Open the vendor's client; nothing is asked yet, but for credentials."""

    def _opened(self) -> Opened:
        # Threads that fetch small objects would mostly wait for the lock.
        if (once := self._once) is not None:
            return once
        with self._opening:
            if self._once is None:
                self._once = self._open()
            return self._once

    @abstractmethod
    def is_passing(self, failure: Exception, attempts: int) -> bool:
        """Return whether another attempt may succeed, after so many that failed like this one."""

    @abstractmethod
    def is_unanswered(self, failure: Exception) -> bool:
        """Return whether a request failed without an answer, which may still be on its way."""

    @abstractmethod
    def drop_connections(self) -> None:
        """Use none of the idle connections again; whatever is not opened yet needs nothing."""

    @abstractmethod
    def explain(self, failure: Exception) -> str:
        """Return what failed and what to do, for the message about one object."""

    @abstractmethod
    def is_version(self, version: str) -> bool:
        """Return whether any object can have a version."""

    @abstractmethod
    def download(self, key: str, sink: Sink) -> str:
        """Write an object into `sink`, verified, and return its version."""

    @abstractmethod
    def head(self, key: str) -> ObjectHead:
        """Return what the store says of an object."""

    @abstractmethod
    def head_afresh(self, key: str) -> ObjectHead:
        """Ask for the head over a new connection, to which no earlier answer can come."""

    @abstractmethod
    def part(
        self, key: str, start: int, size: int, version: str | None, check: Callable[[str], None]
    ) -> bytes:
        """Return a part of an object, empty behind its end.

        The version that the answer names is given to `check`, as `Sink.identify` does.

        Raises
        ------
        NotThereError, ConditionFailedError
            If the object is gone, or not at `version`.
        """

    @abstractmethod
    def upload(
        self,
        key: str,
        data: bytes,
        kind: ObjectKind,
        condition: Condition | None = None,
    ) -> str:
        """Write an object and return its version; a missing bucket is one of `failures`.

        Raises
        ------
        ConditionFailedError
            If the object is not as the condition asks.
        """

    @abstractmethod
    def delete(self, key: str) -> None:
        """Delete an object."""

    @abstractmethod
    def page(self, listed: Listed, token: str | None, size: int) -> ListedPage:
        """Return one page of a listing; a missing bucket is one of `failures`."""

    @abstractmethod
    def sign(self, key: str, url: str, lifetime: timedelta) -> str:
        """Return a link by which an object can be read; nothing is asked about the object."""

    def may_write(self) -> bool | None:
        """Return whether the credentials allow to write and replace objects; None if unknown."""
        return None
