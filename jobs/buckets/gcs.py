"""Google Cloud Storage. Only the `gcs` files of this folder know Google's client."""

from __future__ import annotations

import functools
import io
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, TypeVar

from google.api_core import exceptions as api_errors
from google.cloud import storage

from jobs.buckets.bucket import (
    BINARY,
    Bucket,
    ObjectInfo,
    ObjectKind,
    StoredObject,
    check_name,
    check_prefix,
)
from jobs.buckets.gcs_client import open_client, parse_url
from jobs.buckets.gcs_failures import FAILURES, explain, is_passing
from jobs.buckets.gcs_listing import list_page
from jobs.buckets.gcs_media import Downloads
from jobs.buckets.listing import Listed, ListedPage, merged
from jobs.buckets.local_files import new_local_file
from jobs.buckets.retrying import Attempt, Retrying, RetrySettings
from jobs.errors import (
    BucketAccessError,
    ObjectError,
    ObjectExistsError,
    ObjectMissingError,
)

Result = TypeVar("Result")

WRITER_KEY = "drift-writer"
_WRITING_RIGHTS = frozenset({"storage.objects.create", "storage.objects.delete"})
_RIGHTS_DEADLINE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GCSSettings:
    """How the store is talked to.

    Attributes
    ----------
    retry
        Deadline, timeouts and pauses of every call.
    download_deadline_s
        The deadline of `GCSBucket.local_copy`, which is for large objects.
    damaged_attempts
        How often content whose checksum is wrong is fetched before giving up.
    connections
        How many connections are kept open at most: as many as `images.fetch_workers` can be, so
        that no thread ever has to open one for a single object.
    page_size
        How many objects one listing request asks for; the store gives no more than 1,000.
    """

    retry: RetrySettings = field(default_factory=RetrySettings)
    download_deadline_s: float = 3600.0
    damaged_attempts: int = 4
    connections: int = 256
    page_size: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    """What is opened once, for the first call."""

    client: storage.Client
    downloads: Downloads


def open_url(url: str) -> GCSBucket:
    """Return the bucket that ``gs://name`` or ``gs://name/folder`` names; nothing is asked yet.

    Raises
    ------
    UsageError
        If the URL has no valid bucket name, or its folder is no plain path.
    """
    return GCSBucket(url)


class GCSBucket(Bucket):
    """A bucket of Google Cloud Storage, or a folder in it.

    Credentials are the application-default ones. With ``STORAGE_EMULATOR_HOST`` set there are
    none, and none are looked for. The first call opens the client. Content is compared with the
    store's CRC32C; content that cannot be compared is refused.

    Parameters
    ----------
    url
        ``gs://name`` or ``gs://name/folder``.
    settings
        Deadlines and the size of the connection pool.
    """

    is_far = True

    def __init__(self, url: str, settings: GCSSettings | None = None) -> None:
        super().__init__(url.rstrip("/"))
        self._bucket_name, self._root = parse_url(url)
        self._settings = settings or GCSSettings()
        self._retrying = Retrying(
            settings=self._settings.retry, failures=FAILURES, is_passing=self._is_passing
        )
        self._opening = threading.Lock()
        self._opened: _Store | None = None
        self._bucket_seen = False

    def signed_url(self, name: str, lifetime: timedelta) -> str:
        """Return a link that works for `lifetime`, at most seven days."""
        from jobs.buckets.gcs_signing import sign_link  # noqa: PLC0415 - only where links are

        url = self.url_of(check_name(self.url, name))
        return sign_link(self._translated(url, lambda _: self._blob(name)), url, lifetime)

    def read(self, name: str) -> StoredObject:
        """Return content and generation of one and the same response, its checksum verified."""

        def request(attempt: Attempt) -> StoredObject:
            content = io.BytesIO()
            generation = self._download(name, content, attempt)
            return StoredObject(data=content.getvalue(), version=generation)

        return self._call(name, request)

    def info(self, name: str) -> ObjectInfo:
        """Return size and generation."""

        def request(attempt: Attempt) -> ObjectInfo:
            blob = self._blob(name)
            blob.reload(timeout=attempt.timeouts_s, retry=None)
            return ObjectInfo(name=name, size_bytes=blob.size, version=str(blob.generation))

        return self._call(name, request)

    def local_copy(self, name: str, folder: Path) -> Path:
        """Download into a new file below `folder`; a failed download leaves no file."""
        url = self.url_of(check_name(self.url, name))
        with new_local_file(url, folder) as target:

            def request(attempt: Attempt) -> Path:
                with target.open("wb") as content:
                    self._download(name, content, attempt)
                return target

            return self._call(name, request, self._settings.download_deadline_s)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield the objects page by page; a page is asked for when it is needed."""
        check_prefix(self.url, prefix)
        pages = self._pages(self._listed(prefix))
        return (info for page in pages for info in page.objects)

    def level(self, folder: str = "") -> Iterator[ObjectInfo | str]:
        """Yield one folder's objects and folders, asked for page by page."""
        check_prefix(self.url, folder)
        pages = self._pages(self._listed(folder, one_level=True))
        return (one for page in pages for one in merged(page))

    def read_part(self, name: str, start: int, size: int, version: str | None = None) -> bytes:
        """Return a part of an object in one request."""
        generation = None if version is None else int(version)

        def request(attempt: Attempt) -> bytes:
            blob = self._blob(name, generation)
            end = start + size - 1
            try:
                content: bytes = blob.download_as_bytes(
                    start=start, end=end, checksum=None, retry=None, timeout=attempt.timeouts_s
                )
            except api_errors.RequestRangeNotSatisfiable:
                # The object ends before.
                return b""
            return content

        try:
            return self._call(name, request)
        except ObjectMissingError:
            if version is None:
                raise
            raise self._changed(name, version) from None

    def may_write(self, folder: str) -> bool | None:  # noqa: ARG002 - rights are a bucket's
        """Ask which rights the credentials have in the bucket, conditions on names not counted."""

        def request(attempt: Attempt) -> set[str]:
            bucket = self._client().bucket(self._bucket_name)
            # Replacing an object takes the right to delete it.
            return set(
                bucket.test_iam_permissions(
                    list(_WRITING_RIGHTS), timeout=attempt.timeouts_s, retry=None
                )
            )

        try:
            granted = self._retrying.call(self.url, request, _RIGHTS_DEADLINE_S)
        except FAILURES:
            return None
        return granted >= _WRITING_RIGHTS

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Write an object; a repeated attempt writes the same content again."""
        url = self.url_of(check_name(self.url, name))
        return self._translated(url, lambda attempt: self._upload(name, data, kind, attempt))

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Write an object under the condition that there is none."""
        there = ObjectExistsError(self.url_of(name), "there is an object of that name already.")
        return self._write_if(0, name, data, kind, there)

    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        """Write an object under the condition that its generation is `version`."""
        changed = self._changed(name, version)
        # Generation zero would mean "only if there is none".
        if not version.isdecimal() or int(version) == 0:
            raise changed
        return self._write_if(int(version), name, data, kind, changed)

    def delete(self, name: str) -> None:
        """Delete an object; one that is gone already is no error."""

        def request(attempt: Attempt) -> None:
            self._blob(name).delete(timeout=attempt.timeouts_s, retry=None)

        try:
            self._call(name, request)
        except ObjectMissingError:
            return

    def _is_passing(self, failure: Exception, attempts: int) -> bool:
        return is_passing(failure, attempts, self._settings.damaged_attempts)

    def _store(self) -> _Store:
        with self._opening:
            if self._opened is None:
                client = open_client(self._settings.connections)
                downloads = Downloads(client, self._bucket_name, self._settings.connections)
                self._opened = _Store(client=client, downloads=downloads)
            return self._opened

    def _client(self) -> storage.Client:
        return self._store().client

    def _blob(self, name: str, generation: int | None = None) -> storage.Blob:
        return (
            self._client().bucket(self._bucket_name).blob(self._root + name, generation=generation)
        )

    def _call(
        self, name: str, request: Callable[[Attempt], Result], deadline_s: float | None = None
    ) -> Result:
        """Make a request about one object, and say what went wrong in this project's terms."""
        url = self.url_of(check_name(self.url, name))

        def with_missing(attempt: Attempt) -> Result:
            try:
                return request(attempt)
            except api_errors.NotFound:
                self._require_bucket(attempt)
                raise ObjectMissingError(url, "there is no such object.") from None

        return self._translated(url, with_missing, deadline_s)

    def _translated(
        self, url: str, request: Callable[[Attempt], Result], deadline_s: float | None = None
    ) -> Result:
        try:
            result = self._retrying.call(url, request, deadline_s)
        except FAILURES as failure:
            raise BucketAccessError(url, explain(failure, self._bucket_name)) from failure
        self._bucket_seen = True
        return result

    def _require_bucket(self, attempt: Attempt) -> None:
        """Raise `NotFound` unless the bucket exists: the store answers 404 for either."""
        if not self._bucket_seen:
            self._page(self._listed(""), None, attempt, size=1)
            self._bucket_seen = True

    def _download(self, name: str, content: BinaryIO, attempt: Attempt) -> str:
        return self._store().downloads.download(self._root + name, content, attempt)

    def _upload(
        self,
        name: str,
        data: bytes,
        kind: ObjectKind,
        attempt: Attempt,
        condition: tuple[int, str] | None = None,
    ) -> str:
        blob = self._blob(name)
        blob.cache_control = kind.cache_control
        generation = None
        if condition is not None:
            generation, writer = condition
            blob.metadata = {WRITER_KEY: writer}
        blob.upload_from_string(
            data,
            content_type=kind.content_type,
            if_generation_match=generation,
            checksum="crc32c",
            retry=None,
            timeout=attempt.timeouts_s,
        )
        return str(blob.generation)

    def _write_if(
        self, generation: int, name: str, data: bytes, kind: ObjectKind, refused: ObjectError
    ) -> str:
        # An attempt can succeed although its answer is lost; the next one then meets its own
        # object, which this mark tells from another writer's.
        writer = uuid.uuid4().hex

        def request(attempt: Attempt) -> str:
            try:
                return self._upload(name, data, kind, attempt, (generation, writer))
            except api_errors.PreconditionFailed:
                own = self._own_generation(name, writer, attempt) if attempt.number else None
                if own is None:
                    raise refused from None
                return own

        return self._translated(self.url_of(check_name(self.url, name)), request)

    def _own_generation(self, name: str, writer: str, attempt: Attempt) -> str | None:
        blob = self._blob(name)
        try:
            blob.reload(timeout=attempt.timeouts_s, retry=None)
        except api_errors.NotFound:
            return None
        return str(blob.generation) if (blob.metadata or {}).get(WRITER_KEY) == writer else None

    def _page(self, listed: Listed, token: str | None, attempt: Attempt, size: int) -> ListedPage:
        return list_page(self._client(), listed, token, size, attempt)

    def _listed(self, prefix: str, *, one_level: bool = False) -> Listed:
        return Listed(
            url=self.url,
            bucket_name=self._bucket_name,
            root=self._root,
            prefix=prefix,
            one_level=one_level,
        )

    def _pages(self, listed: Listed) -> Iterator[ListedPage]:
        token: str | None = None
        while True:
            request = functools.partial(self._page, listed, token, size=self._settings.page_size)
            page = self._translated(self.url_of(listed.prefix), request)
            yield page
            token = page.next_token
            if token is None:
                return
