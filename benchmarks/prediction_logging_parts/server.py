"""A server with FastAPI, with the logger or without, and a client that measures it."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOGGED = "BENCHMARK_LOGGED"
# The number of those that only ask whether a server is there.
NO_REQUEST = -1_000_000
# What the endpoint does in place of a model: it hashes the picture so many times.
ROUNDS = 40
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 240


class Server:
    """An uvicorn process on a free loopback port.

    Parameters
    ----------
    folder
        Where the log and its spool go; None for a server without the logger.
    packs_images
        Whether the logger packs images.
    """

    def __init__(self, folder: Path | None = None, *, packs_images: bool = False) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        app = "benchmarks.prediction_logging_parts.app:app"
        variables = dict(os.environ)
        if folder is not None:
            variables |= {
                LOGGED: "yes",
                "PREDICTION_LOG_URL": str(folder / "bucket"),
                "PREDICTION_LOG_SPOOL": str(folder / "spool"),
                "PREDICTION_LOG_PACK_IMAGES": str(packs_images),
            }
        command = [sys.executable, "-m", "uvicorn", app, "--port", str(self._port)]
        self.process = subprocess.Popen(
            # While the other servers start, nobody asks this one.
            [*command, "--log-level", "warning", "--timeout-keep-alive", "600"],
            cwd=ROOT,
            env=variables,
        )
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        gives_up_at = time.monotonic() + 60
        while time.monotonic() < gives_up_at:
            with contextlib.suppress(OSError):
                self.ask(NO_REQUEST)
                return
            time.sleep(0.05)
        raise RuntimeError("uvicorn did not start")

    def ask(self, number: int) -> float:
        """Send one picture; return the seconds until the answer was there."""
        begun = time.perf_counter()
        try:
            self._connection.request("POST", f"/predict?number={number}", JPEG)
            answer = self._connection.getresponse()
            answer.read()
        except Exception:
            self._connection.close()
            raise
        if answer.status != 200:
            raise RuntimeError(f"the server answered {answer.status}")
        return time.perf_counter() - begun

    def end(self, number: int = signal.SIGTERM) -> None:
        """End the server by a signal."""
        self._connection.close()
        self.process.send_signal(number)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


@contextlib.contextmanager
def running(folder: Path | None = None, *, packs_images: bool = False) -> Iterator[Server]:
    """Run a server while the context is open."""
    server = Server(folder, packs_images=packs_images)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end()
