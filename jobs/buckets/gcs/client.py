"""Opening Google's client: credentials and connections."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from google.cloud import storage
from requests.adapters import HTTPAdapter

from jobs.buckets.bucket import check_name
from jobs.buckets.deadlines import TIMED_POOLS
from jobs.buckets.wrong_answers import refuse_page
from jobs.endpoints import without_secrets
from jobs.errors import UsageError

# An answer that holds an object has at least one of these headers.
OBJECT_HEADERS = ("x-goog-generation", "x-goog-hash")
_BUCKET_NAME = r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"


def parse_url(url: str) -> tuple[str, str]:
    """Return the bucket's name and its folder's prefix, which is empty or ends with a slash.

    Raises
    ------
    UsageError
        If there is no valid bucket name.
    UnsafeNameError
        If the folder is no plain path.
    """
    shown = without_secrets(url)
    bucket_name, _, folder = url.removeprefix("gs://").rstrip("/").partition("/")
    if not url.startswith("gs://") or not re.fullmatch(_BUCKET_NAME, bucket_name):
        raise UsageError(
            f"bucket.url is {shown!r}. Expected gs://NAME or gs://NAME/FOLDER, where NAME has 3 to "
            "222 lower-case letters, digits, '-', '_' and '.'."
        )
    if not folder:
        return bucket_name, ""
    return bucket_name, check_name(f"gs://{bucket_name}", folder) + "/"


def open_client(connections: int) -> storage.Client:
    """Return a client with application-default credentials and room for many threads.

    With ``STORAGE_EMULATOR_HOST`` set the client is anonymous and looks for no credentials.

    Parameters
    ----------
    connections
        How many connections are kept open.

    Raises
    ------
    google.auth.exceptions.DefaultCredentialsError
        If there are no credentials.
    """
    # Otherwise the client asks for the bucket's metadata in another thread, for tracing that
    # nobody turned on; the roles that the job needs do not allow that question.
    os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    # Objects need no project, and looking for one would ask the metadata server.
    client = storage.Client(project=None)
    adapter = TimedAdapter(pool_connections=connections, pool_maxsize=connections)
    session = client._http  # noqa: SLF001 - the client has no public way to size its pool
    session.mount("http://", adapter)
    # With mutual TLS the client has mounted an adapter of its own.
    if not session.is_mtls:
        session.mount("https://", adapter)
    session.hooks["response"] += [refuse_elsewhere, _refuse_page]
    fetching_tokens = getattr(session, "_auth_request_session", None)
    if fetching_tokens is not None:
        mount_timed(fetching_tokens)
    return client


def mount_timed(session: requests.Session) -> requests.Session:
    """Let the requests of a session end by the deadline; return it."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, TimedAdapter())
    session.hooks["response"].append(refuse_elsewhere)
    return session


def drop_connections(client: storage.Client) -> None:
    """Stop using the open connections: one of them mixes up its answers."""
    for adapter in client._http.adapters.values():  # noqa: SLF001 - as above
        adapter.close()


def refuse_elsewhere(answer: requests.Response, *_: object, **__: object) -> None:
    """Raise `ElsewhereError` for a redirection to another server; follow any other.

    Only the store may get the credentials, and only its answers are trusted.
    """
    if not answer.is_redirect:
        return
    target = urljoin(answer.url, answer.headers["location"])
    # `requests` removes the credentials by the same rule.
    if requests.Session().should_strip_auth(answer.url, target):
        raise ElsewhereError(_server_of(answer.url), _server_of(target))


def _refuse_page(answer: requests.Response, *_: object, **__: object) -> None:
    refuse_page(answer.status_code, answer.headers, OBJECT_HEADERS)


def _server_of(url: str) -> str:
    # Without a password before the host, and without the signature behind it.
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


class ElsewhereError(requests.RequestException):
    """The store's answer is a redirection to another server."""

    def __init__(self, asked: str, target: str) -> None:
        super().__init__(f"{asked} sends to {target}")


class TimedAdapter(HTTPAdapter):
    """Connections of `requests` that end by the deadline."""

    def init_poolmanager(self, *arguments: Any, **further: Any) -> None:  # noqa: ANN401 - as given
        """Make the connections without a proxy."""
        super().init_poolmanager(*arguments, **further)
        self.poolmanager.pool_classes_by_scheme = TIMED_POOLS

    def proxy_manager_for(self, proxy: str, **further: Any) -> Any:  # noqa: ANN401 - as given
        """Return the connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **further)
        manager.pool_classes_by_scheme = TIMED_POOLS
        return manager
