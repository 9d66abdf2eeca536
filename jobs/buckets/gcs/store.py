"""Google Cloud Storage as an `ObjectStore`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from google.api_core import exceptions as api_errors
from google.cloud import storage

from jobs.buckets.bucket import ObjectKind
from jobs.buckets.cloud import CloudBucket
from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.gcs.client import drop_connections, open_client, parse_url
from jobs.buckets.gcs.failures import CONNECTION_FAILURES, FAILURES, explain, is_passing, said_by
from jobs.buckets.gcs.listing import generation_of, list_page, require_own, size_of
from jobs.buckets.gcs.media import Downloads
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

_WRITING_RIGHTS = frozenset({"storage.objects.create", "storage.objects.delete"})


def open_url(url: str) -> GCSBucket:
    """Return the bucket of ``gs://name`` or ``gs://name/folder``, without any request.

    Raises
    ------
    UsageError
        If the URL has no valid bucket name, or its folder is no plain path.
    """
    return GCSBucket(url)


class GCSBucket(CloudBucket):
    """A bucket of Google Cloud Storage, or a folder in it; an object's version is its generation.

    Credentials are the application-default ones. With ``STORAGE_EMULATOR_HOST`` set there are
    none, and none are looked for. Content is compared with the store's CRC32C; content that cannot
    be compared is refused.

    Parameters
    ----------
    url
        ``gs://name`` or ``gs://name/folder``.
    settings
        Deadlines and the size of the connection pool.
    """

    def __init__(self, url: str, settings: CloudSettings | None = None) -> None:
        bucket_name, root = parse_url(url)
        settings = settings or CloudSettings()
        super().__init__(url, bucket_name, root, GoogleStore(bucket_name, settings), settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    client: storage.Client
    downloads: Downloads


class GoogleStore(ObjectStore[_Opened]):
    """A bucket of Google Cloud Storage."""

    failures = FAILURES

    def __init__(self, bucket_name: str, settings: CloudSettings) -> None:
        super().__init__()
        self._bucket_name = bucket_name
        self._settings = settings
        self._timeouts_s = settings.retry.timeouts_s

    def is_passing(self, failure: Exception, attempts: int) -> bool:
        """Return whether another attempt may succeed."""
        return is_passing(failure, attempts, self._settings.damaged_attempts)

    def is_unanswered(self, failure: Exception) -> bool:
        """Return whether a request failed without an answer."""
        return isinstance(failure, CONNECTION_FAILURES)

    def drop_connections(self) -> None:
        """Stop using the client's idle connections."""
        drop_connections(self._opened().client)

    def explain(self, failure: Exception) -> str:
        """Return what failed and what to do."""
        return explain(failure, self._bucket_name)

    def is_version(self, version: str) -> bool:
        """Return whether this is a generation; zero would mean "only if there is none"."""
        return version.isdecimal() and int(version) != 0

    def download(self, key: str, sink: Sink) -> str:
        """Write an object into `sink`, its CRC32C compared, and return its generation."""
        with _missing_told(f"{self._bucket_name}/{key}"):
            return self._opened().downloads.download(key, sink)

    def head(self, key: str) -> ObjectHead:
        """Ask for the metadata."""
        blob = self._blob(key)
        with _missing_told(f"{self._bucket_name}/{key}"):
            blob.reload(timeout=self._timeouts_s, retry=None)
        require_own(blob)
        return ObjectHead(
            size_bytes=size_of(blob),
            version=generation_of(blob),
            writer=(blob.metadata or {}).get(WRITER_KEY),
            # When this generation was written; `updated` also changes with the metadata.
            written=blob.time_created,
            is_bound=True,
        )

    def head_afresh(self, key: str) -> ObjectHead:
        """Ask for the metadata over a new connection."""
        self.drop_connections()
        return self.head(key)

    def part(
        self, key: str, start: int, size: int, version: str | None, check: Callable[[str], None]
    ) -> bytes:
        """Ask for a range; an object that is not at `version` is missing."""
        with _missing_told(f"{self._bucket_name}/{key}"):
            return self._opened().downloads.part(key, start, size, version, check)

    def upload(
        self,
        key: str,
        data: bytes,
        kind: ObjectKind,
        condition: Condition | None = None,
    ) -> str:
        """Write an object, with a checksum for the store to compare."""
        blob = self._blob(key)
        blob.cache_control = kind.cache_control
        generation = None
        if condition is not None:
            generation = 0 if condition.replaces is None else int(condition.replaces)
            blob.metadata = {WRITER_KEY: condition.writer}
        try:
            blob.upload_from_string(
                data,
                content_type=kind.content_type,
                if_generation_match=generation,
                checksum="crc32c",
                retry=None,
                timeout=self._timeouts_s,
            )
        except api_errors.PreconditionFailed:
            if condition is None:
                raise
            raise ConditionFailedError from None
        require_own(blob)
        return generation_of(blob)

    def delete(self, key: str) -> None:
        """Delete an object."""
        with _missing_told(f"{self._bucket_name}/{key}"):
            self._blob(key).delete(timeout=self._timeouts_s, retry=None)

    def page(self, listed: Listed, token: str | None, size: int) -> ListedPage:
        """Return one page of a listing."""
        return list_page(self._opened().client, listed, token, size, self._timeouts_s)

    def sign(self, key: str, url: str, lifetime: timedelta) -> str:
        """Sign a link, with or without Google's help."""
        from jobs.buckets.gcs.signing import sign_link  # noqa: PLC0415 - only where links are

        return sign_link(self._blob(key), url, lifetime)

    def may_write(self) -> bool:
        """Return whether the credentials may create and delete objects; replacing needs both."""
        bucket = self._opened().client.bucket(self._bucket_name)
        granted = bucket.test_iam_permissions(
            list(_WRITING_RIGHTS), timeout=self._timeouts_s, retry=None
        )
        return set(granted) >= _WRITING_RIGHTS

    def _open(self) -> _Opened:
        client = open_client(self._settings.connections)
        downloads = Downloads(client, self._bucket_name, self._settings)
        return _Opened(client=client, downloads=downloads)

    def _blob(self, key: str, generation: int | None = None) -> storage.Blob:
        return self._opened().client.bucket(self._bucket_name).blob(key, generation=generation)


@contextlib.contextmanager
def _missing_told(path: str) -> Iterator[None]:
    try:
        yield
    except api_errors.NotFound as failure:
        # Google says "No such object: BUCKET/NAME".
        raise NotThereError(is_bound=said_by(failure).strip().endswith(f" {path}")) from None
