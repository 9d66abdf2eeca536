"""The bytes of a packed object: a file of this machine, or ranges of an object in its bucket."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Protocol

from jobs.buckets.bucket import Bucket
from jobs.buckets.folder.files import opened_for_reading
from jobs.errors import ObjectError

# What is read at once of an object in a bucket while its members are looked for.
RANGE_BYTES = 256 << 10
_TELLING_REQUESTS = 4


class ShardSource(Protocol):
    """Bytes that can be read from any place on.

    Attributes
    ----------
    url
        The packed object, for messages.
    size
        How many bytes there are.
    block_bytes
        How much to read at once where little is needed.
    """

    url: str
    size: int
    block_bytes: int

    def read(self, start: int, size: int) -> bytes:
        """Return `size` bytes from `start` on; fewer only where the content ends before."""


class LocalFile:
    """A file of this machine, read from any number of threads; it is closed when nobody uses it.

    Parameters
    ----------
    url
        The packed object, for messages.
    path
        The file; where a symbolic link has come into its path, it is not followed.
    """

    block_bytes = 64 << 10

    def __init__(self, url: str, path: Path) -> None:
        self.url = url
        with opened_for_reading(Path(path.anchor), path) as (descriptor, status):
            self.descriptor = os.dup(descriptor)
        weakref.finalize(self, os.close, self.descriptor)
        self.size = status.st_size

    def read(self, start: int, size: int) -> bytes:
        """Return a part of the file."""
        data = self._piece(start, size)
        while len(data) < min(size, self.size - start):
            more = self._piece(start + len(data), size - len(data))
            if not more:
                raise cut_short(self.url, start + size)
            data += more
        return data

    def _piece(self, start: int, size: int) -> bytes:
        try:
            return os.pread(self.descriptor, size, start)
        except OSError as error:
            # As a file on another machine that was replaced there.
            raise ObjectError(
                self.url, f"the packed object could not be read ({error.strerror})."
            ) from error


class Ranges:
    """An object of which only parts are read, all of one version.

    Parameters
    ----------
    bucket, name
        The object.
    version, size
        As its bucket told them.
    most_requests
        With how many requests the object may be read; None for any number.
    """

    block_bytes = RANGE_BYTES

    def __init__(
        self, bucket: Bucket, name: str, version: str, size: int, most_requests: int | None = None
    ) -> None:
        self.url = bucket.url_of(name)
        self.size = size
        self.most_requests = most_requests
        self._requests = 0
        self._bucket, self._name, self._version = bucket, name, version

    def read(self, start: int, size: int) -> bytes:
        """Return a part of the object; `TooManyRequestsError` where it was not to be asked for."""
        self._count(start)
        size = max(0, min(size, self.size - start))
        data = self._bucket.read_part(self._name, start, size, self._version) if size else b""
        if len(data) != size:
            raise cut_short(self.url, start + size)
        return data

    def _count(self, start: int) -> None:
        if self.most_requests is None:
            return
        self._requests += 1
        # Whoever goes from header to header will go on like this until the end.
        in_all = self._requests * self.size / max(1, start) if start else 0
        if self._requests > self.most_requests or (
            self._requests >= _TELLING_REQUESTS and in_all > self.most_requests
        ):
            raise TooManyRequestsError


class TooManyRequestsError(Exception):
    """Reading an object by ranges takes more requests than it is worth."""


def cut_short(url: str, expected: int) -> ObjectError:
    """Return the error of content that ended while it was read."""
    return ObjectError(
        url, f"the packed object ends before byte {expected:,}, although it was longer before."
    )


class BlockReader:
    """Reads forward through a source, in blocks; what is passed over is not read.

    Parameters
    ----------
    source
        The bytes.
    """

    def __init__(self, source: ShardSource) -> None:
        self._source = source
        self._start = 0
        self._block = b""

    def read(self, start: int, size: int) -> bytes:
        """Return `size` bytes from `start` on; fewer only where the content ends before."""
        offset = start - self._start
        if offset < 0 or offset + size > len(self._block):
            self._start, offset = start, 0
            self._block = self._source.read(start, max(size, self._source.block_bytes))
        return self._block[offset : offset + size]
