"""Starting runs that go on at the same time, by one process that has all imports behind it."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.chaos_parts.runs import (
    PATIENCE_S,
    Ended,
    ForkServer,
    Order,
    Running,
    ended_with,
    forking,
    send,
)

_PAUSE_S = 0.05


class SideBySideServer(ForkServer):
    """Forks any number of runs; any thread may start one.

    Between each run and the server stands a keeper, which notes the run's process, when
    it ended, and how.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(process)
        self._starting = threading.Lock()

    def start(self, order: Order) -> Running:
        """Start a run; others may be going."""
        streams = tempfile.TemporaryDirectory(prefix="chaos-")
        notes = Path(streams.name) / "keeper"
        started = time.monotonic()
        with self._starting:
            self._ask(order, streams.name, keeper=str(notes))
            # The process that forks the keeper, and its end.
            self._line()
            self._line()
        first = _noted(notes, 0, 60.0)
        if first is None:
            raise RuntimeError("the keeper of a run did not start it")
        pid = int(first)

        def wait() -> Ended:
            code = _noted(notes, 2, PATIENCE_S)
            if code is None:
                send(pid, signal.SIGKILL)
                return ended_with(-signal.SIGKILL, streams, time.monotonic() - started)
            # By the clock that all processes of a machine share.
            ended_at = _noted(notes, 1, 0.0) or time.monotonic()
            return ended_with(int(code), streams, ended_at - started)

        return Running(pid=pid, wait=wait)


@contextmanager
def side_by_side_server() -> Iterator[SideBySideServer]:
    """Run the process that runs are forked from while the context is open."""
    with forking(SideBySideServer) as server:
        yield server


def _noted(notes: Path, line: int, patience_s: float) -> float | None:
    """Return the number in a line of the keeper's notes; None if it does not come in time."""
    ends_at = time.monotonic() + patience_s
    while True:
        if notes.exists():
            *lines, _ = notes.read_text(encoding="ascii").split("\n")
            if len(lines) > line:
                return float(lines[line])
        if time.monotonic() >= ends_at:
            return None
        time.sleep(_PAUSE_S)
