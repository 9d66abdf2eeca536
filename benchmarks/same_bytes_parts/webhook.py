"""A loopback web server that keeps what is posted to it: the messages that runs send."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Webhook:
    """Where messages arrive.

    Parameters
    ----------
    port
        The port of the loopback address.
    bodies
        What has been posted and not yet been taken, in order; the server appends to it.
    """

    def __init__(self, port: int, bodies: list[bytes]) -> None:
        self.url = f"json://127.0.0.1:{port}/"
        self._bodies = bodies

    def take(self) -> list[bytes]:
        """Return what has arrived since the last call."""
        taken = self._bodies[:]
        self._bodies.clear()
        return taken


@contextmanager
def listening() -> Iterator[Webhook]:
    """Listen on a free port while the context is open."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing of each request."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Webhook(server.server_port, bodies)
        finally:
            server.shutdown()
            thread.join()
