"""Answers on connections that are used again, against servers that do as they like."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from urllib3.exceptions import HTTPError

from jobs.buckets.deadlines import ending_at
from jobs.buckets.http.connections import Connections, beginning_of, connections_to
from tests.support.served_bytes import served_by

LATE_S = 0.7
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BROKEN: tuple[type[Exception], ...] = (HTTPError, TimeoutError)


def connections(
    url: str, most: int = 4, timeouts_s: tuple[float, float] = (0.5, 0.5)
) -> Connections:
    found = connections_to(url, Path("/nonexistent"), most, timeouts_s)
    assert found is not None
    return found


def read_by(asked: Connections) -> bytes:
    with asked.ask("/a", {}) as answer:
        return b"".join(iter(lambda: answer.read1(1 << 16), b""))


def always(
    content: bytes, seen: list[socket.socket] | None = None
) -> Callable[[socket.socket], None]:
    """Answer every request on every connection with the same bytes."""

    def serve(connection: socket.socket) -> None:
        if seen is not None:
            seen.append(connection)
        while connection.recv(10_000):
            connection.sendall(content)

    return serve


def in_pieces(content: bytes, size: int, pause_s: float) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        connection.recv(10_000)
        for start in range(0, len(content), size):
            connection.sendall(content[start : start + size])
            time.sleep(pause_s)
        connection.recv(10_000)

    return serve


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER,
        ANSWER.replace(b"\r\n", b"\n"),
        CHUNKED + b"2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n",
        CHUNKED + b"5 \r\nhello\r\n0\r\nsaid-afterwards: x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + ANSWER,
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ANSWER,
    ],
)
def test_every_kind_of_answer_is_read_and_leaves_its_connection(answer: bytes) -> None:
    seen: list[socket.socket] = []
    with served_by(always(answer, seen)) as url:
        asked = connections(url)
        assert [read_by(asked) for _ in range(3)] == [b"hello"] * 3
    assert len(seen) == 1


@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize("answer", [ANSWER, CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"])
def test_an_answer_may_come_in_pieces(answer: bytes, size: int) -> None:
    with served_by(in_pieces(answer, size, 0.002)) as url:
        assert read_by(connections(url)) == b"hello"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
    ],
)
def test_an_answer_may_end_with_its_connection(answer: bytes) -> None:
    seen: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        seen.append(connection)
        connection.recv(10_000)
        connection.sendall(answer)

    with served_by(serve) as url:
        asked = connections(url)
        assert [read_by(asked) for _ in range(2)] == [b"hello"] * 2
    assert len(seen) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        b"220 mail.example.com\r\n\r\n",
        ANSWER[:-1],
        CHUNKED + b"5\r\nhel",
        CHUNKED + b"5\r\nhello",
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"5\r\nhello\r\n0\r\n",
        CHUNKED + b"4\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"\r\n\r\n",
        CHUNKED + b"1" * 100_000,
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100_000,
    ],
    ids=lambda answer: f"{len(answer)} bytes, {answer[-12:]!r}",
)
def test_a_broken_answer_is_a_failure_and_not_content(answer: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(10_000)
        connection.sendall(answer)

    with served_by(serve) as url, pytest.raises(BROKEN):
        read_by(connections(url))


def test_what_comes_behind_an_answer_does_not_become_the_next_one() -> None:
    seen: list[socket.socket] = []
    forged = ANSWER.replace(b"hello", b"wrong")

    def serve(connection: socket.socket) -> None:
        seen.append(connection)
        while connection.recv(10_000):
            connection.sendall(ANSWER + forged if len(seen) == 1 else ANSWER)

    with served_by(serve) as url:
        asked = connections(url)
        assert [read_by(asked) for _ in range(3)] == [b"hello"] * 3
    assert len(seen) == 2


def test_what_comes_late_behind_an_answer_does_not_become_the_next_one() -> None:
    seen: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        seen.append(connection)
        while connection.recv(10_000):
            connection.sendall(ANSWER)
            if len(seen) == 1:
                time.sleep(0.05)
                connection.sendall(ANSWER.replace(b"hello", b"wrong"))

    with served_by(serve) as url:
        asked = connections(url)
        assert read_by(asked) == b"hello"
        time.sleep(0.2)
        assert [read_by(asked) for _ in range(2)] == [b"hello"] * 2
    assert len(seen) == 2


def test_an_answer_that_nobody_read_to_its_end_takes_its_connection_with_it() -> None:
    seen: list[socket.socket] = []
    with served_by(always(ANSWER, seen)) as url:
        asked = connections(url)
        with asked.ask("/a", {}) as answer:
            assert answer.read1(2) == b"he"
        assert read_by(asked) == b"hello"
    assert len(seen) == 2


def test_no_more_connections_are_kept_than_allowed() -> None:
    seen: list[socket.socket] = []
    with served_by(always(ANSWER, seen)) as url:
        asked = connections(url, most=1)
        with asked.ask("/a", {}) as one, asked.ask("/a", {}) as other:
            assert (one.read1(9), other.read1(9)) == (b"hello", b"hello")
        assert [read_by(asked) for _ in range(2)] == [b"hello"] * 2
    assert len(seen) == 2


def test_a_connection_that_the_server_closed_meanwhile_is_not_used() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(10_000)
        connection.sendall(ANSWER)

    with served_by(serve) as url:
        asked = connections(url)
        for _ in range(3):
            assert read_by(asked) == b"hello"
            time.sleep(0.05)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", CHUNKED])
def test_an_answer_that_drips_ends_at_the_deadline(head: bytes) -> None:
    def endless(connection: socket.socket) -> Iterator[bytes]:
        connection.recv(10_000)
        yield head
        while True:
            yield b"H"
            time.sleep(0.1)

    def serve(connection: socket.socket) -> None:
        for piece in endless(connection):
            connection.sendall(piece)

    with served_by(serve) as url:
        started = time.monotonic()
        with pytest.raises(BROKEN), ending_at(started + 1.0):
            read_by(connections(url))
        assert time.monotonic() - started < 1.0 + LATE_S


def test_a_server_that_says_nothing_is_given_up_after_the_timeout() -> None:
    with served_by(lambda _: time.sleep(3)) as url:
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            read_by(connections(url))
        assert time.monotonic() - started < 0.5 + LATE_S


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(HTTPError, match="Connection refused"):
        read_by(connections(f"http://127.0.0.1:{port}"))


def test_of_an_error_only_the_beginning_is_read() -> None:
    error = b"HTTP/1.1 503 Busy\r\nContent-Length: 900000\r\n\r\n" + b"x" * 900_000
    with served_by(always(error)) as url, connections(url).ask("/a", {}) as answer:
        assert answer.status == 503
        assert 1 << 16 <= len(beginning_of(answer)) < 1 << 17


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://store", "store"),
        ("http://Store:80/path", "store"),
        ("https://store:443", "store"),
        ("http://store:443", "store:443"),
        ("http://127.0.0.1:9000", "127.0.0.1:9000"),
        ("http://[::1]:9000", "[::1]:9000"),
        ("http://[::1]", "[::1]"),
    ],
)
def test_the_host_is_named_as_http_wants_it(url: str, host: str) -> None:
    assert connections(url).host == host
