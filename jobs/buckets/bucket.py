"""The contract of a bucket: what every kind of store must do, in the same way."""

from __future__ import annotations

import logging
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from jobs.errors import ObjectChangedError, ObjectError, ObjectTooLargeError, UnsafeNameError

LONGEST_NAME_BYTES = 1024
_NO_PARTS = frozenset({"", ".", ".."})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """One object in a listing.

    Attributes
    ----------
    name
        The name below the folder that the bucket was opened on, with ``/`` between folders.
    size_bytes
        The size of the content.
    version
        Changes whenever the content changes: the generation of an object in Google's storage, its
        ETag in S3; size, modification time and inode of a file. All but the ETag, which may stand
        for the content alone, also change when equal content is written anew.
    written
        When this version was written, UTC; None where the store does not say.
    """

    name: str
    size_bytes: int
    version: str
    written: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """The content of an object and the version it was read at."""

    data: bytes
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectKind:
    """How an object is to be served to a browser.

    Attributes
    ----------
    content_type
        The media type.
    cache_control
        The ``Cache-Control`` header, or None for the store's default.
    """

    content_type: str = "application/octet-stream"
    cache_control: str | None = None


BINARY = ObjectKind()
JSON = ObjectKind(content_type="application/json")
HTML = ObjectKind(content_type="text/html; charset=utf-8")
CSV = ObjectKind(content_type="text/csv; charset=utf-8")


class Bucket(ABC):
    """A folder of objects that can be listed, read and written; safe to call from many threads.

    Names are relative to the folder that the bucket was opened on. A name that would leave it, or
    that holds control characters, raises `UnsafeNameError` before the store is asked. A missing
    object raises `ObjectMissingError`; a store that cannot be reached, or that refuses, raises
    `BucketAccessError` once its retries are used up.

    Parameters
    ----------
    url
        The folder as users write it, without a slash at its end.

    Attributes
    ----------
    is_far
        Whether `local_copy` has to fetch the whole object.
    """

    is_far = False

    def __init__(self, url: str) -> None:
        self.url = url

    def url_of(self, name: str) -> str:
        """Return the full URL of an object, for messages and links."""
        return f"{self.url}/{name}"

    def signed_url(self, name: str, lifetime: timedelta) -> str | None:
        """Return a link by which anybody can read an object for `lifetime`; it is a secret.

        None where this kind of store signs none. A store that can and fails to raises
        `BucketAccessError`.
        """
        del name, lifetime
        return None

    @abstractmethod
    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        """Return an object's whole content, its checksum verified where the store keeps one.

        One of more than `most_bytes` raises `ObjectTooLargeError`; no more is held in memory.
        """

    def read_many(
        self, names: Sequence[str], most_bytes: int | None = None
    ) -> list[StoredObject | ObjectError]:
        """Return the contents of several objects in the order of their names, or what failed.

        The same as `read` for each, for many small objects that a store reads faster together.

        Parameters
        ----------
        most_bytes
            The most that each may have.
        """
        found: list[StoredObject | ObjectError] = []
        for name in names:
            try:
                found.append(self.read(name, most_bytes))
            except ObjectError as error:
                found.append(error)
        return found

    @abstractmethod
    def info(self, name: str) -> ObjectInfo:
        """Return size, version and time of one object without reading it."""

    def holder_info(self, name: str) -> ObjectInfo:
        """Return `info` of what is overwritten when `name` is: the object, or what it is packed in.

        Its version decides on the content of `name`; that there is such a member is not said.
        """
        return self.info(name)

    def expect(self, names: Collection[str]) -> None:
        """Take in which objects will be read next, where that helps to read them."""
        del names

    @abstractmethod
    def local_copy(self, name: str, folder: Path) -> Path:
        """Return a file with the object's content, for inputs too large for memory.

        A store that already is a file system returns the file itself; others download into
        `folder`, verified like `read`.
        """

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield every object whose name starts with `prefix`, sorted by name.

        A prefix that matches nothing yields nothing; an unreachable store raises.
        """

    def level(self, folder: str = "") -> Iterator[ObjectInfo | str]:
        """Yield what lies directly in a folder, sorted by name.

        An object as `list` yields it; a folder as its name, which ends with a slash. Stores that
        can do so ask for one level only, however many objects lie below.

        Parameters
        ----------
        folder
            Empty, or a name that ends with a slash.
        """
        seen = ""
        for info in self.list(folder):
            below, slash, _ = info.name.removeprefix(folder).partition("/")
            if not slash:
                yield info
            elif folder + below + "/" != seen:
                seen = folder + below + "/"
                yield seen

    def read_part(self, name: str, start: int, size: int, version: str | None = None) -> bytes:
        """Return `size` bytes from `start` on, fewer where the object ends before.

        For a look at objects too large to read: no checksum can be verified. With a `version`,
        an object that no longer is at it raises `ObjectChangedError`; one that is gone may too.
        """
        stored = self.read(name)
        if version is not None and stored.version != version:
            raise self._changed(name, version)
        return stored.data[start : start + size]

    def _changed(self, name: str, version: str) -> ObjectChangedError:
        return ObjectChangedError(
            self.url_of(name), f"the object is no longer at version {version}."
        )

    def may_write(self, folder: str) -> bool | None:
        """Tell whether objects below `folder` may be written and replaced; nothing is written.

        None where the store does not say.
        """
        del folder
        return None

    @abstractmethod
    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Write an object whether it was there or not, all or nothing; return its new version."""

    @abstractmethod
    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Write an object only if there is none; raise `ObjectExistsError` otherwise.

        Of any number of simultaneous calls exactly one succeeds. Returns the new version.
        """

    @abstractmethod
    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        """Write an object only if it still is at `version`; raise `ObjectChangedError` otherwise.

        A missing object counts as changed. Returns the new version.
        """

    @abstractmethod
    def delete(self, name: str) -> None:
        """Delete an object; one that is not there is no error."""


def check_name(bucket_url: str, name: str) -> str:
    """Return `name` if it is safe below a bucket's folder.

    Raises
    ------
    UnsafeNameError
        For an empty or absolute name, ``.`` or ``..`` or an empty part, a control
        character, a lone surrogate, or more than 1,024 bytes of UTF-8.
    """
    problem = _name_problem(name)
    if problem is not None:
        shown = name.encode("unicode_escape").decode("ascii")[:200]
        raise UnsafeNameError(
            f"{bucket_url}/{shown}", f"{problem}. Expected a plain name below the bucket's folder."
        )
    return name


def check_prefix(bucket_url: str, prefix: str) -> str:
    """Return `prefix` if a listing below it stays in a bucket's folder.

    It may be empty, end with a slash, or end within a part of a name.

    Raises
    ------
    UnsafeNameError
        If it could not begin any safe name.
    """
    if prefix:
        check_name(bucket_url, prefix.removesuffix("/"))
    return prefix


def check_size(url: str, size_bytes: int, most_bytes: int | None, version: str) -> None:
    """Raise `ObjectTooLargeError` if an object has more than `most_bytes`, which may be None."""
    if most_bytes is not None and size_bytes > most_bytes:
        raise ObjectTooLargeError(url, size_bytes, most_bytes, version)


def is_readable_name(bucket_url: str, name: str) -> bool:
    """Return whether a name that a store lists can also be read; warn of one that cannot.

    The empty objects whose names end with a slash, by which consoles show folders, pass unsaid.
    """
    if not name or name.endswith("/"):
        return False
    problem = _name_problem(name)
    if problem is not None:
        _log.warning("%s/%r is left out: %s", bucket_url, name, problem)
    return problem is None


def _name_problem(name: str) -> str | None:
    if not name:
        return "the name is empty"
    if not _NO_PARTS.isdisjoint(name.split("/")):
        return "the name is absolute or has an empty, '.' or '..' part"
    # What can be printed holds none; asking for the categories takes thirty times as long.
    if not name.isprintable() and any(
        unicodedata.category(character) in {"Cc", "Cs"} for character in name
    ):
        return "the name holds a control character"
    if 4 * len(name) > LONGEST_NAME_BYTES < len(name.encode()):
        return f"the name is longer than {LONGEST_NAME_BYTES} bytes"
    return None
