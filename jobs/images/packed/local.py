"""Packed objects and what was in them as files of this machine, in a folder that goes with it."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import uuid
import weakref
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from jobs.buckets.local_files import new_local_file
from jobs.errors import ObjectError

_PIECE = 1 << 20
# Images hardly get smaller by packing: what becomes larger than this was made to fill the disk.
_LEAST_LIMIT = 4 << 30
_LIMIT_TIMES = 20


class TemporaryFolder:
    """A folder for files of this machine, made when needed; it goes with the process.

    Parameters
    ----------
    prefix
        With what its name begins.
    """

    def __init__(self, prefix: str = "drift-packed-") -> None:
        self._prefix = prefix
        self._path: Path | None = None

    @property
    def path(self) -> Path:
        """Return the folder."""
        if self._path is None:
            # Without symbolic links on the way, as files are opened.
            self._path = Path(os.path.realpath(tempfile.mkdtemp(prefix=self._prefix)))
            weakref.finalize(self, shutil.rmtree, self._path, ignore_errors=True)
        return self._path

    def holds(self, path: Path) -> bool:
        """Tell whether a file is in it."""
        return self._path is not None and path.parent == self._path


def most_unpacked(packed_bytes: int) -> int:
    """Return how many bytes a packed object may take on the disk once it is unpacked."""
    return max(_LEAST_LIMIT, _LIMIT_TIMES * packed_bytes)


def unpacked_gzip(url: str, packed: Path, folder: Path) -> Path:
    """Return a file in `folder` with the unpacked content of a gzip file.

    Raises
    ------
    ObjectError
        If it is damaged, ends too early, or becomes far larger than images would.
    """
    most = most_unpacked(packed.stat().st_size)
    with new_local_file(url, folder) as target, target.open("wb") as file:
        try:
            with gzip.open(packed, "rb") as content:
                _copy(url, content, file, most)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ObjectError(
                url, f"the packed object cannot be unpacked ({error}). Write it anew."
            ) from None
        return target


def _copy(url: str, content: gzip.GzipFile, file: IO[bytes], most: int) -> None:
    size = 0
    while piece := content.read(_PIECE):
        size += len(piece)
        if size > most:
            raise too_much_unpacked(url, most)
        file.write(piece)


def too_much_unpacked(url: str, most: int) -> ObjectError:
    """Return the error of a packed object that would fill the disk."""
    return ObjectError(
        url,
        f"the packed object was unpacked to {most:,} bytes and goes on. Expected at most "
        f"{_LIMIT_TIMES} times its own size, or 4 GiB.",
    )


class SpoolFile:
    """A file without a name that contents are put into one after the other; any thread reads it.

    Parameters
    ----------
    url
        The packed object, for messages.
    folder
        Where it is made.
    most_bytes
        How large it may become.
    """

    def __init__(self, url: str, folder: Path, most_bytes: int) -> None:
        self.url = url
        self.size = 0
        self._folder = folder
        self._most_bytes = most_bytes
        path = folder / uuid.uuid4().hex
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)
        weakref.finalize(self, os.close, self._descriptor)
        path.unlink()

    def add(self, contents: Iterable[bytes]) -> list[tuple[int, int]]:
        """Append some contents; return first byte and size of each."""
        data, places = [], []
        for one in contents:
            places.append((self.size, len(one)))
            self.size += len(one)
            data.append(one)
        if self.size > self._most_bytes:
            raise too_much_unpacked(self.url, self._most_bytes)
        try:
            _write_all(self._descriptor, b"".join(data))
        except OSError as error:
            raise ObjectError(
                self.url,
                f"its images could not be put into {self._folder} ({error.strerror}). Make "
                "room there, or let the variable TMPDIR name another folder.",
            ) from error
        return places

    def read(self, place: tuple[int, int]) -> bytes:
        """Return one of the contents."""
        return os.pread(self._descriptor, place[1], place[0])


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
