"""A folder of the local file system as a bucket."""

from __future__ import annotations

import contextlib
import os
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from jobs.buckets.bucket import (
    BINARY,
    Bucket,
    ObjectInfo,
    ObjectKind,
    StoredObject,
    check_prefix,
)
from jobs.buckets.folder.files import (
    described_file,
    file_version,
    give_new_time,
    link_if_absent,
    make_folders,
    opened_for_reading,
    regular_status,
    remove_abandoned,
    sync_folder,
    temporary_file,
    writers_excluded,
)
from jobs.buckets.folder.listing import list_folder, list_level
from jobs.buckets.folder.paths import MISSING_CODES, FolderPaths
from jobs.buckets.folder.plain_files import PlainFiles, plain_files, read_all
from jobs.endpoints import without_secrets
from jobs.errors import (
    ObjectChangedError,
    ObjectError,
    ObjectExistsError,
    ObjectMissingError,
    ObjectTooLargeError,
    UsageError,
)

Writing = Callable[[Path, Path, os.stat_result | None], None]


def open_url(url: str) -> FolderBucket:
    """Return the bucket that a path or a ``file:///`` URL names; nothing is looked at yet.

    A ``~`` at a path's start is the user's home. A URL's ``%`` escapes are decoded.

    Raises
    ------
    UsageError
        If the URL names another machine, or nothing.
    """
    shown = without_secrets(url)
    if not url.startswith("file:"):
        path = url
    else:
        parts = urllib.parse.urlsplit(url.replace("#", "%23").replace("?", "%3F"))
        path = urllib.parse.unquote(parts.path)
        if parts.netloc not in {"", "localhost"}:
            raise UsageError(
                f"bucket.url is {shown!r}, which names another machine. Expected file:///PATH with "
                "three slashes, or a plain path."
            )
    if not path or "\0" in path:
        raise UsageError(f"bucket.url is {shown!r}. Expected the path of a folder.")
    return FolderBucket(url, Path(path).expanduser())


class FolderBucket(Bucket):
    """The files below a folder that exists already; folders below it are made when needed.

    Files are written whole and moved into place. All writers, on this machine and on others that
    share the file system, take turns by way of a lock file in the folder; neither it nor
    unfinished files are ever listed, and no object can have their names. What writers that were
    killed left unfinished is deleted when the next one writes into the same folder. Symbolic links
    are followed to files inside the folder; one that leads outside is refused. `ObjectKind` has no
    meaning here. Other programs may write files in place, so `read` gives the version from
    before it read: `replace` then notices the change.

    Parameters
    ----------
    url
        The folder as users write it.
    root
        The folder; by default `url` is its path.
    """

    def __init__(self, url: str, root: Path | None = None) -> None:
        super().__init__(url.rstrip("/"))
        self._root = (Path(url) if root is None else root).absolute()
        self._paths = FolderPaths(url=self.url, root=self._root)
        self._tidied: set[Path] = set()

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        """Return a file's content."""
        with self._reading(name) as (descriptor, status):
            return self._content(name, descriptor, status, most_bytes)

    def read_many(
        self, names: Sequence[str], most_bytes: int | None = None
    ) -> list[StoredObject | ObjectError]:
        """Return the contents of several files; a folder in which several are is opened once."""
        if len(names) < 2:
            return super().read_many(names, most_bytes)
        try:
            with plain_files(self._root) as files:
                return [self._read_of_many(files, name, most_bytes) for name in names]
        except OSError:
            # The bucket's folder itself cannot be opened: each file says why.
            return super().read_many(names, most_bytes)

    def info(self, name: str) -> ObjectInfo:
        """Return a file's size, version and time."""
        with self._reading(name) as (_, status):
            return described_file(name, status)

    def local_copy(self, name: str, folder: Path) -> Path:  # noqa: ARG002 - nothing is copied
        """Return the path of the file itself."""
        with self._reading(name):
            return self._paths.inside(name)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield the files one folder at a time, each folder's names sorted when it is reached."""
        check_prefix(self.url, prefix)
        return self._listing(prefix)

    def level(self, folder: str = "") -> Iterator[ObjectInfo | str]:
        """Yield one folder's files and folders; a folder may turn out to hold no file."""
        check_prefix(self.url, folder)
        if folder:
            self._paths.inside(folder.rstrip("/"))
        with self._paths.explained(folder):
            self._paths.require_root()
            yield from list_level(self._root.resolve(), folder)

    def read_part(self, name: str, start: int, size: int, version: str | None = None) -> bytes:
        """Return a part of a file."""
        with (
            self._reading(name) as (descriptor, status),
            os.fdopen(descriptor, "rb", closefd=False) as file,
        ):
            if version is not None and file_version(status) != version:
                raise self._changed(name, version)
            file.seek(start)
            return file.read(size)

    def may_write(self, folder: str) -> bool:
        """Ask the system about the folder, or the nearest one above it that is there."""
        self._paths.require_root()
        place = self._paths.inside(folder)
        root = Path(os.path.realpath(self._root))
        while place != root and not place.exists():
            place = place.parent
        # The lock of all writers lies in the bucket's folder itself.
        return all(one.is_dir() and os.access(one, os.W_OK | os.X_OK) for one in (place, root))

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:  # noqa: ARG002
        """Move a complete file into place."""

        def put(complete: Path, target: Path, _: os.stat_result | None) -> None:
            complete.replace(target)

        return self._put(name, data, put)

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:  # noqa: ARG002
        """Give a complete file its name, which only one of many can get."""

        def put(complete: Path, target: Path, _: os.stat_result | None) -> None:
            try:
                link_if_absent(complete, target)
            except FileExistsError:
                raise ObjectExistsError(
                    self.url_of(name), "there is a file of that name already."
                ) from None

        return self._put(name, data, put)

    def replace(
        self,
        name: str,
        data: bytes,
        version: str,
        kind: ObjectKind = BINARY,  # noqa: ARG002
    ) -> str:
        """Move a complete file into place if the present one still has `version`."""

        def put(complete: Path, target: Path, present: os.stat_result | None) -> None:
            if present is None or file_version(present) != version:
                raise ObjectChangedError(
                    self.url_of(name), f"the file is no longer at version {version}."
                )
            complete.replace(target)

        return self._put(name, data, put)

    def delete(self, name: str) -> None:
        """Delete a file; a folder of that name is no object and stays."""
        target = self._paths.inside(name)
        with contextlib.suppress(ObjectMissingError), self._paths.explained(name, MISSING_CODES):
            self._paths.require_root()
            with writers_excluded(self._root):
                if regular_status(target) is not None:
                    target.unlink()

    def _put(self, name: str, data: bytes, put: Writing) -> str:
        target = self._paths.inside(name)
        with self._paths.explained(name):
            self._paths.require_root()
            make_folders(target.parent)
            self._tidy(target.parent)
            with temporary_file(self._root, target.parent, data) as complete:
                with writers_excluded(self._root):
                    present = regular_status(target)
                    version = give_new_time(complete, present)
                    put(complete, target, present)
                sync_folder(target.parent)
            return version

    def _tidy(self, folder: Path) -> None:
        if folder not in self._tidied:
            self._tidied.add(folder)
            remove_abandoned(self._root, folder)

    def _read_of_many(
        self, files: PlainFiles, name: str, most_bytes: int | None
    ) -> StoredObject | ObjectError:
        try:
            self._paths.check(name)
            try:
                descriptor, status = files.open(name)
                try:
                    return self._content(name, descriptor, status, most_bytes)
                finally:
                    os.close(descriptor)
            except OSError:
                # A link that may lead to a file inside, or trouble that is said as of one file.
                return self.read(name, most_bytes)
        except ObjectError as error:
            return error

    def _content(
        self, name: str, descriptor: int, status: os.stat_result, most_bytes: int | None
    ) -> StoredObject:
        version, size_bytes = file_version(status), status.st_size
        if most_bytes is None or size_bytes <= most_bytes:
            data = read_all(descriptor, size_bytes, most_bytes)
            size_bytes = len(data)
            if most_bytes is None or size_bytes <= most_bytes:
                return StoredObject(data=data, version=version)
        raise ObjectTooLargeError(self.url_of(name), size_bytes, most_bytes, version)

    @contextlib.contextmanager
    def _reading(self, name: str) -> Iterator[tuple[int, os.stat_result]]:
        self._paths.check(name)
        try:
            with self._paths.explained(name, MISSING_CODES), self._opened(name) as opened:
                yield opened
        except ObjectMissingError:
            self._paths.require_root()
            raise

    @contextlib.contextmanager
    def _opened(self, name: str) -> Iterator[tuple[int, os.stat_result]]:
        plain = self._open_plain(name)
        if plain is None:
            path = self._paths.inside(name)
            with opened_for_reading(Path(os.path.realpath(self._root)), path) as opened:
                yield opened
            return
        try:
            yield plain
        finally:
            os.close(plain[0])

    def _open_plain(self, name: str) -> tuple[int, os.stat_result] | None:
        """Open a file to which no link leads; None where it is not there like that."""
        try:
            with plain_files(self._root) as files:
                return files.open(name)
        except OSError:
            return None

    def _listing(self, prefix: str) -> Iterator[ObjectInfo]:
        above, slash, beginning = prefix.rpartition("/")
        if above:
            self._paths.inside(above)
        with self._paths.explained(prefix):
            self._paths.require_root()
            yield from list_folder(self._root.resolve(), above + slash, beginning)
