"""Opening botocore's client: credentials, addresses, connections, and the time of each request."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from jobs.buckets.bucket import check_name
from jobs.buckets.deadlines import TIMED_POOLS
from jobs.buckets.retrying import RetrySettings
from jobs.buckets.wrong_answers import refuse_page
from jobs.endpoints import without_secrets
from jobs.errors import UsageError

# An answer that holds an object has at least one of these headers.
OBJECT_HEADERS = ("etag",)
_BUCKET_NAME = r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]"
_UNSORTED = "--x-s3"


def parse_url(url: str) -> tuple[str, str]:
    """Return the bucket's name and its folder's prefix, which is empty or ends with a slash.

    Raises
    ------
    UsageError
        If there is no valid bucket name, or it is that of a directory bucket.
    UnsafeNameError
        If the folder is no plain path.
    """
    shown = without_secrets(url)
    bucket_name, _, folder = url.removeprefix("s3://").rstrip("/").partition("/")
    if not url.startswith("s3://") or not re.fullmatch(_BUCKET_NAME, bucket_name):
        raise UsageError(
            f"bucket.url is {shown!r}. Expected s3://NAME or s3://NAME/FOLDER, where NAME has 3 to "
            "63 lower-case letters, digits, '-', '_' and '.'."
        )
    if bucket_name.endswith(_UNSORTED):
        raise UsageError(
            f"bucket.url is {shown!r}, a directory bucket, which lists its objects in no order. "
            "Expected a general purpose bucket."
        )
    if not folder:
        return bucket_name, ""
    return bucket_name, check_name(f"s3://{bucket_name}", folder) + "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the objects of a bucket are.

    Attributes
    ----------
    url
        The URL that objects' names are appended to; it ends with a slash.
    host
        The beginning of `url`, up to its path.
    region
        The region for which requests are signed.
    """

    url: str
    host: str
    region: str


class S3Client:
    """botocore's client, whose requests end by the deadline; safe to call from many threads.

    Credentials and region come from the usual chain: the environment, the shared files with
    their profiles, a web identity, the container, the machine. With ``AWS_ENDPOINT_URL`` any
    store that speaks S3 can be used.

    Parameters
    ----------
    retry
        The timeouts of the client.
    connections
        How many connections are kept open at most.

    Attributes
    ----------
    trusted
        The certificates that are trusted: a path, or True for the usual ones.
    timeouts_s
        The timeouts for connecting and for the next bytes.

    Raises
    ------
    botocore.exceptions.BotoCoreError
        If the configuration cannot be used.
    ValueError
        If the endpoint is no URL.
    """

    def __init__(self, retry: RetrySettings, connections: int) -> None:
        self.timeouts_s = retry.timeouts_s
        self._session = botocore.session.get_session()
        trusted = self._session.get_config_variable("ca_bundle")
        self.trusted: str | bool = trusted or os.environ.get("REQUESTS_CA_BUNDLE") or True
        self._client = self._addressed()
        self._connections = self._connected(connections)
        self._of_thread = threading.local()
        self._client.meta.events.register("before-send.s3", self._send)

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Make one request, such as ``get_object``."""
        answer: dict[str, Any] = getattr(self._client, operation)(**parameters)
        return answer

    def sign(self, parameters: dict[str, str], lifetime_s: int) -> str:
        """Return a link by which an object can be read, without any request."""
        link: str = self._client.generate_presigned_url(
            "get_object", Params=parameters, ExpiresIn=lifetime_s
        )
        return link

    def address_of(self, bucket_name: str) -> Address:
        """Return the address at which the client asks for the objects of a bucket.

        Raises
        ------
        botocore.exceptions.BotoCoreError
            If there are no credentials.
        """
        link = urlsplit(self.sign({"Bucket": bucket_name, "Key": "x"}, 60))
        scope = parse_qs(link.query)["X-Amz-Credential"][0].split("/")
        host = f"{link.scheme}://{link.netloc}"
        return Address(url=host + link.path.removesuffix("x"), host=host, region=scope[2])

    def credentials(self) -> Any:  # noqa: ANN401 - botocore's own type
        """Return keys that are valid now; keys that are about to expire are replaced first."""
        found = self._session.get_credentials()
        if found is None:
            raise NoCredentialsError
        return found.get_frozen_credentials()

    def _addressed(self) -> Any:  # noqa: ANN401 - botocore makes its clients' classes as it runs
        if self._session.get_scoped_config().get("s3", {}).get("addressing_style"):
            return self._create(None)
        # By default botocore signs links for a host that redirects to the region's host, where the
        # signature is not valid.
        client = self._create({"addressing_style": "virtual"})
        if "amazonaws.com" in client.meta.endpoint_url:
            return client
        # A private store seldom has a host name for each bucket.
        return self._create({"addressing_style": "path"})

    def _create(self, addresses: dict[str, str] | None) -> Any:  # noqa: ANN401 - as above
        config = Config(
            # jobs/buckets/retrying.py repeats requests, until a deadline.
            retries={"total_max_attempts": 1},
            signature_version="s3v4",
            user_agent_extra="image-drift",
            s3=addresses,
        )
        region = self._session.get_config_variable("region") or os.environ.get("AWS_REGION")
        return self._session.create_client("s3", region_name=region, config=config)

    def _send(self, request: Any, **_: object) -> Any:  # noqa: ANN401 - botocore's own types
        """Send a request by connections with a deadline, which the client's own do not have."""
        # Waiting for the store's consent to a body has no deadline, and the bodies here are small.
        if "Expect" in request.headers:
            del request.headers["Expect"]
        connections: Any = getattr(self._of_thread, "connections", self._connections)
        answer = connections.send(request)
        refuse_page(answer.status_code, answer.headers, OBJECT_HEADERS)
        return answer

    def _connected(self, most: int) -> _TimedSession:
        return _TimedSession(
            verify=self.trusted,
            proxies=get_environ_proxies(self._client.meta.endpoint_url),
            timeout=self.timeouts_s,
            max_pool_connections=most,
        )

    @contextlib.contextmanager
    def over_a_new_connection(self) -> Iterator[None]:
        """Make this thread's requests inside the context use a new connection."""
        self._of_thread.connections = self._connected(1)
        try:
            yield
        finally:
            self._of_thread.connections.close()
            del self._of_thread.connections

    def drop_connections(self) -> None:
        """Stop using the open connections."""
        self._connections.close()


class _TimedSession(URLLib3Session):  # type: ignore[misc]
    """botocore's own connections, ended by the deadline."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - as given
        super().__init__(**settings)
        self._pool_classes_by_scheme = TIMED_POOLS
        self._manager.pool_classes_by_scheme = TIMED_POOLS
