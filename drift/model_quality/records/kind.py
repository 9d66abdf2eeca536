"""What the records of days are, of a classifier or of a detector."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from drift.model_quality.whole_days import WholeDay


class StoredDay(Protocol):
    """What is kept of one day."""

    @property
    def day(self) -> WholeDay:
        """Which day it is."""

    @property
    def predictions(self) -> int:
        """How many predictions there are, with and without a label."""

    @property
    def is_kept(self) -> bool:
        """Whether there is anything to write down where nothing was written before."""


Record = TypeVar("Record", bound=StoredDay)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind(Generic[Record]):
    """How the records of one kind of model are stored.

    Attributes
    ----------
    to_bytes
        Equal records are equal bytes.
    parse
        Raises `BrokenRecordError` for what is no such record.
    largest_bytes
        No more is read.
    """

    to_bytes: Callable[[Record], bytes]
    parse: Callable[[bytes], Record]
    largest_bytes: int

    def digest(self, records: Iterable[Record]) -> str:
        """Return SHA-256 in hex over records, in their order."""
        digest = hashlib.sha256()
        for record in records:
            digest.update(self.to_bytes(record))
        return digest.hexdigest()
