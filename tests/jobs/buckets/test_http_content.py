"""Content over bare connections: every answer here comes from a real socket."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from jobs.buckets.http_content import Answer, Connections, Origin, UnusualAnswerError
from tests.support.gcs_server import free_port

TIMEOUTS_S = (2.0, 1.0)
Play = Callable[[socket.socket, int], None]


class ScriptedServer:
    """Plays a script with every connection that is opened; counts connections and requests."""

    def __init__(self, play: Play, trust: ssl.SSLContext | None = None) -> None:
        self.play, self.trust = play, trust
        self.connections = 0
        self.requests: list[bytes] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.opened: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                self.opened.append(connection)
                self.connections += 1
                threading.Thread(
                    target=self._serve, args=(connection, self.connections), daemon=True
                ).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):
            if self.trust is not None:
                connection = self.trust.wrap_socket(connection, server_side=True)
            while request := self._request(connection):
                self.requests.append(request)
                self.play(connection, number)
        connection.close()

    @staticmethod
    def _request(connection: socket.socket) -> bytes:
        received = b""
        while not received.endswith(b"\r\n\r\n"):
            chunk = connection.recv(1 << 16)
            if not chunk:
                return b""
            received += chunk
        return received

    def close(self) -> None:
        for one in (self.listening, *self.opened):
            one.close()


@pytest.fixture
def server_of() -> Iterator[Callable[..., ScriptedServer]]:
    servers: list[ScriptedServer] = []

    def start(play: Play, trust: ssl.SSLContext | None = None) -> ScriptedServer:
        servers.append(ScriptedServer(play, trust))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def sending(*pieces: bytes) -> Play:
    """Return a script that sends the pieces one by one, each in a packet of its own."""

    def play(connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)

    return play


def answer(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    """Return an answer with a length and further header lines."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def connections_to(server: ScriptedServer, most: int = 4) -> Connections:
    return Connections(Origin(host="127.0.0.1", port=server.port), most)


def body_of(connections: Connections, target: str = "/a") -> bytes:
    with connections.get(target, {"x-of": "test"}, TIMEOUTS_S) as found:
        return b"".join(found.chunks())


def test_an_answer_that_comes_byte_by_byte_is_the_same_answer(
    server_of: Callable[..., ScriptedServer],
) -> None:
    whole = answer(b"content\r\n\r\nwith an end of a head in it", "X-Twice: a", "x-twice: b")
    pieces = [whole[i : i + 1] for i in range(len(whole))]
    connections = connections_to(server_of(sending(*pieces)))
    with connections.get("/a", {}, TIMEOUTS_S) as found:
        assert (found.status, found.headers["x-twice"]) == (200, "a, b")
        assert b"".join(found.chunks()) == b"content\r\n\r\nwith an end of a head in it"


def test_a_request_names_target_host_and_headers(server_of: Callable[..., ScriptedServer]) -> None:
    server = server_of(sending(answer(b"x")))
    assert body_of(connections_to(server), "/o/a%2Fb?alt=media") == b"x"
    lines = server.requests[0].split(b"\r\n")
    assert lines[0] == b"GET /o/a%2Fb?alt=media HTTP/1.1"
    assert f"host: 127.0.0.1:{server.port}".encode() in lines
    assert b"x-of: test" in lines


@pytest.mark.parametrize("size", [0, 1, 100_000, 3_000_000])
def test_bodies_of_any_size_arrive_whole_over_one_connection(
    server_of: Callable[..., ScriptedServer], size: int
) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    server = server_of(sending(answer(body)))
    connections = connections_to(server)
    for _ in range(3):
        assert body_of(connections) == body
    assert server.connections == 1


def test_a_body_that_breaks_off_is_a_failure_and_never_a_short_body(
    server_of: Callable[..., ScriptedServer],
) -> None:
    def play(connection: socket.socket, number: int) -> None:
        connection.sendall(answer(b"x" * 1000)[:-1])
        connection.close()

    with pytest.raises(ConnectionError, match="before the answer was complete"):
        body_of(connections_to(server_of(play)))


def test_a_server_that_stops_sending_is_a_timeout(server_of: Callable[..., ScriptedServer]) -> None:
    connections = connections_to(server_of(sending(answer(b"x" * 1000)[:-1])))
    with pytest.raises(TimeoutError):
        body_of(connections)


def test_after_a_failure_the_connection_is_not_used_again(
    server_of: Callable[..., ScriptedServer],
) -> None:
    def play(connection: socket.socket, number: int) -> None:
        whole = answer(b"first connection" if number == 1 else b"second")
        connection.sendall(whole[:-1] if number == 1 else whole)

    server = server_of(play)
    connections = connections_to(server)
    with pytest.raises(TimeoutError):
        body_of(connections)
    assert body_of(connections) == b"second"
    assert server.connections == 2


def test_a_body_that_nobody_read_does_not_become_the_next_answer(
    server_of: Callable[..., ScriptedServer],
) -> None:
    server = server_of(sending(answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")))
    connections = connections_to(server)
    for _ in range(2):
        with connections.get("/a", {}, TIMEOUTS_S) as found:
            assert found.headers["content-length"] == "42"
    assert server.connections == 2


def test_bytes_behind_the_body_do_not_become_the_next_answer(
    server_of: Callable[..., ScriptedServer],
) -> None:
    server = server_of(sending(answer(b"body") + answer(b"evil")))
    connections = connections_to(server)
    assert body_of(connections) == b"body"
    assert body_of(connections) == b"body"
    assert server.connections == 2


def test_a_connection_that_was_closed_while_it_waited_is_replaced(
    server_of: Callable[..., ScriptedServer],
) -> None:
    closed = threading.Event()

    def play(connection: socket.socket, number: int) -> None:
        connection.sendall(answer(b"%d" % number))
        if number == 1:
            connection.close()
            closed.set()

    connections = connections_to(server_of(play))
    assert body_of(connections) == b"1"
    assert closed.wait(2)
    assert body_of(connections) == b"2"


@pytest.mark.parametrize(
    "whole", [answer(b"x", "Connection: close"), b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx"]
)
def test_a_connection_that_the_server_will_close_is_not_kept(
    server_of: Callable[..., ScriptedServer], whole: bytes
) -> None:
    server = server_of(sending(whole))
    connections = connections_to(server)
    assert [body_of(connections), body_of(connections)] == [b"x", b"x"]
    assert server.connections == 2


@pytest.mark.parametrize(
    "line",
    ["Transfer-Encoding: chunked", "Content-Length: many", "Content-Length: -1", "X-None: 1"],
)
def test_an_answer_without_a_plain_length_has_none_and_no_body(
    server_of: Callable[..., ScriptedServer], line: str
) -> None:
    head = f"HTTP/1.1 200 OK\r\n{line}\r\n\r\n".encode()
    with connections_to(server_of(sending(head))).get("/a", {}, TIMEOUTS_S) as found:
        assert found.length is None
        assert list(found.chunks()) == []


def test_chunks_with_a_length_beside_them_have_no_length(
    server_of: Callable[..., ScriptedServer],
) -> None:
    whole = answer(b"4\r\nbody\r\n0\r\n\r\n", "Transfer-Encoding: chunked")
    with connections_to(server_of(sending(whole))).get("/a", {}, TIMEOUTS_S) as found:
        assert found.length is None


def test_two_lengths_are_none(server_of: Callable[..., ScriptedServer]) -> None:
    whole = answer(b"four", "Content-Length: 2")
    with connections_to(server_of(sending(whole))).get("/a", {}, TIMEOUTS_S) as found:
        assert found.length is None


@pytest.mark.parametrize(
    "sent", [b"SSH-2.0-OpenSSH_9\r\n\r\n", b"HTTP/2 200 OK\r\n\r\n", b"HTTP/1.1 OK\r\n\r\n"]
)
def test_what_is_no_http_answer_is_a_failure(
    server_of: Callable[..., ScriptedServer], sent: bytes
) -> None:
    with pytest.raises(UnusualAnswerError, match="the answer starts with"):
        body_of(connections_to(server_of(sending(sent))))


def test_a_head_without_an_end_is_a_failure_before_it_fills_the_memory(
    server_of: Callable[..., ScriptedServer],
) -> None:
    def play(connection: socket.socket, number: int) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(1000):
            connection.sendall(b"X-More: " + b"x" * 10_000 + b"\r\n")

    with pytest.raises(UnusualAnswerError, match="too long"):
        body_of(connections_to(server_of(play)))


def test_a_server_that_nobody_runs_and_a_name_that_nobody_has_are_connection_failures() -> None:
    for origin in (
        Origin(host="127.0.0.1", port=free_port()),
        Origin(host="no-such-host.invalid", port=80),
    ):
        with pytest.raises(ConnectionError):
            body_of(Connections(origin, 4))


def test_many_threads_never_share_a_connection_at_one_time(
    server_of: Callable[..., ScriptedServer],
) -> None:
    server = server_of(lambda connection, number: None)

    def echo(connection: socket.socket, number: int) -> None:
        # The last request of this connection, whichever thread sent it.
        connection.sendall(answer(b"connection %d" % number))

    server.play = echo
    connections = connections_to(server, most=3)
    with ThreadPoolExecutor(16) as pool:
        bodies = list(pool.map(lambda _: body_of(connections), range(500)))
    assert all(body.startswith(b"connection ") for body in bodies)
    assert len(connections._idle) <= 3


# --- TLS ---


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and key for 127.0.0.1 that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "store")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "store.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def tls_server(server_of: Callable[..., ScriptedServer], certificate: Path) -> ScriptedServer:
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    return server_of(sending(answer(b"secret" * 10_000)), own)


def test_content_comes_over_tls_from_a_server_that_is_trusted(
    tls_server: ScriptedServer, certificate: Path
) -> None:
    url = f"https://127.0.0.1:{tls_server.port}"
    origin = Origin.of(url, lambda: ssl.create_default_context(cafile=certificate))
    connections = Connections(origin, 4)
    for _ in range(3):
        assert body_of(connections) == b"secret" * 10_000
    assert tls_server.connections == 1


def test_a_server_that_is_not_trusted_is_sent_no_request(tls_server: ScriptedServer) -> None:
    origin = Origin.of(f"https://127.0.0.1:{tls_server.port}", ssl.create_default_context)
    with pytest.raises(ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        body_of(Connections(origin, 4))
    assert tls_server.requests == []


def test_a_server_of_another_name_is_sent_no_request(
    tls_server: ScriptedServer, certificate: Path
) -> None:
    origin = Origin(
        host="localhost",
        port=tls_server.port,
        trust=ssl.create_default_context(cafile=certificate),
    )
    with pytest.raises(ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        body_of(Connections(origin, 4))
    assert tls_server.requests == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://store.example", ("store.example", 80, "store.example")),
        ("http://store.example:8080/", ("store.example", 8080, "store.example:8080")),
        ("https://store.example", ("store.example", 443, "store.example")),
        ("http://[::1]:9", ("::1", 9, "[::1]:9")),
    ],
)
def test_an_origin_is_read_from_a_url(url: str, expected: tuple[str, int, str]) -> None:
    origin = Origin.of(url, ssl.create_default_context)
    assert (origin.host, origin.port, origin.name) == expected
    assert (origin.trust is not None) == url.startswith("https")


@pytest.mark.parametrize("url", ["store.example", "ftp://store.example", "http://", "http://a:b"])
def test_a_url_without_a_web_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"Expected http://HOST|Port could not be cast"):
        Origin.of(url, ssl.create_default_context)


def test_an_answer_tells_whether_it_was_read(server_of: Callable[..., ScriptedServer]) -> None:
    with connections_to(server_of(sending(answer(b"x" * 10)))).get("/a", {}, TIMEOUTS_S) as found:
        assert isinstance(found, Answer)
        assert not found.is_read
        assert len(list(found.chunks())) >= 1
        assert found.is_read
