"""Real servers on loopback that take notifications: an SMTP server and an HTTP server."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.server_process import free_port


@dataclass
class MailServer:
    """What a mail server took.

    Attributes
    ----------
    url
        An Apprise URL that leads to it.
    refused
        Recipients that it does not know.
    """

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 unknown"
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 taken"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request that an HTTP server took."""

    path: str
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(kw_only=True)
class WebServer:
    """What an HTTP server took; its answers can be set by path.

    Attributes
    ----------
    port
        Where it listens.
    answers
        Status by the start of a path; 200 elsewhere.
    replies
        By the start of a path, what makes status and content of an answer from a request's body.
    delay_s
        How long it thinks before it answers.
    """

    port: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    replies: dict[str, Callable[[bytes], tuple[int, bytes]]] = field(default_factory=dict)
    delay_s: float = 0.0
    requests: list[Request] = field(default_factory=list)

    def url(self, path: str, scheme: str = "json") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/{path}"

    def status(self, path: str) -> int:
        fitting = (code for start, code in self.answers.items() if path.startswith(start))
        return next(fitting, 200)

    def reply(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and content of an answer; ``ok`` is Slack's, others look at the status."""
        fitting = (make for start, make in self.replies.items() if path.startswith(start))
        make = next(fitting, None)
        return (self.status(path), b"ok") if make is None else make(body)

    def at(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path.startswith(path)]


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run an SMTP server while the context is open."""
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        address = f"127.0.0.1:{controller.port}"
        server.url = f"mailto://{address}?from=drift@example.com&to=team@example.com"
        yield server
    finally:
        controller.stop()


@contextlib.contextmanager
def web_server(certificate: Path | None = None) -> Iterator[WebServer]:
    """Run an HTTP server, or with a certificate an HTTPS server, while the context is open."""
    taken = WebServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            taken.requests.append(Request(path=self.path, body=body))
            time.sleep(taken.delay_s)
            with contextlib.suppress(ConnectionError):
                status, content = taken.reply(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", "text/plain")
                self.end_headers()
                self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    taken.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def make_certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate for localhost that vouches for itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """Run a mail server for one test."""
    with mail_server() as server:
        yield server


@pytest.fixture
def web() -> Iterator[WebServer]:
    """Run a web server for one test."""
    with web_server() as server:
        yield server
