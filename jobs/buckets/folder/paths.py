"""Where the objects of a folder bucket lie, and what the system says of a file, as errors."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from jobs.buckets.bucket import check_name
from jobs.buckets.folder.files import OWN_FILES_PREFIX, is_own_file
from jobs.errors import BucketAccessError, ObjectMissingError, UnsafeNameError

# A name whose part is longer than the file system allows cannot be any file's.
MISSING_CODES = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG}
_WHAT_TO_DO = {
    errno.EACCES: "Grant the user that runs the job access to it.",
    errno.EPERM: "Grant the user that runs the job access to it.",
    errno.EROFS: "Mount the file system writable, or let reports.path lead elsewhere.",
    errno.ENOSPC: "Make room on the file system.",
    errno.EDQUOT: "Make room within the user's quota.",
    errno.ENAMETOOLONG: "File systems allow 255 bytes in each part of a name.",
    errno.ENOTDIR: "A file stands where a folder is needed; move it away.",
    errno.EISDIR: "A folder has that name; move it away.",
    errno.ENOLCK: "The file system has no file locks, which a bucket needs; use another one.",
    errno.ETIMEDOUT: "A process that writes there was suspended: let it go on, or end it.",
    errno.ELOOP: "Symbolic links lead in a circle, or were changed meanwhile; remove them.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPaths:
    """The paths of a folder bucket's objects.

    Attributes
    ----------
    url
        The bucket, for messages.
    root
        Its folder, an absolute path.
    """

    url: str
    root: Path

    def check(self, name: str) -> None:
        """Check that an object may have this name.

        Raises
        ------
        UnsafeNameError
            If it may not.
        """
        check_name(self.url, name)
        if OWN_FILES_PREFIX in name and any(is_own_file(part) for part in name.split("/")):
            raise UnsafeNameError(
                self._url_of(name),
                f"names that start with {OWN_FILES_PREFIX!r} are the bucket's own.",
            )

    def inside(self, name: str) -> Path:
        """Return the real path of an object, with every symbolic link on the way followed.

        Raises
        ------
        UnsafeNameError
            If the name is no object's, or leads out of the folder.
        """
        self.check(name)
        # Links that change while they are followed are an error of the system's.
        with self.explained(name, MISSING_CODES | {errno.EINVAL}):
            path = Path(os.path.realpath(self.root / name))
        if not path.is_relative_to(os.path.realpath(self.root)):
            raise UnsafeNameError(
                self._url_of(name),
                "a symbolic link leads outside the bucket's folder. Put the files themselves "
                "there, or let bucket.url name the folder that the link leads to.",
            )
        return path

    def require_root(self) -> None:
        """Check that the bucket's folder is there.

        Raises
        ------
        BucketAccessError
            If it is not.
        """
        if not self.root.is_dir():
            raise BucketAccessError(
                self.url, f"there is no folder {self.root}. Make it, or correct bucket.url."
            )

    @contextlib.contextmanager
    def explained(
        self, name: str, missing_codes: Container[int | None] = frozenset()
    ) -> Iterator[None]:
        """Turn what the system reports about a file into this project's errors.

        Raises
        ------
        ObjectMissingError
            Where its code is one of `missing_codes`.
        BucketAccessError
            Otherwise, or where the bucket's folder is not there.
        """
        try:
            yield
        except OSError as error:
            url = self._url_of(name)
            if error.errno in missing_codes:
                self.require_root()
                raise ObjectMissingError(url, "there is no such file.") from None
            advice = _WHAT_TO_DO.get(error.errno or 0, "Check the file system.")
            raise BucketAccessError(url, f"{error.strerror or error}. {advice}") from error

    def _url_of(self, name: str) -> str:
        return f"{self.url}/{name}"
