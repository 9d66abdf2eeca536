"""Requests past a vendor's client, which costs more than the request itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import urllib3


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
