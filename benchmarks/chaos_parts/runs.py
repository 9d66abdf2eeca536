"""Starting runs as processes: from nothing, as cron does, or forked with a fault inside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.support.command import ROOT

# A run takes seconds; on a machine that is busy with others, a minute.
PATIENCE_S = 240.0
STREAMS = ("stdout", "stderr")
_SETTINGS = {
    "PYTHONPATH": str(ROOT),
    "DO_NOT_TRACK": "1",
    "DRIFT__LOG_FORMAT": "plain",
    "NO_GCE_CHECK": "true",
    "NO_PROXY": "127.0.0.1,localhost",
    "CLOUDSDK_CONFIG": "/nonexistent",
}
# The first would have every process compile the whole project anew.
# The last would have it followed line by line, as the tests are.
_NOT_PASSED_ON = {
    "PYTHONDONTWRITEBYTECODE",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "COVERAGE_PROCESS_CONFIG",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended; `code` is negative for a signal."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def how(self) -> str:
        """The end in words."""
        if self.code < 0:
            return signal.Signals(-self.code).name
        return f"exit {self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A run that has been started; `wait` returns how it ended."""

    pid: int
    wait: Callable[[], Ended]

    def signal_after(self, seconds: float, number: signal.Signals) -> threading.Timer:
        """Send a signal later, unless the run has ended by then."""
        timer = threading.Timer(seconds, send, (self.pid, number))
        timer.daemon = True
        timer.start()
        return timer


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be run.

    Attributes
    ----------
    folder
        The working folder, with the job file in it.
    arguments
        Those of ``drift``.
    environment
        In addition to what all runs get.
    fault
        What `forked` puts into the process; only where it is forked.
    """

    folder: Path
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    fault: Mapping[str, Any] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        """The whole environment."""
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
        return {**kept, **_SETTINGS, **self.environment}


def start_cold(order: Order) -> Running:
    """Start ``python -m drift`` in a process of its own."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "drift", *order.arguments],
        cwd=order.folder,
        env=order.variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )

    def wait() -> Ended:
        try:
            out, err = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
        seconds = time.monotonic() - started
        return Ended(code=process.returncode, out=out, err=err, seconds=seconds)

    return Running(pid=process.pid, wait=wait)


class ForkServer:
    """Forks runs off a process that has all imports behind it; one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._line()

    def start(self, order: Order) -> Running:
        """Start a run; nothing else may be started before it was waited for."""
        streams = tempfile.TemporaryDirectory(prefix="chaos-")
        started = time.monotonic()
        self._ask(order, streams.name)
        pid = int(self._line())

        def wait() -> Ended:
            code = self._wait(pid)
            return ended_with(code, streams, time.monotonic() - started)

        return Running(pid=pid, wait=wait)

    def _ask(self, order: Order, streams: str, **more: str) -> None:
        request = {
            "arguments": order.arguments,
            "cwd": str(order.folder),
            "environment": order.variables,
            **{name: f"{streams}/{name}" for name in STREAMS},
            **order.fault,
            **more,
        }
        assert self._process.stdin is not None
        print(json.dumps(request), file=self._process.stdin, flush=True)

    def _wait(self, pid: int) -> int:
        killer = threading.Timer(PATIENCE_S, send, (pid, signal.SIGKILL))
        killer.start()
        try:
            return int(self._line())
        finally:
            killer.cancel()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process that runs are forked from has ended")
        return line


Server = TypeVar("Server", bound=ForkServer)


@contextmanager
def fork_server() -> Iterator[ForkServer]:
    """Run the process that runs are forked from, one at a time, while the context is open."""
    with forking(ForkServer) as server:
        yield server


@contextmanager
def forking(kind: type[Server]) -> Iterator[Server]:
    """Run the process that runs are forked from while the context is open."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.chaos_parts.forked"],
        cwd=ROOT,
        env=Order(folder=ROOT, arguments=()).variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield kind(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=60)


def ended_with(code: int, streams: tempfile.TemporaryDirectory[str], seconds: float) -> Ended:
    """Return how a run ended whose streams went to a folder, which is deleted."""
    with streams:
        files = [Path(streams.name) / name for name in STREAMS]
        out, err = (
            file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
            for file in files
        )
    return Ended(code=code, out=out, err=err, seconds=seconds)


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process, unless it has ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
