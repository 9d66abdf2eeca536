"""Single files of a folder bucket: whole writes, one writer at a time, safe reads."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from jobs.buckets.bucket import ObjectInfo

OWN_FILES_PREFIX = ".drift-bucket-"
_WRITERS_LOCK = OWN_FILES_PREFIX + "lock"
# Linux can open a folder that may be passed through and not be listed.
FOLDER_FLAGS = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# As long as the other kinds of store wait for an answer.
LOCK_PATIENCE_S = 30.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.001, 0.05
_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def is_own_file(file_name: str) -> bool:
    """Return whether a file is the bucket's own lock or an unfinished object."""
    return file_name.startswith(OWN_FILES_PREFIX)


def file_version(status: os.stat_result) -> str:
    """Return the version of the file with this status: size, modification time, inode."""
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"


def modification_time(status: os.stat_result) -> datetime | None:
    """Return when the content was written, UTC; None for a time that no calendar holds."""
    try:
        return datetime.fromtimestamp(status.st_mtime, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def described_file(name: str, status: os.stat_result) -> ObjectInfo:
    """Return a file with this status as an object of the bucket."""
    return ObjectInfo(
        name=name,
        size_bytes=status.st_size,
        version=file_version(status),
        written=modification_time(status),
    )


@contextlib.contextmanager
def opened_for_reading(root: Path, path: Path) -> Iterator[tuple[int, os.stat_result]]:
    """Open a regular file; yield its descriptor and status.

    Parameters
    ----------
    root, path
        A folder and a file below it, both without symbolic links. Where one has come since, it is
        not followed.

    Raises
    ------
    IsADirectoryError
        If there is something that is no regular file: a folder, a pipe, a device.
    """
    descriptor = _open_below(root, path.relative_to(root).parts)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "is no regular file", str(path))
        yield descriptor, status
    finally:
        os.close(descriptor)


def _open_below(root: Path, parts: tuple[str, ...]) -> int:
    folder = os.open(root, FOLDER_FLAGS)
    try:
        for part in parts[:-1]:
            above, folder = folder, os.open(part, FOLDER_FLAGS, dir_fd=folder)
            os.close(above)
        return os.open(parts[-1] if parts else ".", FILE_FLAGS, dir_fd=folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def writers_excluded(root: Path) -> Iterator[None]:
    """Keep out all other writers of the bucket, in this process and in others.

    The lock is a file in the bucket's folder, because the folder itself cannot be locked on
    every file system. The system lifts it when the process ends, however it ends.

    Raises
    ------
    TimeoutError
        If another process keeps it for longer than any write takes: it was suspended.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    path = root / _WRITERS_LOCK
    descriptor = os.open(path, flags, 0o666)
    try:
        _lock_in_time(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def _lock_in_time(descriptor: int, path: Path) -> None:
    give_up_at = time.monotonic() + LOCK_PATIENCE_S
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                problem = f"{path} has been locked by another process for {LOCK_PATIENCE_S:.0f} s"
                raise TimeoutError(errno.ETIMEDOUT, problem, str(path)) from None
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        else:
            return


@contextlib.contextmanager
def temporary_file(root: Path, folder: Path, data: bytes) -> Iterator[Path]:
    """Write `data` to a file of its own in `folder`, down to the disk; remove it at the end.

    It is in the folder of the object that it will become, since only within one file system
    can a file be moved at once. It is locked for as long as this process lives and uses it.
    """
    path = folder / f"{OWN_FILES_PREFIX}{uuid.uuid4().hex}"
    # Whoever looks for abandoned files must not find it before it is locked.
    with writers_excluded(root):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            yield path
    finally:
        path.unlink(missing_ok=True)


def remove_abandoned(root: Path, folder: Path) -> None:
    """Delete what writers that were killed have left unfinished in `folder`, as far as allowed."""
    with writers_excluded(root), contextlib.suppress(PermissionError):
        for path in folder.glob(f"{OWN_FILES_PREFIX}*"):
            if path.name != _WRITERS_LOCK:
                with contextlib.suppress(OSError):
                    _remove_unless_locked(path)


def _remove_unless_locked(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    finally:
        os.close(descriptor)


def give_new_time(path: Path, replaced: os.stat_result | None) -> str:
    """Set a modification time that no earlier version had; return the file's version.

    The system's own times are some milliseconds coarse and inodes are used again, so that two
    quick writes of equal size could otherwise have the same version.
    """
    now_ns = time.time_ns()
    if replaced is not None:
        now_ns = max(now_ns, replaced.st_mtime_ns + 1)
    os.utime(path, ns=(now_ns, now_ns))
    return file_version(path.stat())


def link_if_absent(complete: Path, target: Path) -> None:
    """Give a complete file the name `target`; raise `FileExistsError` if the name is taken."""
    try:
        os.link(complete, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        # Some file systems have no hard links; the writers' lock still excludes our own kind.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "exists", str(target)) from None
        complete.replace(target)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` last through a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def regular_status(path: Path) -> os.stat_result | None:
    """Return the status of a regular file, or None where there is none."""
    with contextlib.suppress(FileNotFoundError):
        status = path.stat()
        return status if stat.S_ISREG(status.st_mode) else None
    return None


def make_folders(folder: Path) -> None:
    """Make a folder and those above it, where they are not there.

    Raises
    ------
    NotADirectoryError
        If a file stands where one of them is needed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, "Not a folder", str(folder)) from None
