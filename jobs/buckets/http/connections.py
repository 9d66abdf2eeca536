"""Connections to one server, each used again: asking for something over a free one."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection

from jobs.buckets.deadlines import TIMED_POOLS
from jobs.buckets.http.answers import HttpAnswer, Incoming, failure_of
from jobs.buckets.http.heads import head_of_request

_LONGEST_ERROR_BYTES = 1 << 16
_USUAL_PORTS = {"http": 80, "https": 443}


class Connections:
    """Connections to one server; safe to use from many threads.

    Parameters
    ----------
    pool
        Opens the connections: it knows the server and what is trusted.
    most
        How many are kept; more are opened where more threads ask at once.
    timeouts_s
        For connecting and for the next bytes.

    Attributes
    ----------
    host
        The ``Host`` header of every request.
    """

    def __init__(
        self, pool: urllib3.HTTPConnectionPool, most: int, timeouts_s: tuple[float, float]
    ) -> None:
        self._pool = pool
        self._most = most
        self._connect_s, self._read_s = timeouts_s
        # The last one first: where fewer threads ask than before, the others are not kept alive.
        self._idle: deque[HTTPConnection] = deque()
        weakref.finalize(self, _close, self._idle)
        name = pool.host.strip("[]")
        self.host = f"[{name}]" if ":" in name else name
        if pool.port not in {None, _USUAL_PORTS.get(pool.scheme or "")}:
            self.host += f":{pool.port}"

    def ask(self, target: str, headers: Mapping[str, str]) -> HttpAnswer:
        """Return the answer to a GET request for `target`, to be used in a ``with`` statement.

        Behind it the connection is used again if the answer was read to its end.

        Raises
        ------
        urllib3.exceptions.HTTPError, TimeoutError
            If there is no answer in time, or something else than one.
        ValueError
            If no request can hold these characters.
        """
        request = head_of_request(target, self.host, headers)
        connection = self._take()
        try:
            incoming = Incoming(connection.sock, self._read_s)
            incoming.send(request)
            return HttpAnswer(incoming, partial(self._finish, connection))
        except BaseException:
            connection.close()
            raise

    def _take(self) -> HTTPConnection:
        """Return a connection that can be used, an idle one if there is any."""
        while self._idle:
            try:
                idle = self._idle.pop()
            except IndexError:
                # Another thread was faster.
                break
            if idle.is_connected:
                return idle
            idle.close()
        # urllib3 has no public way to a connection without a request.
        opened: Any = self._pool._new_conn()  # noqa: SLF001
        opened.timeout = self._connect_s
        try:
            opened.connect()
        except OSError as error:
            opened.close()
            raise failure_of(error) from error
        connection: HTTPConnection = opened
        return connection

    def _finish(self, connection: HTTPConnection, can_be_used_again: bool) -> None:
        if can_be_used_again and len(self._idle) < self._most:
            self._idle.append(connection)
        else:
            # What is left must not be read as the next answer.
            connection.close()


def _close(connections: Iterable[HTTPConnection]) -> None:
    for connection in connections:
        connection.close()


def connections_to(
    url: str, trusted: Path, most: int, timeouts_s: tuple[float, float]
) -> Connections | None:
    """Return connections to the server of a URL; None for a wrong one, of which the client tells.

    Parameters
    ----------
    trusted
        The file or folder of the certificates that are trusted.
    most, timeouts_s
        As in `Connections`.
    """
    is_folder = trusted.is_dir()
    pools = urllib3.PoolManager(
        ca_cert_dir=str(trusted) if is_folder else None,
        ca_certs=None if is_folder else str(trusted),
    )
    pools.pool_classes_by_scheme = TIMED_POOLS
    try:
        pool = pools.connection_from_url(url)
    except urllib3.exceptions.HTTPError:
        return None
    return Connections(pool, most, timeouts_s)


def beginning_of(answer: HttpAnswer | urllib3.BaseHTTPResponse) -> str:
    """Return what an error says, at most 64 KB of it."""
    said = bytearray()
    while len(said) < _LONGEST_ERROR_BYTES:
        chunk = answer.read1(_LONGEST_ERROR_BYTES, decode_content=False)
        if not chunk:
            break
        said += chunk
    return said.decode("utf-8", "replace")
