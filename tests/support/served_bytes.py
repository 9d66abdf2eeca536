"""A server that does with each connection what a test says, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Serve = Callable[[socket.socket], None]


@contextlib.contextmanager
def served_by(serve: Serve) -> Iterator[str]:
    """Run a server that does with each connection what `serve` does; yield its URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def handle(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            serve(connection)

    def accept() -> None:
        while not stopped.is_set():
            connection, _ = listening.accept()
            if stopped.is_set():
                # Nobody's request: it ends the wait for one.
                connection.close()
                return
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    address = listening.getsockname()
    try:
        yield f"http://127.0.0.1:{address[1]}"
    finally:
        stopped.set()
        socket.create_connection(address).close()
        thread.join()
        listening.close()
