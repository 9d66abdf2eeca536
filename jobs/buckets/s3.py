"""S3, of Amazon and of others. Only the `s3` files of this folder know botocore."""

from __future__ import annotations

import functools
import io
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, TypeVar

from botocore.exceptions import ClientError

from jobs.buckets.bucket import (
    BINARY,
    Bucket,
    ObjectInfo,
    ObjectKind,
    StoredObject,
    check_name,
    check_prefix,
)
from jobs.buckets.listing import Listed, ListedPage, merged
from jobs.buckets.local_files import new_local_file
from jobs.buckets.retrying import Attempt, Retrying, RetrySettings
from jobs.buckets.s3_client import S3Client, parse_url
from jobs.buckets.s3_content import read_range, version_of
from jobs.buckets.s3_failures import FAILURES, code_of, explain, is_passing, status_of
from jobs.buckets.s3_listing import list_page
from jobs.buckets.s3_media import Downloads
from jobs.errors import (
    BucketAccessError,
    ObjectError,
    ObjectExistsError,
    ObjectMissingError,
    UsageError,
)

Result = TypeVar("Result")

WRITER_KEY = "drift-writer"
_ETAG = re.compile(r"[!#-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Settings:
    """How the store is talked to.

    Attributes
    ----------
    retry
        Deadline, timeouts and pauses of every call.
    download_deadline_s
        The deadline of `S3Bucket.local_copy`, which is for large objects.
    damaged_attempts
        How often content whose checksum is wrong is fetched before giving up.
    connections
        How many connections are kept open at most: as many as `images.fetch_workers` can be.
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

    client: S3Client
    downloads: Downloads


def open_url(url: str) -> S3Bucket:
    """Return the bucket that ``s3://name`` or ``s3://name/folder`` names; nothing is asked yet.

    Raises
    ------
    UsageError
        If the URL has no valid bucket name, or its folder is no plain path.
    """
    return S3Bucket(url)


class S3Bucket(Bucket):
    """A bucket of S3, or a folder in it.

    The first call opens the client, and looks for credentials. An object's version is its ETag,
    which for most objects is made from the content alone: equal content written anew keeps its
    version. Content is verified as `jobs.buckets.s3_content` says.

    Parameters
    ----------
    url
        ``s3://name`` or ``s3://name/folder``.
    settings
        Deadlines and the size of the connection pool.
    """

    is_far = True

    def __init__(self, url: str, settings: S3Settings | None = None) -> None:
        super().__init__(url.rstrip("/"))
        self._bucket_name, self._root = parse_url(url)
        self._settings = settings or S3Settings()
        self._retrying = Retrying(
            settings=self._settings.retry, failures=FAILURES, is_passing=self._is_passing
        )
        self._opening = threading.Lock()
        self._opened: _Store | None = None
        self._bucket_seen = False

    def signed_url(self, name: str, lifetime: timedelta) -> str:
        """Return a link that works for `lifetime`, at most seven days.

        One that temporary credentials signed, such as a role's, ends with them.
        """
        target = self._target(check_name(self.url, name))
        seconds = int(lifetime.total_seconds())
        url = self.url_of(name)
        return self._translated(url, lambda _: self._client().sign(target, seconds))

    def read(self, name: str) -> StoredObject:
        """Return content and ETag of one and the same response, verified."""

        def request(attempt: Attempt) -> StoredObject:
            content = io.BytesIO()
            version = self._download(name, content, attempt)
            return StoredObject(data=content.getvalue(), version=version)

        return self._call(name, request)

    def info(self, name: str) -> ObjectInfo:
        """Return size and ETag."""

        def request(attempt: Attempt) -> ObjectInfo:
            found = self._client().call("head_object", attempt, **self._target(name))
            return ObjectInfo(
                name=name, size_bytes=found["ContentLength"], version=version_of(found)
            )

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
        target = self._target(name)
        if version is not None:
            target["IfMatch"] = self._condition(name, version)

        def request(attempt: Attempt) -> bytes:
            asked = f"bytes={start}-{start + size - 1}"
            try:
                answer = self._client().call("get_object", attempt, Range=asked, **target)
            except ClientError as failure:
                if status_of(failure) == 412 and version is not None:
                    raise self._changed(name, version) from None
                if status_of(failure) == 416:
                    return b""
                raise
            return read_range(answer, start, size, attempt)

        return self._call(name, request)

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Write an object; a repeated attempt writes the same content again."""
        url = self.url_of(check_name(self.url, name))
        return self._translated(url, lambda attempt: self._upload(name, data, kind, attempt, {}))

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Write an object under the condition that there is none."""
        there = ObjectExistsError(self.url_of(name), "there is an object of that name already.")
        return self._write_if({"IfNoneMatch": "*"}, name, data, kind, there)

    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        """Write an object under the condition that its ETag is `version`."""
        condition = {"IfMatch": self._condition(name, version)}
        return self._write_if(condition, name, data, kind, self._changed(name, version))

    def delete(self, name: str) -> None:
        """Delete an object; one that is gone already is no error."""

        def request(attempt: Attempt) -> None:
            self._client().call("delete_object", attempt, **self._target(name))

        try:
            self._call(name, request)
        except ObjectMissingError:
            return

    def _is_passing(self, failure: Exception, attempts: int) -> bool:
        return is_passing(failure, attempts, self._settings.damaged_attempts)

    def _store(self) -> _Store:
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> _Store:
        settings = self._settings
        try:
            client = S3Client(settings.retry, settings.connections)
        except ValueError as error:
            raise UsageError(
                f"{self.url}: the client cannot be opened ({error}). Check AWS_ENDPOINT_URL: "
                "expected a URL such as http://minio:9000."
            ) from error
        downloads = Downloads(client, self._bucket_name, settings.connections)
        return _Store(client=client, downloads=downloads)

    def _client(self) -> S3Client:
        return self._store().client

    def _target(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket_name, "Key": self._root + name}

    def _condition(self, name: str, version: str) -> str:
        """Return the header that asks for a version; one that no object can have has changed."""
        if not _ETAG.fullmatch(version):
            check_name(self.url, name)
            raise self._changed(name, version)
        return f'"{version}"'

    def _call(
        self, name: str, request: Callable[[Attempt], Result], deadline_s: float | None = None
    ) -> Result:
        """Make a request about one object, and say what went wrong in this project's terms."""
        url = self.url_of(check_name(self.url, name))

        def with_missing(attempt: Attempt) -> Result:
            try:
                return request(attempt)
            except ClientError as failure:
                # The answer to a question for the head alone has no body that says what is missing.
                if status_of(failure) != 404 or code_of(failure) == "NoSuchBucket":
                    raise
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
        """Raise the store's refusal unless the bucket exists."""
        if not self._bucket_seen:
            self._page(self._listed(""), None, attempt, size=1)
            self._bucket_seen = True

    def _download(self, name: str, content: BinaryIO, attempt: Attempt) -> str:
        return self._store().downloads.download(self._root + name, content, attempt)

    def _upload(
        self, name: str, data: bytes, kind: ObjectKind, attempt: Attempt, further: dict[str, object]
    ) -> str:
        headers = dict(further)
        if kind.cache_control is not None:
            headers["CacheControl"] = kind.cache_control
        written = self._client().call(
            "put_object",
            attempt,
            Body=data,
            ContentType=kind.content_type,
            **self._target(name),
            **headers,
        )
        return version_of(written)

    def _write_if(
        self, condition: dict[str, str], name: str, data: bytes, kind: ObjectKind, no: ObjectError
    ) -> str:
        # An attempt can succeed although its answer is lost; the next one then meets its own
        # object, which this mark tells from another writer's.
        writer = uuid.uuid4().hex
        further: dict[str, object] = {**condition, "Metadata": {WRITER_KEY: writer}}

        def request(attempt: Attempt) -> str:
            try:
                return self._upload(name, data, kind, attempt, further)
            except ClientError as failure:
                if status_of(failure) != 412 and code_of(failure) != "NoSuchKey":
                    raise
                own = self._own_version(name, writer, attempt) if attempt.number else None
                if own is None:
                    raise no from None
                return own

        return self._translated(self.url_of(check_name(self.url, name)), request)

    def _own_version(self, name: str, writer: str, attempt: Attempt) -> str | None:
        try:
            found = self._client().call("head_object", attempt, **self._target(name))
        except ClientError as failure:
            if status_of(failure) != 404:
                raise
            return None
        own = found.get("Metadata", {}).get(WRITER_KEY) == writer
        return version_of(found) if own else None

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
