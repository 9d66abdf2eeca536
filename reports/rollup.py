"""Copies of many small objects in one: a cache that costs one read in place of hundreds.

A rollup is gzip of lines: the first names its format, the others are copies, each with the version
that its object had. It is a cache and nothing else: a copy is believed only where the listing
shows that version still, so that a broken, stale or missing rollup costs time and never changes an
answer.
"""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from jobs.buckets.bucket import Bucket, ObjectKind
from jobs.errors import ObjectError
from reports.conditional_writes import put_if_unchanged

ROLLUP_NAME = "rollup.jsonl.gz"
_OBJECT_KIND = ObjectKind(content_type="application/gzip")
_COMPRESSION = 4

Copy = TypeVar("Copy")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupFormat:
    """What a rollup holds.

    Attributes
    ----------
    first_line
        Another first line means another format, which is passed over.
    copies
        What the copies are of, for people: ``"rows of the history"``.
    most_bytes
        No more is read and unpacked.
    """

    first_line: bytes
    copies: str
    most_bytes: int


class Rollup:
    """One rollup in a bucket.

    Parameters
    ----------
    bucket, name
        Where it is.
    kind
        What it holds.
    """

    def __init__(self, bucket: Bucket, name: str, kind: RollupFormat) -> None:
        self._bucket = bucket
        self._name = name
        self._kind = kind
        self._version: str | None = None
        self.is_broken = False

    def read(self, parse: Callable[[bytes], Copy]) -> list[Copy]:
        """Return the copies; none where it cannot be read, which is logged.

        Parameters
        ----------
        parse
            Understands one line; raises `ValueError` or `TypeError` for one that it does not.
        """
        try:
            stored = self._bucket.read(self._name, self._kind.most_bytes)
        except ObjectError as error:
            logger.warning("%s The %s are read one by one.", error.message, self._kind.copies)
            return []
        self._version = stored.version
        try:
            return [parse(line) for line in self._lines(stored.data)]
        except (ValueError, TypeError, zlib.error) as error:
            logger.warning(
                "%s is no rollup (%s): the %s are read one by one.",
                self._bucket.url_of(self._name),
                error,
                self._kind.copies,
            )
            self.is_broken = True
            return []

    def save(self, lines: Iterable[bytes]) -> None:
        """Write it anew; another writer's is left in place, and a failure is only logged.

        Parameters
        ----------
        lines
            The copies, none of which holds a line break. The same ones are the same bytes.
        """
        data = gzip.compress(b"\n".join([self._kind.first_line, *lines]), _COMPRESSION, mtime=0)
        try:
            put_if_unchanged(self._bucket, self._name, data, self._version, _OBJECT_KIND)
        except ObjectError as error:
            logger.warning("%s Reading the %s will take longer.", error.message, self._kind.copies)
        self.is_broken = False

    def _lines(self, data: bytes) -> list[bytes]:
        unpacker = zlib.decompressobj(wbits=31)
        unpacked = unpacker.decompress(data, self._kind.most_bytes)
        if not unpacker.eof:
            raise ValueError("it is cut off, or unpacks to more than a rollup may hold")
        first, *lines = unpacked.split(b"\n")
        if first != self._kind.first_line:
            raise ValueError(f"it starts with {first[:40]!r}, not {self._kind.first_line!r}")
        return lines
