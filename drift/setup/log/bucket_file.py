"""An object as a file that is read in parts."""

from __future__ import annotations

import io
import os

from jobs.buckets.bucket import Bucket

# Small reads of a far store are answered from a part that was fetched before.
_PART_BYTES = 1 << 18


class BucketFile(io.RawIOBase):
    """A readable, seekable file over one object; nothing but the parts asked for is fetched.

    Parameters
    ----------
    bucket
        Where it is.
    name
        The object.
    size
        Its size in bytes.
    """

    def __init__(self, bucket: Bucket, name: str, size: int) -> None:
        super().__init__()
        self._bucket, self._name, self._size = bucket, name, size
        self._position = 0
        self._part_start, self._part = 0, b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position, counted as `io.IOBase.seek` does."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = start + offset
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes."""
        left = max(0, self._size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        if not wanted:
            return b""
        begin = self._position - self._part_start
        if begin < 0 or begin + wanted > len(self._part):
            fetched = min(max(wanted, _PART_BYTES), left)
            self._part = self._bucket.read_part(self._name, self._position, fetched)
            self._part_start, begin = self._position, 0
        data = self._part[begin : begin + wanted]
        self._position += len(data)
        return data
