"""Requests past a vendor's client, which costs more than the request itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import urllib3

from jobs.buckets.deadlines import TIMED_POOLS

_LONGEST_ERROR_BYTES = 1 << 16


def connections_to(url: str, trusted: Path, most: int) -> urllib3.HTTPConnectionPool | None:
    """Return connections to the server of a URL; None for a wrong one, of which the client tells.

    Parameters
    ----------
    trusted
        The file or folder of the certificates that are trusted.
    most
        How many connections are kept; more are opened where more threads ask at once.
    """
    is_folder = trusted.is_dir()
    pools = urllib3.PoolManager(
        maxsize=most,
        ca_cert_dir=str(trusted) if is_folder else None,
        ca_certs=None if is_folder else str(trusted),
    )
    pools.pool_classes_by_scheme = TIMED_POOLS
    try:
        return pools.connection_from_url(url)
    except urllib3.exceptions.HTTPError:
        return None


def beginning_of(answer: urllib3.BaseHTTPResponse) -> str:
    """Return what an error says, at most 64 KB of it."""
    said = bytearray()
    while len(said) < _LONGEST_ERROR_BYTES:
        chunk = answer.read1(_LONGEST_ERROR_BYTES, decode_content=False)
        if not chunk:
            break
        said += chunk
    return said.decode("utf-8", "replace")


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
