"""The images in a log as a bucket that can only be read."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from collections.abc import Collection, Iterator
from pathlib import Path

from jobs.buckets.bucket import BINARY, Bucket, ObjectInfo, ObjectKind, StoredObject, check_size
from jobs.errors import BucketAccessError, ObjectError, ObjectMissingError
from jobs.job_file.names.logged_images import LOG_IMAGES_URL, ImageColumn, LoggedImageName
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.reading import read_images

# So many bytes of images stay for another reading, such as for thumbnails.
_KEPT_BYTES = 2 << 30


class LoggedImageBucket(Bucket):
    """The images of a log, by the names that `LoggedImageName` gives them.

    An image that is asked for has its log object read once more; all images of that object that
    are expected are put into a temporary folder on the way, so that no more than one row's is in
    memory. The folder goes with the process.

    Parameters
    ----------
    log
        The bucket of the log.
    settings
        The job file's ``[predictions]``.
    column
        The column with the images.
    """

    def __init__(self, log: Bucket, settings: PredictionSettings, column: ImageColumn) -> None:
        super().__init__(LOG_IMAGES_URL)
        self._log = log
        self._settings = settings
        self._column = column
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._sizes: dict[str, int] = {}
        self._expected: dict[str, dict[str, int]] = {}
        self._failures: dict[str, ObjectError] = {}

    def url_of(self, name: str) -> str:
        """Return where an image stands, for messages."""
        return self._log.url_of(name)

    def expect(self, names: Collection[str]) -> None:
        """Say which images will be read next; some of those before are let go."""
        with self._lock:
            self._expected = {}
            self._failures = {}
            for name in names:
                parts = LoggedImageName.parse(name)
                if parts is not None:
                    self._expected.setdefault(parts.source, {})[parts.digest] = parts.line
            wanted = {digest for of_one in self._expected.values() for digest in of_one}
            self._let_go([digest for digest in self._sizes if digest not in wanted])

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        """Return an image as it stands in its row."""
        parts = self._spooled(name)
        check_size(self.url_of(name), self._sizes[parts.digest], most_bytes, parts.digest)
        return StoredObject(data=self._path(parts.digest).read_bytes(), version=parts.digest)

    def info(self, name: str) -> ObjectInfo:
        """Return the size of an image; its version is the digest of its bytes."""
        parts = self._spooled(name)
        return ObjectInfo(name=name, size_bytes=self._sizes[parts.digest], version=parts.digest)

    def local_copy(self, name: str, folder: Path) -> Path:
        """Return a file with an image, which stays where it is."""
        del folder
        return self._path(self._spooled(name).digest)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield nothing: images are known by the rows of the log only."""
        del prefix
        return iter(())

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Refuse: a log is only read."""
        raise self._refusal(name, data, kind)

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Refuse: a log is only read."""
        raise self._refusal(name, data, kind)

    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        """Refuse: a log is only read."""
        raise self._refusal(name, data, version, kind)

    def delete(self, name: str) -> None:
        """Refuse: a log is only read."""
        raise self._refusal(name)

    def _refusal(self, name: str, *_: object) -> BucketAccessError:
        return BucketAccessError(self.url_of(name), "an image in the log is only ever read.")

    def _spooled(self, name: str) -> LoggedImageName:
        """Return the parts of a name whose image is in the temporary folder."""
        parts = LoggedImageName.parse(name)
        if parts is None:
            raise ObjectMissingError(
                self.url_of(name), "no row of a log has an image of that name."
            )
        with self._lock:
            if parts.digest not in self._sizes:
                self._read_source(parts)
            if parts.digest not in self._sizes:
                raise ObjectMissingError(
                    self.url_of(name), "that line no longer holds the image that it held."
                )
        return parts

    def _read_source(self, parts: LoggedImageName) -> None:
        """Put the expected images of one object of the log into the temporary folder."""
        if parts.source in self._failures:
            raise self._failures[parts.source]
        wanted = {**self._expected.get(parts.source, {}), parts.digest: parts.line}
        missing = {digest: line for digest, line in wanted.items() if digest not in self._sizes}

        def keep(digest: str, image: bytes) -> None:
            if digest in missing and digest not in self._sizes:
                self._path(digest).write_bytes(image)
                self._sizes[digest] = len(image)

        try:
            read_images(
                self._log,
                self._settings,
                parts.source,
                self._column,
                lines=frozenset(missing.values()),
                keep=keep,
            )
        except ObjectError as error:
            self._failures[parts.source] = error
            raise

    def _let_go(self, digests: Collection[str]) -> None:
        kept = sum(self._sizes[digest] for digest in digests)
        for digest in digests:
            if kept <= _KEPT_BYTES:
                return
            kept -= self._sizes.pop(digest)
            self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="drift-images-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder / digest
