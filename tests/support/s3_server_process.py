"""An S3 server of its own process: moto's, kept from what a development server does differently.

Run as ``python -P s3_server_process.py PORT``.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

WRITES = {"PUT", "POST", "DELETE"}


class OneWriteAtATime:
    """Makes looking at an object and writing it one step, which it is in S3 and not in moto."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._writing = threading.Lock()

    def __call__(self, environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environment["REQUEST_METHOD"] not in WRITES:
            return self._application(environment, start)
        with self._writing:
            return list(self._application(environment, start))


class KeptConnections(WSGIRequestHandler):
    """Keeps connections open, as S3 does."""

    protocol_version = "HTTP/1.1"


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = OneWriteAtATime(DomainDispatcherApplication(create_backend_app))
    make_server(
        "127.0.0.1",
        int(sys.argv[1]),
        application,
        threaded=True,
        request_handler=KeptConnections,
    ).serve_forever()
