"""Downloads of whole objects, mostly without the machinery of botocore's client.

For a download of 40 KB the client takes more than twice as much processor time as its signature and
urllib3 alone (``python -m benchmarks.bucket_clients``). Credentials, addresses and trusted
certificates come from the client, and the client itself downloads in unusual cases.
"""

from __future__ import annotations

import contextlib
import functools
import urllib.parse
from pathlib import Path

from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies

from jobs.buckets.http.answers import HttpAnswer
from jobs.buckets.http.connections import Connections, beginning_of, connections_to
from jobs.buckets.object_store import Sink
from jobs.buckets.s3.client import OBJECT_HEADERS, S3Client
from jobs.buckets.s3.content import chunks_of, is_md5, take, version_of
from jobs.buckets.s3.failures import PASSING_STATUS, refusal_of
from jobs.buckets.s3.marks import HEADER, QUERY, Marks
from jobs.buckets.s3.signatures import Signatures
from jobs.buckets.wrong_answers import refuse_page

_CHUNK_BYTES = 1 << 18
_HEADERS = {"accept-encoding": "identity", "user-agent": "image-drift"}


class Downloads:
    """Downloads whole objects of one bucket; safe to call from many threads.

    Parameters
    ----------
    client
        The client whose credentials are used.
    connections
        How many connections are kept open at most.
    """

    def __init__(self, client: S3Client, bucket_name: str, connections: int) -> None:
        self._client = client
        self._bucket_name = bucket_name
        address = client.address_of(bucket_name)
        self._path = address.url.removeprefix(address.host)
        self._connections = _connections(address.url, client, connections)
        host = "" if self._connections is None else self._connections.host
        self._signatures = Signatures(host, address.region)
        self._has_md5 = True
        self._marks = Marks()

    def download(self, name: str, sink: Sink) -> str:
        """Write an object into `sink`, verified as far as possible, and return its version.

        Parameters
        ----------
        name
            The object's whole name in the bucket.

        Raises
        ------
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError
            If the store answers with an error or cannot be reached, or a checksum is wrong.
        DamagedContentError, UncheckedContentError
            If length or MD5 are wrong, or the store sent no ETag.
        ObjectTooLargeError
            If the object is larger than the sink allows.
        urllib3.exceptions.HTTPError, TimeoutError
            If the content breaks off or comes too slowly.
        """
        return self._download_directly(name, sink) or self._download_by_client(name, sink)

    def _download_directly(self, name: str, sink: Sink) -> str | None:
        """Download without the client; None, and nothing written, if the client has to be asked."""
        if self._connections is None or not self._has_md5:
            return None
        mark = self._marks.new()
        path = self._path + urllib.parse.quote(name, safe="/~")
        query = "" if mark is None else f"{QUERY}={mark}"
        keys = self._client.credentials()
        signed = self._signatures.headers(
            path, query, (keys.access_key, keys.secret_key, keys.token)
        )
        target = f"{path}?{query}" if query else path
        headers = _HEADERS | signed
        with self._connections.ask(target, headers) as answer:
            refuse_page(answer.status, answer.headers, OBJECT_HEADERS)
            if answer.status in PASSING_STATUS:
                raise refusal_of(answer.status, beginning_of(answer))
            # The client explains the error, follows to other regions, and fetches new credentials.
            if answer.status != 200 or "content-encoding" in answer.headers:
                return None
            return self._take(answer, sink, mark)

    def _take(self, answer: HttpAnswer, sink: Sink, mark: str | None) -> str | None:
        headers = answer.headers
        version = version_of({"ETag": headers.get("etag")})
        if not self._marks.is_bound(mark, headers.get(HEADER)):
            sink.identify(version)
        if not is_md5(version, headers):
            # Usually all objects of a bucket are encrypted, or none; uploads in parts differ.
            self._has_md5 = "-" in version
            return None
        length = headers.get("content-length", "")
        size = int(length) if length.isdecimal() else None
        sink.expect(size or 0, version)
        # urllib3 raises an error for fewer bytes than the answer's head announced.
        chunks = chunks_of(lambda: answer.read1(_CHUNK_BYTES, decode_content=False), size)
        take(chunks, sink, version)
        return version

    def _download_by_client(self, name: str, sink: Sink) -> str:
        answer, is_bound = self._marks.ask(
            functools.partial(self._client.call, "get_object"),
            ChecksumMode="ENABLED",
            Bucket=self._bucket_name,
            Key=name,
        )
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        size = answer.get("ContentLength")
        # Used as a context manager, the body would skip the checks of its length and checksum.
        with contextlib.closing(answer["Body"]) as body:
            version = version_of(answer)
            if not is_bound:
                sink.identify(version)
            sink.expect(size or 0, version)
            chunks = chunks_of(lambda: body.read(_CHUNK_BYTES), size)
            take(chunks, sink, version if is_md5(version, headers) else None)
        return version


def _connections(url: str, client: S3Client, most: int) -> Connections | None:
    """Return connections without the client; None if there is a proxy."""
    if get_environ_proxies(url):
        return None
    trusted = Path(str(get_cert_path(client.trusted)))
    return connections_to(url, trusted, most, client.timeouts_s)
