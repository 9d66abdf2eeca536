"""A relay in front of a store's server that breaks chosen requests, over real sockets."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back to the client, `times` over, with a pause after every piece of the body."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pause_s: float = 0.0
    piece_bytes: int = 8192
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Request:
    """What came from the client; `number` counts from zero over all requests.

    The names of the headers are in lower case; requests of one connection have the same `port`.
    """

    number: int
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0


# Given the request and a way to pass it on; returns the answer, or None to cut the connection.
Fault = Callable[[Request, Callable[[], Answer]], Answer | None]


@dataclass(kw_only=True)
class FaultyStore:
    """A relay to the server `origin`; `fault` decides about each request, `seen` records them."""

    host: str
    origin: str
    fault: Fault
    seen: list[Request] = field(default_factory=list)


def refusal(status: int, message: str) -> Answer:
    """Return an error in the store's own JSON form."""
    body = json.dumps({"error": {"code": status, "message": message}}).encode()
    return Answer(status=status, headers={"Content-Type": "application/json"}, body=body)


class _Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: FaultyStore
    origin: str
    numbers: Iterator[int]

    def handle(self) -> None:
        # Clients do not always read an answer to its end.
        with contextlib.suppress(ConnectionError):
            super().handle()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(
            number=next(self.numbers),
            method=self.command,
            path=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            port=self.client_address[1],
        )
        self.store.seen.append(request)
        answer = self.store.fault(request, lambda: self._pass_on(body))
        if answer is None:
            self.close_connection = True
            return
        for _ in range(answer.times):
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        promised = {"Content-Length": str(len(answer.body))} | answer.headers
        self.send_response_only(answer.status)
        for name, value in promised.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self._send_body(answer)
        if promised["Content-Length"] != str(len(answer.body)):
            self.close_connection = True

    # The names that the base class looks for.
    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815

    def _send_body(self, answer: Answer) -> None:
        with contextlib.suppress(ConnectionError):
            for start in range(0, len(answer.body), answer.piece_bytes):
                self.wfile.write(answer.body[start : start + answer.piece_bytes])
                self.wfile.flush()
                time.sleep(answer.pause_s)

    def _pass_on(self, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(self.origin, timeout=30)
        headers = {k: v for k, v in self.headers.items() if k.lower() != "host"}
        with contextlib.closing(connection):
            connection.request(self.command, self.path, body=body, headers=headers)
            answer = connection.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.lower() not in _PER_CONNECTION}
            if self.command == "HEAD":
                # That of the body which is not sent.
                kept["Content-Length"] = answer.headers["Content-Length"]
            return Answer(status=answer.status, headers=kept, body=answer.read())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its given name
        """Say nothing."""


@contextlib.contextmanager
def relay_to(origin: str, trust: ssl.SSLContext | None = None) -> Iterator[FaultyStore]:
    """Run a relay to the server at the URL `origin`; it is faultless until `fault` is set.

    With a certificate, `trust`, it is spoken to over TLS.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Relay)
    server.daemon_threads = True
    if trust is not None:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
    host = f"{'https' if trust else 'http'}://127.0.0.1:{server.server_address[1]}"
    store = FaultyStore(host=host, origin=origin, fault=lambda _, pass_on: pass_on())
    server.RequestHandlerClass = type(
        "Relay",
        (_Relay,),
        {"store": store, "origin": urlsplit(origin).netloc, "numbers": itertools.count()},
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_PER_CONNECTION = {"connection", "content-length", "transfer-encoding", "keep-alive"}
