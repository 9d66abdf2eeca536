"""Requests past a vendor's client, which costs more than the request itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import urllib3


def connections_to(url: str, trusted: Path, most: int) -> urllib3.HTTPConnectionPool | None:
    """Return connections to the server of a URL; None for a wrong one, of which the client tells.

    Parameters
    ----------
    trusted
        The file or folder of the certificates that are trusted.
    most
        How many connections are kept; more are opened where more threads ask at once.
    """
    try:
        if not url.startswith("https:"):
            return urllib3.connection_from_url(url, maxsize=most)
        kind = "ca_cert_dir" if trusted.is_dir() else "ca_certs"
        return urllib3.connection_from_url(url, maxsize=most, **{kind: str(trusted)})
    except urllib3.exceptions.HTTPError:
        return None


@contextlib.contextmanager
def answer_to(
    pool: urllib3.HTTPConnectionPool,
    target: str,
    headers: dict[str, str],
    timeouts_s: tuple[float, float],
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Ask for `target`; the connection is used again if the answer was read to its end.

    Parameters
    ----------
    timeouts_s
        For connecting and for the next bytes.
    """
    connect_s, read_s = timeouts_s
    answer = pool.urlopen(
        "GET",
        target,
        headers=headers,
        retries=False,
        redirect=False,
        preload_content=False,
        decode_content=False,
        timeout=urllib3.Timeout(connect=connect_s, read=read_s),
    )
    try:
        yield answer
    finally:
        # Nothing happens where it was read to its end; otherwise what is left must not be read as
        # the next answer.
        answer.close()
        answer.release_conn()
