"""Content of known length over kept HTTP/1.1 connections, with as little work as Python allows.

General clients take 0.2 to 3 ms of a core for one small answer, and hold the interpreter's lock
meanwhile; with thirty-two threads that fetch, nothing else then runs in the process. This one knows
what a store sends for an object: a status, some headers, and as many bytes as they say. It says
where an answer is of another kind.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_RECEIVED_BYTES = 1 << 16
_LONGEST_HEAD_BYTES = 1 << 16
_ENDS_HEAD = b"\r\n\r\n"


class UnusualAnswerError(ConnectionError):
    """What came is no HTTP/1.1 answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where connections lead to.

    Attributes
    ----------
    trust
        Which certificates are accepted; None for connections without TLS.
    """

    host: str
    port: int
    trust: ssl.SSLContext | None = None

    @classmethod
    def of(cls, url: str, certificates: Callable[[], ssl.SSLContext]) -> Origin:
        """Return the server of an ``http`` or ``https`` URL; certificates are only asked for https.

        Raises
        ------
        ValueError
            If the URL names no server.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"the store's URL is {url!r}. Expected http://HOST or https://HOST.")
        secure = parts.scheme == "https"
        return cls(
            host=parts.hostname,
            port=parts.port or (443 if secure else 80),
            trust=certificates() if secure else None,
        )

    @property
    def name(self) -> str:
        """What the ``Host`` header says."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.trust else 80
        return shown if self.port == usual else f"{shown}:{self.port}"

    def connect(self, timeout_s: float) -> socket.socket:
        """Return a new connection."""
        plain = socket.create_connection((self.host, self.port), timeout_s)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.trust is None:
                return plain
            return self.trust.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


@dataclass(slots=True, kw_only=True)
class Answer:
    """One answer, its body still to be read.

    Attributes
    ----------
    headers
        By their names in lower case; those that came more than once are joined by commas.
    length
        How many bytes the body has; None where that is not said, and nothing can be read.
    keeps
        Whether the server keeps the connection open.
    """

    status: int
    headers: Mapping[str, str]
    length: int | None
    keeps: bool
    _connection: socket.socket
    _received: bytes
    _left: int = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.length or 0

    @property
    def is_read(self) -> bool:
        """Whether the body is known to have been read, and nothing else came."""
        return self.length is not None and self._left == 0 and not self._received

    def chunks(self) -> Iterator[bytes]:
        """Yield the body piece by piece.

        Raises
        ------
        ConnectionError, TimeoutError
            If the body breaks off or stops coming.
        """
        chunk, self._received = self._received[: self._left], self._received[self._left :]
        while self._left:
            self._left -= len(chunk)
            yield chunk
            if self._left:
                chunk = _receive(self._connection, min(self._left, _RECEIVED_BYTES))


class Connections:
    """Connections to one server that are kept open for the next request; safe in many threads.

    Parameters
    ----------
    most
        How many are kept; more are opened where more threads ask at once.
    """

    def __init__(self, origin: Origin, most: int) -> None:
        self._origin = origin
        self._most = most
        self._idle: deque[socket.socket] = deque()
        weakref.finalize(self, _close_all, self._idle)

    @contextlib.contextmanager
    def get(
        self, target: str, headers: Mapping[str, str], timeouts_s: tuple[float, float]
    ) -> Iterator[Answer]:
        """Ask for `target`; the answer can be read inside the context.

        Parameters
        ----------
        target
            Path and query, quoted.
        timeouts_s
            For connecting and for the next bytes.

        Raises
        ------
        ConnectionError, TimeoutError
            If the server cannot be reached, or does not answer.
        """
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"GET {target} HTTP/1.1\r\nhost: {self._origin.name}\r\n{lines}\r\n"
        with _as_connection_failures():
            connection = self._take_idle() or self._origin.connect(timeouts_s[0])
        keep = False
        try:
            with _as_connection_failures():
                connection.settimeout(timeouts_s[1])
                connection.sendall(request.encode("latin-1"))
                answer = _read_head(connection)
            yield answer
            keep = answer.keeps and answer.is_read
        finally:
            if keep and len(self._idle) < self._most:
                self._idle.append(connection)
            else:
                connection.close()

    def _take_idle(self) -> socket.socket | None:
        # The one used last is the least likely to have been closed by the server.
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not _is_readable(connection):
                return connection
            connection.close()
        return None


def _close_all(connections: deque[socket.socket]) -> None:
    while connections:
        connections.pop().close()


def _is_readable(connection: socket.socket) -> bool:
    """Tell whether a connection that waits for nothing was closed, or is out of step."""
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(0))


def _receive(connection: socket.socket, size: int) -> bytes:
    with _as_connection_failures():
        received = connection.recv(size)
    if not received:
        raise ConnectionResetError("the connection was closed before the answer was complete")
    return received


@contextlib.contextmanager
def _as_connection_failures() -> Iterator[None]:
    """Let failures of name look-up and of TLS be failures of the connection as well."""
    try:
        yield
    except (ConnectionError, TimeoutError):
        raise
    except OSError as failure:
        raise ConnectionError(f"{type(failure).__name__}: {failure}") from failure


def _read_head(connection: socket.socket) -> Answer:
    received = _receive(connection, _RECEIVED_BYTES)
    while (end := received.find(_ENDS_HEAD)) < 0:
        if len(received) > _LONGEST_HEAD_BYTES:
            raise UnusualAnswerError("the answer's head is too long")
        received += _receive(connection, _RECEIVED_BYTES)
    status, *lines = received[:end].decode("latin-1").split("\r\n")
    version, _, code = status.partition(" ")
    if version not in {"HTTP/1.1", "HTTP/1.0"} or not code[:3].isdecimal():
        raise UnusualAnswerError(f"the answer starts with {status[:40]!r}")
    headers = _headers_of(lines)
    return Answer(
        status=int(code[:3]),
        headers=headers,
        length=_length_of(headers),
        keeps=version == "HTTP/1.1" and headers.get("connection", "").lower() != "close",
        _connection=connection,
        _received=received[end + len(_ENDS_HEAD) :],
    )


def _headers_of(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _length_of(headers: Mapping[str, str]) -> int | None:
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or not (length.isascii() and length.isdecimal()):
        return None
    return int(length)
