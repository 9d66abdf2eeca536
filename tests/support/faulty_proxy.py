"""A real HTTP server in front of another one, which fails in the ways that networks do."""

import contextlib
import http.client
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Headers that belong to one connection and are not passed on.
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server behind said, or what a fault makes of it."""

    status: int
    headers: dict[str, str]
    body: bytes
    cut_at: int | None = None


Fault = Callable[[Answer], Answer | None]


def status(code: int, message: str = "injected") -> Fault:
    """Return a fault that answers with an error."""
    body = f'{{"error": {{"code": {code}, "message": "{message}"}}}}'.encode()
    return lambda _answer: Answer(
        status=code, headers={"Content-Type": "application/json"}, body=body
    )


def cut_short(answer: Answer) -> Answer:
    """Announce the whole body and send half of it."""
    return Answer(
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        cut_at=len(answer.body) // 2,
    )


def flip_a_bit(answer: Answer) -> Answer:
    """Send a body that does not fit its checksum."""
    body = bytearray(answer.body)
    body[len(body) // 2] ^= 1
    return Answer(status=answer.status, headers=answer.headers, body=bytes(body))


def lose_the_answer(_answer: Answer) -> None:
    """Do what was asked, and close the connection without a word."""


@dataclass(kw_only=True)
class FaultyProxy:
    """The running proxy.

    Attributes
    ----------
    host
        Its URL.
    faults
        The faults still to come, by a part of ``METHOD path``; each is used once, in order.
    seen
        ``METHOD path`` of every request.
    """

    host: str = ""
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, part: str, *faults: Fault) -> None:
        """Let the next requests whose ``METHOD path`` holds `part` fail."""
        self.faults.setdefault(part, []).extend(faults)

    def next_fault(self, request: str) -> Fault | None:
        with self._lock:
            self.seen.append(request)
            for part, faults in self.faults.items():
                if part in request and faults:
                    return faults.pop(0)
        return None


@contextlib.contextmanager
def proxy_before(target: str) -> Iterator[FaultyProxy]:
    """Run a proxy before the server at the URL `target` while the context is open."""
    proxy = FaultyProxy()
    address = urllib.parse.urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = proxy.next_fault(f"{self.command} {self.path}")
            answer = _forward(address, self, body)
            changed = answer if fault is None else fault(answer)
            if changed is None:
                self.close_connection = True
                return
            self._send(changed)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _handle

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.cut_at is None:
                self.wfile.write(answer.body)
            else:
                self.wfile.write(answer.body[: answer.cut_at])
                self.close_connection = True

        def handle(self) -> None:
            # A client that gives up resets its connection: that is what the tests are about.
            with contextlib.suppress(ConnectionError):
                super().handle()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    proxy.host = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def _forward(address: str, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
    headers = {
        name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP
    }
    headers["Host"] = address
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request(request.command, request.path, body=body or None, headers=headers)
        reply = connection.getresponse()
        kept = {k: v for k, v in reply.getheaders() if k.lower() not in _HOP_BY_HOP}
        return Answer(status=reply.status, headers=kept, body=reply.read())
    finally:
        connection.close()
