"""S3, of Amazon and of others, as an `ObjectStore`."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from jobs.buckets.bucket import ObjectKind
from jobs.buckets.cloud import CloudBucket
from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.listing import Listed, ListedPage
from jobs.buckets.object_store import (
    WRITER_KEY,
    Condition,
    ConditionFailedError,
    NotThereError,
    ObjectHead,
    ObjectStore,
    Sink,
)
from jobs.buckets.s3.client import S3Client, parse_url
from jobs.buckets.s3.content import read_range, version_of
from jobs.buckets.s3.failures import (
    CONNECTION_FAILURES,
    FAILURES,
    code_of,
    explain,
    is_passing,
    status_of,
)
from jobs.buckets.s3.listing import list_page
from jobs.buckets.s3.marks import Marks
from jobs.buckets.s3.media import Downloads
from jobs.buckets.wrong_answers import WrongAnswerError
from jobs.errors import UsageError

_ETAG = re.compile(r"[!#-~]+")


def open_url(url: str) -> S3Bucket:
    """Return the bucket of ``s3://name`` or ``s3://name/folder``, without any request.

    Raises
    ------
    UsageError
        If the URL has no valid bucket name, or its folder is no plain path.
    """
    return S3Bucket(url)


class S3Bucket(CloudBucket):
    """A bucket of S3, or a folder in it.

    The first call opens the client, and looks for credentials. An object's version is its ETag,
    which for most objects is made from the content alone: equal content written anew keeps its
    version. Content is verified as `jobs.buckets.s3.content` says.

    Parameters
    ----------
    url
        ``s3://name`` or ``s3://name/folder``.
    settings
        Deadlines and the size of the connection pool.
    """

    def __init__(self, url: str, settings: CloudSettings | None = None) -> None:
        bucket_name, root = parse_url(url)
        settings = settings or CloudSettings()
        super().__init__(url, bucket_name, root, AmazonStore(bucket_name, settings), settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    client: S3Client
    downloads: Downloads


class AmazonStore(ObjectStore[_Opened]):
    """A bucket of a store that speaks S3."""

    failures = FAILURES

    def __init__(self, bucket_name: str, settings: CloudSettings) -> None:
        super().__init__()
        self._bucket_name = bucket_name
        self._settings = settings
        # Some stores send marks back with some kinds of answers only.
        self._heads = Marks()
        self._parts = Marks()

    def is_passing(self, failure: Exception, attempts: int) -> bool:
        """Return whether another attempt may succeed."""
        return is_passing(failure, attempts, self._settings.damaged_attempts)

    def is_unanswered(self, failure: Exception) -> bool:
        """Return whether a request failed without an answer."""
        return isinstance(failure, CONNECTION_FAILURES)

    def drop_connections(self) -> None:
        """Stop using the client's idle connections."""
        self._opened().client.drop_connections()

    def explain(self, failure: Exception) -> str:
        """Return what failed and what to do."""
        return explain(failure, self._bucket_name)

    def is_version(self, version: str) -> bool:
        """Return whether this is an ETag without its quotes, and not another kind of condition."""
        return _ETAG.fullmatch(version) is not None

    def download(self, key: str, sink: Sink) -> str:
        """Write an object into `sink` and return its ETag."""
        try:
            return self._opened().downloads.download(key, sink)
        except ClientError as failure:
            raise _if_missing(failure, key) from None

    def head(self, key: str) -> ObjectHead:
        """Ask for the head alone."""
        found, is_bound = self._heads.ask(functools.partial(self._ask, "head_object", key))
        return ObjectHead(
            size_bytes=found["ContentLength"],
            version=version_of(found),
            writer=found.get("Metadata", {}).get(WRITER_KEY),
            written=found.get("LastModified"),
            is_bound=is_bound,
        )

    def head_afresh(self, key: str) -> ObjectHead:
        """Ask for the head over a new connection."""
        with self._opened().client.over_a_new_connection():
            return self.head(key)

    def part(
        self,
        key: str,
        start: int,
        size: int,
        version: str | None,
        check: Callable[[str], None],
    ) -> bytes:
        """Ask for a range, under the condition of a version."""
        further = {} if version is None else {"IfMatch": f'"{version}"'}
        try:
            asked = f"bytes={start}-{start + size - 1}"
            answer, is_bound = self._parts.ask(
                functools.partial(self._ask, "get_object", key), Range=asked, **further
            )
        except ClientError as failure:
            if status_of(failure) == 412:
                raise ConditionFailedError from None
            if status_of(failure) == 416:
                return b""
            raise
        with contextlib.closing(answer["Body"]):
            # A store without conditional requests sends the present object.
            if version is not None or not is_bound:
                check(version_of(answer))
            return read_range(answer, start, size)

    def upload(
        self,
        key: str,
        data: bytes,
        kind: ObjectKind,
        condition: Condition | None = None,
    ) -> str:
        """Write an object, with a checksum for the store to compare."""
        further: dict[str, object] = {"ContentType": kind.content_type}
        if kind.cache_control is not None:
            further["CacheControl"] = kind.cache_control
        if condition is not None:
            further |= _headers_of(condition)
        target = {"Bucket": self._bucket_name, "Key": key}
        try:
            written = self._opened().client.call("put_object", Body=data, **target, **further)
        except ClientError as failure:
            refused = status_of(failure) == 412 or code_of(failure) == "NoSuchKey"
            if condition is not None and refused:
                raise ConditionFailedError from None
            raise
        return version_of(written)

    def delete(self, key: str) -> None:
        """Delete an object."""
        self._ask("delete_object", key)

    def page(
        self,
        listed: Listed,
        token: str | None,
        size: int,
    ) -> ListedPage:
        """Return one page of a listing."""
        return list_page(self._opened().client, listed, token, size)

    def sign(self, key: str, url: str, lifetime: timedelta) -> str:  # noqa: ARG002 - no own errors
        """Sign a link; with temporary credentials it expires no later than they do."""
        target = {"Bucket": self._bucket_name, "Key": key}
        return self._opened().client.sign(target, int(lifetime.total_seconds()))

    def _ask(self, operation: str, key: str, **further: str) -> dict[str, Any]:
        client = self._opened().client
        try:
            return client.call(operation, Bucket=self._bucket_name, Key=key, **further)
        except ClientError as failure:
            raise _if_missing(failure, key) from None

    def _open(self) -> _Opened:
        settings = self._settings
        try:
            client = S3Client(settings.retry, settings.connections)
        except ValueError as error:
            raise UsageError(
                f"s3://{self._bucket_name}: the client cannot be opened ({error}). Check "
                "AWS_ENDPOINT_URL: expected a URL such as http://minio:9000."
            ) from error
        downloads = Downloads(client, self._bucket_name, settings.connections)
        return _Opened(client=client, downloads=downloads)


def _if_missing(failure: ClientError, key: str) -> Exception:
    """Return the error to raise: the answer to a HEAD request has only a status."""
    if status_of(failure) == 404 and code_of(failure) != "NoSuchBucket":
        named = failure.response.get("Error", {}).get("Key")
        if named not in {None, key}:
            return WrongAnswerError(f"it tells of {named}")
        return NotThereError(is_bound=named == key)
    unchanged: Exception = failure
    return unchanged


def _headers_of(condition: Condition) -> dict[str, object]:
    metadata = {"Metadata": {WRITER_KEY: condition.writer}}
    if condition.replaces is None:
        return {"IfNoneMatch": "*", **metadata}
    return {"IfMatch": f'"{condition.replaces}"', **metadata}
