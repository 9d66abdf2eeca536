"""Downloads of whole objects, mostly without the machinery of Google's client.

The client takes 1 to 3 ms of a core for a download of 40 KB, and holds the interpreter's lock for
most of it; urllib3, which it is built on, takes a quarter of that (``python -m
benchmarks.fetching``). The rights and the trusted certificates are the client's, and whatever is
unusual goes the client's way.
"""

from __future__ import annotations

import base64
import functools
from pathlib import Path
from urllib.parse import urlsplit

import google_crc32c
import requests
import urllib3
from google.api_core import exceptions as api_errors
from google.auth.transport.requests import Request
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy

from jobs.buckets.cloud import CloudSettings
from jobs.buckets.gcs_client import mount_timed
from jobs.buckets.gcs_failures import Refusal
from jobs.buckets.http_answers import answer_to, beginning_of, connections_to
from jobs.buckets.object_store import Sink, UncheckedContentError

_CHUNK_BYTES = 1 << 18
# Without "gzip" the store unpacks what is stored packed, and its checksum fits no longer.
_HEADERS = {"accept": "*/*", "accept-encoding": "gzip", "user-agent": "image-drift"}


class Downloads:
    """Downloads whole objects of one bucket; safe to call from many threads.

    Parameters
    ----------
    client
        Whose rights are used.
    settings
        Timeouts, and how many connections are kept open at most.
    """

    def __init__(self, client: storage.Client, bucket_name: str, settings: CloudSettings) -> None:
        self._timeouts_s = settings.retry.timeouts_s
        self._bucket = client.bucket(bucket_name)
        session = client._http  # noqa: SLF001 - the client has no public way to its session
        self._credentials = session.credentials
        self._refresh = Request(mount_timed(requests.Session()))
        self._url = client.api_endpoint
        # What stands for the store may have it below a path.
        self._path = urlsplit(self._url).path.rstrip("/")
        self._host = self._url.rstrip("/").removesuffix(self._path)
        self._pool = _pool(session, self._url, settings.connections)

    def download(self, name: str, sink: Sink) -> str:
        """Write an object into `sink`, its checksum verified, and return its generation.

        Parameters
        ----------
        name
            The object's whole name in the bucket.

        Raises
        ------
        google.api_core.exceptions.GoogleAPICallError
            If the store answers with an error.
        DataCorruption, UncheckedContentError
            If the checksum is wrong, or if there is none.
        ObjectTooLargeError
            If it is more than the sink takes.
        requests.RequestException, ConnectionError, TimeoutError
            If the store cannot be reached, or the content breaks off or comes too slowly.
        """
        generation = self._download_directly(name, sink)
        return generation or self._download_by_client(name, sink)

    def _download_directly(self, name: str, sink: Sink) -> str | None:
        """Return None, with nothing written, where the client has to be asked."""
        if self._pool is None:
            return None
        path = storage.Blob.path_helper(self._bucket.path, name)
        target = f"{self._path}/download/storage/v1{path}?alt=media"
        headers = _HEADERS.copy()
        refresh = functools.partial(self._refresh, timeout=self._timeouts_s)
        self._credentials.before_request(refresh, "GET", self._host + target, headers)
        with answer_to(self._pool, target, headers, self._timeouts_s) as answer:
            return _take(answer, sink)

    def _download_by_client(self, name: str, sink: Sink) -> str:
        blob = self._bucket.blob(name)
        # Google's own retry resumes in the middle, and does not verify content that it resumed.
        blob.download_to_file(sink, checksum="crc32c", retry=None, timeout=self._timeouts_s)
        if blob.crc32c is None or blob.generation is None:
            raise UncheckedContentError
        return str(blob.generation)


def _pool(session: requests.Session, url: str, most: int) -> urllib3.HTTPConnectionPool | None:
    """Return connections without the client; None where there is a proxy, or certificates for both.

    Which certificates are trusted is what `requests` would say.
    """
    found = session.merge_environment_settings(url, {}, None, None, None)
    if select_proxy(url, found["proxies"]) or found["cert"] or getattr(session, "is_mtls", False):
        return None
    trusted = DEFAULT_CA_BUNDLE_PATH if found["verify"] is True else str(found["verify"])
    return connections_to(url, Path(trusted), most)


def _take(answer: urllib3.BaseHTTPResponse, sink: Sink) -> str | None:
    # The client follows redirects, fetches new rights where the old ones are no longer accepted,
    # and unpacks what is packed.
    if answer.status == 401 or 300 <= answer.status < 400:
        return None
    if answer.status != 200:
        raise _refusal(answer)
    if "content-encoding" in answer.headers:
        return None
    expected = _crc32c_of(answer.headers.get("x-goog-hash", ""))
    generation = answer.headers.get("x-goog-generation")
    if expected is None or generation is None:
        raise UncheckedContentError
    length = answer.headers.get("content-length", "")
    if length.isdecimal():
        sink.expect(int(length), generation)
    actual = 0
    # Fewer bytes than the answer's head announced are an error of urllib3's.
    while chunk := answer.read1(_CHUNK_BYTES, decode_content=False):
        sink.write(chunk)
        actual = google_crc32c.extend(actual, chunk)
    if actual.to_bytes(4, "big") != expected:
        raise DataCorruption(None, "the content's CRC32C is not the one that the store named")
    return generation


def _refusal(answer: urllib3.BaseHTTPResponse) -> Exception:
    text = beginning_of(answer)
    failure: Exception = api_errors.from_http_status(  # type: ignore[no-untyped-call]
        answer.status, text, response=Refusal(text=text)
    )
    return failure


def _crc32c_of(hashes: str) -> bytes | None:
    """Return the checksum that a header such as ``crc32c=AAAAAA==,md5=...`` names."""
    for named in hashes.split(","):
        kind, _, encoded = named.strip().partition("=")
        if kind == "crc32c":
            try:
                return base64.b64decode(encoded, validate=True)
            except ValueError:
                return None
    return None
