"""HTTP connections on which no request and no answer outlasts a deadline, and none is overlong.

The timeouts of urllib3, which every client here is built on, bound the wait for the next bytes:
an answer that comes one byte at a time would last for ever. And a whole request is given no more
time than the timeout of connecting, too little for a report over a slow line.

A connection on which more has come than the answer is not used again: the rest would be read as the
answer to the next request.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_PIECE_BYTES = 1 << 16
_LONGEST_ERROR_BYTES = 1 << 20
_current = threading.local()


class DeadlinePassedError(TimeoutError):
    """The time of a call was over before this attempt could end."""


class ending_at:  # noqa: N801 - a context manager is named as a function is
    """Let requests that this thread makes inside raise `TimeoutError` from a moment on.

    Parameters
    ----------
    ends_at
        The moment, on the clock of `time.monotonic`.
    """

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at
        self._outer: float | None = None

    def __enter__(self) -> None:
        self._outer = getattr(_current, "ends_at", None)
        _current.ends_at = self._ends_at

    def __exit__(self, *_: object) -> None:
        _current.ends_at = self._outer


def time_left_s() -> float | None:
    """Return how long the thread's requests may still take; None without a deadline.

    Raises
    ------
    DeadlinePassedError
        If there is no time left.
    """
    ends_at = getattr(_current, "ends_at", None)
    if ends_at is None:
        return None
    left_s: float = ends_at - time.monotonic()
    if left_s <= 0:
        raise DeadlinePassedError("the deadline has passed")
    return left_s


class _TimedStream(io.RawIOBase):
    """What a socket receives, until the deadline.

    `most_bytes` is how much may still come; `is_over` tells that nothing more is taken.
    """

    def __init__(self, connected: socket.socket, received: io.RawIOBase) -> None:
        super().__init__()
        self.most_bytes: int | None = None
        self.is_over = False
        self._socket = connected
        self._received = received
        self._timeout_s = connected.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:  # noqa: ANN401 - any writable buffer
        if self.is_over:
            return 0
        left_s = time_left_s()
        if left_s is not None:
            usual_s = self._timeout_s
            self._socket.settimeout(left_s if usual_s is None else min(usual_s, left_s))
        found = self._received.readinto(buffer)
        if self.most_bytes is not None:
            self.most_bytes -= found or 0
            if self.most_bytes < 0:
                raise ConnectionError("what the store says of an error has no end")
        return found

    def disconnect(self) -> None:
        """Let nobody use the connection again; urllib3 finds it at its end and opens another."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._received.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **further: Any) -> None:  # noqa: ANN401
        super().__init__(sock, *args, **further)
        self._timed = _TimedStream(sock, self.fp.detach())
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        """Read the head. Of an error no more is taken than somebody may want to read."""
        super().begin()
        if self.status >= 300:
            self._timed.most_bytes = _LONGEST_ERROR_BYTES
            # Clients unpack it whole, whatever size it has then.
            del self.headers["content-encoding"]

    def _close_conn(self) -> None:
        """Leave the connection to the next request, unless something is left in the buffer."""
        self._timed.is_over = True
        if self.fp.peek(1):
            self._timed.disconnect()
        super()._close_conn()  # type: ignore[misc] # the stubs leave it out


if TYPE_CHECKING:
    _Connection = HTTPConnection
else:
    _Connection = object


class _TimedConnection(_Connection):
    response_class = _TimedResponse

    @property
    def is_connected(self) -> bool:
        """Whether the connection can be used again: nothing has come that was not asked for."""
        # What TLS has unpacked already is no longer seen at the socket.
        unpacked = getattr(self.sock, "pending", int)()
        return super().is_connected and not unpacked

    def connect(self) -> None:
        """Connect within the time that is left."""
        left_s = time_left_s()
        if left_s is not None:
            usual_s = self.timeout
            self.timeout = min(usual_s, left_s) if isinstance(usual_s, int | float) else left_s
        super().connect()

    def send(self, data: Any) -> None:  # noqa: ANN401 - whatever http.client sends
        """Send bytes piece by piece; of anything else each piece is given as long as connecting."""
        if not isinstance(data, bytes | bytearray | memoryview):
            super().send(data)
            return
        for start in range(0, len(data), _PIECE_BYTES):
            left_s = time_left_s()
            if left_s is not None and self.sock is not None:
                self.sock.settimeout(left_s)
            super().send(data[start : start + _PIECE_BYTES])


class _TimedHTTPConnection(_TimedConnection, HTTPConnection):
    pass


class _TimedHTTPSConnection(_TimedConnection, HTTPSConnection):
    pass


class _TimedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _TimedHTTPConnection


class _TimedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _TimedHTTPSConnection


# What a pool manager makes its pools of, by scheme.
TIMED_POOLS: dict[str, type[HTTPConnectionPool]] = {
    "http": _TimedHTTPPool,
    "https": _TimedHTTPSPool,
}
