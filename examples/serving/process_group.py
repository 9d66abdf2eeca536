"""A server's processes on loopback: started together, and ended whatever happens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from examples.serving.running import ExampleError

_STOP_S = 20.0
_REQUEST_S = 120.0
_POLL_S = 0.05
_SHOWN = 3000
_PROCESSES = Path("/proc")
_DEAD = "ZX"
_UNKNOWN = "?"


class ServerError(ExampleError):
    """A server did not start, or refused something; the text says what it said."""


@dataclass(kw_only=True)
class ProcessGroup:
    """A program with all that it starts: one process group, so that no other process is ended.

    Attributes
    ----------
    first
        The program's own process; its id is the group's.
    output
        The file that everything is printed to.
    """

    first: subprocess.Popen[bytes]
    output: Path

    def is_alive(self) -> bool:
        """Tell whether one of the processes lives.

        A process that has ended and that its parent has not asked after yet is dead: the parent of
        what a server leaves behind is the machine's first process, which may take its time.
        """
        self.first.poll()
        try:
            os.killpg(self.first.pid, 0)
        except ProcessLookupError:
            return False
        return any(state not in _DEAD for state in _states(self.first.pid))

    def wait_until(self, answers: Callable[[], bool], timeout_s: float) -> None:
        """Wait until the server answers.

        Raises
        ------
        ServerError
            If it ends before, or takes longer.
        """
        deadline = time.monotonic() + timeout_s
        while not answers():
            if self.first.poll() is not None or time.monotonic() > deadline:
                raise ServerError(f"The server does not answer. It said:\n{self.said()}")
            time.sleep(_POLL_S)

    def signal(self, number: int) -> None:
        """Send a signal to every process of the group."""
        with suppress(ProcessLookupError):
            os.killpg(self.first.pid, number)

    def end(self) -> None:
        """Wait for the group's end; kill it where that takes longer than it may."""
        self._await_end()
        self.signal(signal.SIGKILL)
        self._await_end()
        self.first.wait()

    def _await_end(self) -> None:
        deadline = time.monotonic() + _STOP_S
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(_POLL_S)

    def said(self) -> str:
        """Return the end of what was printed."""
        return self.output.read_text(encoding="utf-8", errors="replace")[-_SHOWN:]


def start(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]
) -> ProcessGroup:
    """Start a program in a folder, which its output goes to as well.

    Parameters
    ----------
    environment
        Variables beside those of this process.
    """
    output = folder / "output.txt"
    with output.open("ab") as file:
        first = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return ProcessGroup(first=first, output=output)


def request(port: int, method: str, path: str) -> tuple[int, bytes]:
    """Return the status and the body of one answer from loopback."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_REQUEST_S)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def answers(port: int, path: str) -> bool:
    """Tell whether a path is answered with 200."""
    try:
        return request(port, "GET", path)[0] == 200
    except (OSError, HTTPException):
        return False


def free_ports(number: int) -> list[int]:
    """Return different loopback ports that nothing listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _states(group: int) -> Iterator[str]:
    """Yield the state of every process of a group, a letter each, as the kernel lists them."""
    if not (_PROCESSES / "self/stat").exists():
        yield _UNKNOWN
        return
    for process in _PROCESSES.glob("[0-9]*"):
        with suppress(OSError):
            # The program's name stands in parentheses before the rest and may hold any character.
            state, _, of_group, *_ = (process / "stat").read_text().rpartition(")")[2].split()
            if int(of_group) == group:
                yield state
