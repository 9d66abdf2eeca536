"""Connections that end by a deadline, against servers that are slower than any timeout notices."""

from __future__ import annotations

import itertools
import socket
import time

import pytest
import urllib3

from jobs.buckets.deadlines import TIMED_POOLS, ending_at
from jobs.buckets.gcs.store import GCSBucket
from jobs.errors import ObjectTooLargeError
from jobs.testing.clouds.fault_suite import QUICK
from tests.support.served_bytes import served_by

LATE_S = 0.7


def pool_to(url: str) -> urllib3.HTTPConnectionPool:
    pools = urllib3.PoolManager(maxsize=1)
    pools.pool_classes_by_scheme = TIMED_POOLS
    return pools.connection_from_url(url)


def asked(
    pool: urllib3.HTTPConnectionPool,
    deadline_s: float,
    body: bytes | None = None,
    read_s: float = 0.5,
) -> bytes:
    """Return the body of an answer that has to be there within a time."""
    with ending_at(time.monotonic() + deadline_s):
        timeout = urllib3.Timeout(connect=0.5, read=read_s)
        method = "GET" if body is None else "POST"
        return pool.urlopen(method, "/", body=body, timeout=timeout, retries=False).data


def drip(connection: socket.socket, content: bytes, pause_s: float = 0.05) -> None:
    for byte in content:
        connection.sendall(bytes([byte]))
        time.sleep(pause_s)


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def test_a_quick_answer_is_read() -> None:
    with served_by(lambda connection: (connection.recv(1000), connection.sendall(ANSWER))) as url:  # type: ignore[func-returns-value]
        assert asked(pool_to(url), 1.0) == b"hello"


@pytest.mark.parametrize("head", [b"", ANSWER[:-5]])
def test_an_answer_that_drips_ends_at_the_deadline(head: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(head)
        drip(connection, ANSWER[len(head) :] if head else ANSWER, 0.3)

    with served_by(serve) as url:
        started = time.monotonic()
        with pytest.raises(urllib3.exceptions.HTTPError):
            asked(pool_to(url), 1.0)
        assert time.monotonic() - started < 1.0 + LATE_S


def test_without_a_deadline_only_the_timeouts_count() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        drip(connection, ANSWER, 0.01)

    with served_by(serve) as url:
        answer = pool_to(url).urlopen("GET", "/", timeout=urllib3.Timeout(0.5), retries=False)
        assert answer.data == b"hello"


def test_a_connection_is_used_again_with_the_time_of_the_next_request() -> None:
    connections = []

    def serve(connection: socket.socket) -> None:
        connections.append(connection)
        while connection.recv(1000):
            connection.sendall(ANSWER)

    with served_by(serve) as url:
        pool = pool_to(url)
        assert [asked(pool, deadline_s) for deadline_s in (0.2, 5.0, 0.2)] == [b"hello"] * 3
        assert len(connections) == 1
        time.sleep(0.3)
        assert asked(pool, 0.2) == b"hello"


def test_a_request_over_a_slow_line_may_take_longer_than_connecting() -> None:
    def serve(connection: socket.socket) -> None:
        received = 0
        while received < len(body):
            received += len(connection.recv(1 << 18))
            time.sleep(0.05)
        connection.sendall(ANSWER)

    body = bytes(8_000_000)
    with served_by(serve) as url:
        started = time.monotonic()
        # What the system has taken is still on its way when the answer is awaited.
        assert asked(pool_to(url), 20.0, body, read_s=10.0) == b"hello"
        assert time.monotonic() - started > 1.0


def test_a_request_that_nobody_takes_ends_at_the_deadline() -> None:
    with served_by(lambda _: time.sleep(3)) as url:
        started = time.monotonic()
        with pytest.raises(urllib3.exceptions.HTTPError):
            asked(pool_to(url), 1.0, bytes(50_000_000))
        assert time.monotonic() - started < 1.0 + LATE_S


def test_an_object_without_end_is_given_up_at_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = itertools.count()
    head = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Goog-Generation: 1\r\n"
        b"X-Goog-Hash: crc32c=AAAAAA==\r\n\r\n"
    )

    def serve(connection: socket.socket) -> None:
        connection.recv(10_000)
        connection.sendall(head)
        while True:
            connection.sendall(b"10000\r\n" + bytes(1 << 16) + b"\r\n")
            next(sent)

    with served_by(serve) as url:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
        with pytest.raises(ObjectTooLargeError, match="10000000 are allowed"):
            GCSBucket("gs://bucket", QUICK).read("a.bin", most_bytes=10_000_000)
    # What was under way then is lost in the buffers of the sockets.
    assert next(sent) * (1 << 16) < 20_000_000
