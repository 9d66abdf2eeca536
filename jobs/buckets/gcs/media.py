"""Downloads of objects and their parts, mostly without the machinery of Google's client.

The client takes 1 to 3 ms of a core for a download of 40 KB, and holds the interpreter's lock for
most of it. The client is built on urllib3, which takes a quarter of that (``python -m
benchmarks.fetching``). Credentials and trusted certificates come from the client. The client itself
downloads in unusual cases: through a proxy, after a redirection, with new credentials, and for
content that is stored packed.
"""

from __future__ import annotations

import base64
import functools
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit

import google_crc32c
import requests
import urllib3
from google.api_core import exceptions as api_errors
from google.auth.transport.requests import Request
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy

from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.gcs.client import OBJECT_HEADERS, mount_timed
from jobs.buckets.gcs.failures import Refusal
from jobs.buckets.http.answers import HttpAnswer
from jobs.buckets.http.connections import Connections, beginning_of, connections_to
from jobs.buckets.object_store import DamagedContentError, Sink, UncheckedContentError
from jobs.buckets.wrong_answers import WrongAnswerError, refuse_page

Taken = TypeVar("Taken")
Readable = HttpAnswer | urllib3.BaseHTTPResponse

_CHUNK_BYTES = 1 << 18
_RANGE = re.compile(r"bytes (\d+)-(\d+)/")
# Without "gzip" the store unpacks packed content, which then does not match its checksum.
_HEADERS = {"accept": "*/*", "accept-encoding": "gzip", "user-agent": "image-drift"}


class Downloads:
    """Downloads whole objects of one bucket; safe to call from many threads.

    Parameters
    ----------
    client
        The client whose credentials are used.
    settings
        Timeouts, and how many connections are kept open at most.
    """

    def __init__(self, client: storage.Client, bucket_name: str, settings: CloudSettings) -> None:
        self._timeouts_s = settings.retry.timeouts_s
        self._bucket = client.bucket(bucket_name)
        session = client._http  # noqa: SLF001 - the client has no public way to its session
        self._session = session
        self._credentials = session.credentials
        self._refresh = Request(mount_timed(requests.Session()))
        url = client.api_endpoint
        # A server in the store's place may serve it below a path.
        path = urlsplit(url).path.rstrip("/")
        self._host = url.rstrip("/").removesuffix(path)
        objects = storage.Blob.path_helper(self._bucket.path, "")
        self._objects = f"{path}/download/storage/v1{objects}"
        self._connections = _connections(session, url, settings)

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
            If the object is larger than the sink allows.
        requests.RequestException, ConnectionError, TimeoutError
            If the store cannot be reached, or the content breaks off or comes too slowly.
        """
        generation = self._ask(name, "", {}, lambda answer: _take(answer, sink))
        return generation or self._download_by_client(name, sink)

    def part(
        self, name: str, start: int, size: int, version: str | None, check: Callable[[str], None]
    ) -> bytes:
        """Return a part of an object, of the generation `version` where there is one.

        The generation of the answer is given to `check`. Raises as `download` does;
        `DamagedContentError` if the answer holds another part.
        """
        query = "" if version is None else f"&generation={version}"
        wanted = {"range": f"bytes={start}-{start + size - 1}"}
        return self._ask(name, query, wanted, lambda answer: _take_part(answer, start, size, check))

    def _ask(
        self,
        name: str,
        query: str,
        further: dict[str, str],
        take: Callable[[Readable], Taken],
    ) -> Taken:
        """Ask for a download and return the result of `take` for the answer."""
        target = f"{self._objects}{quote(name, safe='~')}?alt=media{query}"
        headers = _HEADERS | further
        if self._connections is not None:
            signed = headers.copy()
            refresh = functools.partial(self._refresh, timeout=self._timeouts_s)
            self._credentials.before_request(refresh, "GET", self._host + target, signed)
            with self._connections.ask(target, signed) as answer:
                refuse_page(answer.status, answer.headers, OBJECT_HEADERS)
                if answer.status != 401 and not 300 <= answer.status < 400:
                    return take(answer)
        # The client's session follows redirections, uses proxies, and fetches new credentials if
        # the old ones are no longer accepted.
        url = self._host + target
        with self._session.get(
            url, headers=headers, stream=True, timeout=self._timeouts_s
        ) as response:
            return take(response.raw)

    def _download_by_client(self, name: str, sink: Sink) -> str:
        """Download packed content by the client, which unpacks it."""
        blob = self._bucket.blob(name)
        # Google's own retry resumes in the middle, and then does not verify the content.
        blob.download_to_file(sink, checksum="crc32c", retry=None, timeout=self._timeouts_s)
        if blob.crc32c is None or blob.generation is None:
            raise UncheckedContentError
        sink.identify(str(blob.generation))
        return str(blob.generation)


def _connections(
    session: requests.Session, url: str, settings: CloudSettings
) -> Connections | None:
    """Return connections without the client; None if there is a proxy or mutual TLS.

    The trusted certificates are those of `requests`.
    """
    found = session.merge_environment_settings(url, {}, None, None, None)
    if select_proxy(url, found["proxies"]) or found["cert"] or getattr(session, "is_mtls", False):
        return None
    trusted = DEFAULT_CA_BUNDLE_PATH if found["verify"] is True else str(found["verify"])
    return connections_to(url, Path(trusted), settings.connections, settings.retry.timeouts_s)


def _take(answer: Readable, sink: Sink) -> str | None:
    """Write the content and return the generation; None, and nothing written, if it is packed."""
    if answer.status != 200:
        raise _refusal(answer)
    if "content-encoding" in answer.headers:
        return None
    expected = _crc32c_of(answer.headers.get("x-goog-hash", ""))
    generation = answer.headers.get("x-goog-generation")
    if expected is None or generation is None:
        raise UncheckedContentError
    sink.identify(generation)
    length = answer.headers.get("content-length", "")
    if length.isdecimal():
        sink.expect(int(length), generation)
    actual = 0
    # urllib3 raises an error for fewer bytes than the answer's head announced.
    while chunk := answer.read1(_CHUNK_BYTES, decode_content=False):
        sink.write(chunk)
        actual = google_crc32c.extend(actual, chunk)
    if actual.to_bytes(4, "big") != expected:
        raise DataCorruption(None, "the content's CRC32C is not the one that the store named")
    return generation


def _take_part(answer: Readable, start: int, size: int, check: Callable[[str], None]) -> bytes:
    if answer.status == 416:
        return b""
    if answer.status not in {200, 206}:
        raise _refusal(answer)
    generation = answer.headers.get("x-goog-generation")
    if generation is None:
        raise UncheckedContentError
    check(generation)
    # The store may send the whole object in place of a part.
    skipped, expected = (start, None) if answer.status == 200 else (0, _length(answer, start, size))
    content = io.BytesIO()
    while content.tell() <= skipped + size and (
        chunk := answer.read1(_CHUNK_BYTES, decode_content=False)
    ):
        content.write(chunk)
    if expected is not None and content.tell() != expected:
        raise DamagedContentError("another length than that of the part that was asked for")
    return content.getvalue()[skipped : skipped + size]


def _length(answer: Readable, start: int, size: int) -> int:
    """Return the announced length of a part; the part may end where the object ends."""
    said = _RANGE.match(answer.headers.get("content-range", ""))
    if said is None:
        raise UncheckedContentError
    first, last = int(said[1]), int(said[2])
    if first != start or last >= start + size:
        raise WrongAnswerError(f"it holds the bytes {first} to {last}")
    return last + 1 - first


def _refusal(answer: Readable) -> Exception:
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
