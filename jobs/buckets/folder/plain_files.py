"""Files that are reached without any symbolic link: opened fast, and one folder once for many."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from jobs.buckets.folder.files import FILE_FLAGS, FOLDER_FLAGS

_ROOT_FLAGS = FOLDER_FLAGS & ~os.O_NOFOLLOW
# Many threads may read at once, and a process may often have no more than 1,024 files open.
_MOST_FOLDERS = 8
_PIECE_BYTES = 1 << 20


class PlainFiles:
    """The files below a folder whose names lead through folders alone; used by one thread.

    A folder is opened from the one above it without following a link, and kept open for the next
    file in it. What is read below it is in that very folder, whatever has its name since. To be
    closed soon: it is meant for the files that are read at one time.

    Parameters
    ----------
    root
        The folder; symbolic links that lead to it are followed.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.open(root, _ROOT_FLAGS)
        self._folders: dict[str, int] = {}

    def open(self, name: str) -> tuple[int, os.stat_result]:
        """Return the descriptor of a regular file, to be closed by the caller, and its status.

        Raises
        ------
        OSError
            If there is none, or a symbolic link on the way to it.
        """
        folder, _, last = name.rpartition("/")
        descriptor = os.open(last, FILE_FLAGS, dir_fd=self._folder(folder))
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise IsADirectoryError(errno.EISDIR, "is no regular file", name)
        return descriptor, status

    def close(self) -> None:
        """Close all folders."""
        self._close_folders()
        os.close(self._root)

    def _folder(self, name: str) -> int:
        if not name:
            return self._root
        known = self._folders.get(name)
        if known is not None:
            return known
        if len(self._folders) >= _MOST_FOLDERS:
            self._close_folders()
        return self._open_folder(name)

    def _open_folder(self, name: str) -> int:
        above, _, last = name.rpartition("/")
        parent = self._root
        if above:
            parent = self._folders[above] if above in self._folders else self._open_folder(above)
        descriptor = self._folders[name] = os.open(last, FOLDER_FLAGS, dir_fd=parent)
        return descriptor

    def _close_folders(self) -> None:
        while self._folders:
            os.close(self._folders.popitem()[1])


@contextlib.contextmanager
def plain_files(root: Path) -> Iterator[PlainFiles]:
    """Give access to the plain files below a folder for a short time."""
    files = PlainFiles(root)
    try:
        yield files
    finally:
        files.close()


def read_all(descriptor: int, size_bytes: int, most_bytes: int | None = None) -> bytes:
    """Return the content of an open file from where it is read next.

    Parameters
    ----------
    size_bytes
        How long it was when it was opened: another program may be writing more into it.
    most_bytes
        Of a longer one, one byte more than this is returned; None for any length.
    """
    content = os.read(descriptor, size_bytes + 1)
    if len(content) == size_bytes:
        return content
    most = sys.maxsize - 1 if most_bytes is None else most_bytes
    pieces, length = [content], len(content)
    while length <= most:
        piece = os.read(descriptor, min(_PIECE_BYTES, most + 1 - length))
        if not piece:
            break
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)
