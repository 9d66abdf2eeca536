"""Opening Google's client: credentials and connections."""

from __future__ import annotations

import os
import re
from typing import Any

import requests
from google.cloud import storage
from requests.adapters import HTTPAdapter

from jobs.buckets.bucket import check_name
from jobs.buckets.deadlines import TIMED_POOLS
from jobs.endpoints import without_secrets
from jobs.errors import UsageError

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
    # Otherwise the client asks for the bucket's metadata in a thread of its own, for tracing that
    # nobody turned on; the roles that the job needs do not allow that question.
    os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    # Objects need no project, and looking for one would ask the metadata server.
    client = storage.Client(project=None)
    adapter = TimedAdapter(pool_connections=connections, pool_maxsize=connections)
    session = client._http  # noqa: SLF001 - the client has no public way to size its pool
    session.mount("http://", adapter)
    # With certificates of its own for each side (mutual TLS) the client has brought its adapter.
    if not session.is_mtls:
        session.mount("https://", adapter)
    fetching_tokens = getattr(session, "_auth_request_session", None)
    if fetching_tokens is not None:
        mount_timed(fetching_tokens)
    return client


def mount_timed(session: requests.Session) -> requests.Session:
    """Let the requests of a session end by the deadline; return it."""
    for scheme in ("http://", "https://"):
        session.mount(scheme, TimedAdapter())
    return session


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
