"""Files that belong to a living process: the kernel drops the lock with the process.

A part is locked by the process that writes it, and nobody else touches it. Once that process has
finished the part, or was killed, any process may lock it and send it.
"""

from __future__ import annotations

import fcntl
import os


def create_locked(path: str) -> int | None:
    """Return a new file, open and locked; None where another process was faster.

    Between creating a file and locking it, it looks like one left behind, and another process may
    lock and remove it.
    """
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except (FileNotFoundError, FileExistsError):
        # The folder was removed again, as an empty one is.
        return None
    return _locked(number)


def lock_abandoned(path: str) -> int | None:
    """Return a file that nobody holds, open and locked; None where somebody does or it is gone."""
    try:
        number = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    return _locked(number)


def release(number: int) -> None:
    """Unlock a file and close it.

    A child that was forked meanwhile has the file open too, and closing alone leaves it locked.
    """
    fcntl.flock(number, fcntl.LOCK_UN)
    os.close(number)


def is_linked(number: int) -> bool:
    """Tell whether an open file still has a name in some folder."""
    return os.fstat(number).st_nlink > 0


def write_all(number: int, data: bytes) -> None:
    """Write all of the data to the end of a file, or nothing.

    Raises
    ------
    OSError
        If it cannot be written; the file is then as long as before.
    """
    before = os.fstat(number).st_size
    written = 0
    try:
        while written < len(data):
            written += os.pwrite(number, memoryview(data)[written:], before + written)
    except OSError:
        os.ftruncate(number, before)
        raise


def _locked(number: int) -> int | None:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_linked(number):
            return number
    except BlockingIOError:
        pass
    except OSError:
        os.close(number)
        raise
    os.close(number)
    return None
