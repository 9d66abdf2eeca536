"""A server in a process of its own, on a free loopback port, for as long as a test needs it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
import urllib.error
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

ENDS_WITHIN_S = 10.0


def free_port() -> int:
    """Return a loopback port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def running_process(
    command: Sequence[str],
    folder: Path,
    *,
    ask: Callable[[], object],
    starts_within_s: float,
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run a server while the context is open; what it says is in a file of `folder`.

    Parameters
    ----------
    ask
        Asks the server for something; raises an error of urllib's, or of the connection, as long
        as nobody answers.
    starts_within_s
        How long that may take; the test fails after it.
    """
    log_path = folder / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
    try:
        gives_up_at = time.monotonic() + starts_within_s
        while not _answers(ask):
            if process.poll() is not None or time.monotonic() > gives_up_at:
                pytest.fail(f"{Path(command[0]).name} did not start: {log_path.read_text()}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (urllib.error.URLError, ConnectionError):
        return False
    return True
