"""One answer on a connection: its head, and its content as far as somebody reads it."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from typing import Self

from urllib3.exceptions import ProtocolError, SSLError

from jobs.buckets.deadlines import time_left_s
from jobs.buckets.http.heads import AnswerHead, head_of_answer

_RECEIVED_BYTES = 1 << 16
_MOST_RECEIVED_BYTES = 1 << 18
_LONGEST_HEAD_BYTES = 1 << 17
_LONGEST_LINE_BYTES = 1 << 12
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_SIZE_OF_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")


def failure_of(error: OSError) -> Exception:
    """Return what is to be raised for an error of a connection: what urllib3 would raise."""
    if isinstance(error, TimeoutError):
        return error
    return (
        SSLError(error)
        if isinstance(error, ssl.SSLError)
        else ProtocolError("Connection aborted.", error)
    )


class Incoming:
    """What one connection receives, until the deadline; used by one thread at a time.

    Parameters
    ----------
    connected
        The socket.
    timeout_s
        How long the next bytes are awaited.

    Attributes
    ----------
    ahead
        What was received and not taken yet.
    """

    def __init__(self, connected: socket.socket, timeout_s: float) -> None:
        self._socket = connected
        self._timeout_s = timeout_s
        self.ahead = b""

    def send(self, request: bytes) -> None:
        """Send a request that is short: the same time is allowed as for the next bytes."""
        try:
            self._socket.settimeout(self._patience_s())
            self._socket.sendall(request)
        except OSError as error:
            raise failure_of(error) from error

    def receive(self, most: int = _RECEIVED_BYTES) -> bytes:
        """Return the next bytes from the network; empty where the other side has ended."""
        try:
            self._socket.settimeout(self._patience_s())
            return self._socket.recv(most)
        except OSError as error:
            raise failure_of(error) from error

    def take(self, most: int) -> bytes:
        """Return at least one byte and at most `most`, except where the other side has ended."""
        if not self.ahead:
            return self.receive(min(max(most, 1), _MOST_RECEIVED_BYTES))
        taken, self.ahead = self.ahead[:most], self.ahead[most:]
        return taken

    def head(self) -> bytes:
        """Return the next head without the empty line at its end."""
        received = self.ahead
        while (end := _END_OF_HEAD.search(received)) is None:
            received = self._further(received, _LONGEST_HEAD_BYTES)
        self.ahead = received[end.end() :]
        return received[: end.start()]

    def line(self) -> bytes:
        """Return the next line without its end."""
        received = self.ahead
        while b"\n" not in received:
            received = self._further(received, _LONGEST_LINE_BYTES)
        line, _, self.ahead = received.partition(b"\n")
        return line.rstrip(b"\r")

    def _further(self, received: bytes, longest: int) -> bytes:
        if len(received) > longest:
            raise ProtocolError("the answer's head, or a line in it, has no end")
        more = self.receive()
        if not more:
            raise ProtocolError("Remote end closed connection without response")
        return received + more

    def _patience_s(self) -> float:
        left_s = time_left_s()
        return self._timeout_s if left_s is None else min(self._timeout_s, left_s)


class HttpAnswer:
    """An answer whose content has not been read yet, for a ``with`` statement.

    Parameters
    ----------
    incoming
        The connection that it comes on, to which the request was sent.
    finish
        Called at the end of the statement, with whether the connection can take another request.

    Attributes
    ----------
    status, headers
        As in `AnswerHead`.

    Raises
    ------
    urllib3.exceptions.HTTPError, TimeoutError
        If no answer comes, or something else than one.
    """

    def __init__(self, incoming: Incoming, finish: Callable[[bool], None]) -> None:
        self._incoming = incoming
        self._finish = finish
        head = head_of_answer(incoming.head())
        while head.status < 200:
            head = head_of_answer(incoming.head())
        self._head: AnswerHead = head
        self.status = head.status
        self.headers = head.headers
        # Of the whole content, or of the chunk that is being read; None until the connection ends.
        self._left = 0 if head.is_chunked else head.length
        self._chunks_follow = head.is_chunked
        self._is_first_chunk = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        is_read = self._left == 0 and not self._chunks_follow
        self._finish(is_read and self._head.stays_open and not self._incoming.ahead)

    def read1(self, amt: int, *, decode_content: bool = False) -> bytes:
        """Return the next bytes of the content as they were sent, at most `amt`; empty at its end.

        Raises
        ------
        urllib3.exceptions.HTTPError, TimeoutError
            If the content breaks off or does not come.
        """
        del decode_content
        if self._left == 0 and self._chunks_follow:
            self._begin_chunk()
        if self._left == 0:
            return b""
        taken = self._incoming.take(amt if self._left is None else min(amt, self._left))
        if self._left is not None:
            if not taken:
                raise ProtocolError(f"Connection broken: {self._left} more bytes were announced")
            self._left -= len(taken)
        return taken

    def _begin_chunk(self) -> None:
        if not self._is_first_chunk and self._incoming.line():
            raise ProtocolError("Connection broken: a chunk is longer than it says")
        self._is_first_chunk = False
        size = _SIZE_OF_CHUNK.fullmatch(self._incoming.line())
        if size is None:
            raise ProtocolError("Connection broken: a chunk does not say how long it is")
        self._left = int(size[1], 16)
        if self._left == 0:
            self._chunks_follow = False
            self._skip_trailers()

    def _skip_trailers(self) -> None:
        skipped = 0
        while line := self._incoming.line():
            skipped += len(line)
            if skipped > _LONGEST_HEAD_BYTES:
                raise ProtocolError("what follows the answer's content has no end")
