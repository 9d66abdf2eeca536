"""Processor time of this process and of those that it started, the running ones too; of commands.

`resource.getrusage` knows children that have ended only; decoding processes go on. On Linux the
clock of any process can be asked for, in nanoseconds. Elsewhere running children count nothing, so
that `KNOWS_CHILDREN` says whether the sums are whole.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KNOWS_CHILDREN = sys.platform == "linux"
# From linux/prctl.h: processes whose parent has ended become this one's children.
_BE_SUBREAPER = 36
# Of a command that failed so many characters are shown.
_SHOWN = 2_000
# What clock_getcpuclockid makes of a process: its number's complement and "scheduled time".
_SCHEDULED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSeconds:
    """Seconds of processor time, user and system.

    Attributes
    ----------
    own
        Of this process, all threads.
    children
        Of every process below it, ended or running.
    """

    own: float
    children: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.own + self.children

    def since(self, start: TreeSeconds) -> TreeSeconds:
        """Return what was spent between two readings."""
        return TreeSeconds(own=self.own - start.own, children=self.children - start.children)


def start_reading() -> TreeSeconds:
    """Return the seconds until now; what the reading itself costs comes before them."""
    children = _children_seconds()
    return TreeSeconds(own=time.process_time(), children=children)


def end_reading() -> TreeSeconds:
    """Return the seconds until now; what the reading itself costs comes behind them."""
    own = time.process_time()
    return TreeSeconds(own=own, children=_children_seconds())


def descendants(root: int) -> list[int]:
    """Return the processes below another one, at any depth."""
    below: dict[int, list[int]] = defaultdict(list)
    for process, parent in _parents():
        below[parent].append(process)
    found, waiting = [], [root]
    while waiting:
        children = below.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def process_seconds(process: int) -> float:
    """Return what a process has spent; 0 once it is gone."""
    try:
        return time.clock_gettime((~process << 3) | _SCHEDULED)
    except OSError:
        return 0.0


def _children_seconds() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = sum(map(process_seconds, descendants(os.getpid()))) if KNOWS_CHILDREN else 0.0
    return ended.ru_utime + ended.ru_stime + running


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                # The command's name in brackets may hold spaces; state and parent come behind it.
                behind = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
                yield int(folder.name), int(behind[1])


class CommandFailedError(Exception):
    """A command ended with an unexpected code; the message holds the end of what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one command took.

    Attributes
    ----------
    wall_s
        From its start to its end, by the clock.
    cpu_s
        User and system, of it and all processes below it, also those that it did not wait for.
    output
        What it printed.
    """

    wall_s: float
    cpu_s: float
    output: str


def run_measured(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    codes: Sequence[int] = (0,),
    most_s: float = 3_600,
) -> Spent:
    """Run a command to its end and return what it took.

    Raises
    ------
    CommandFailedError
        If it ends with a code that is not among `codes`, or not in `most_s` seconds.
    """
    known = _adopted()
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        usage = _wait(process, most_s)
        wall_s = time.perf_counter() - started
        usages = [usage, *(os.wait4(one, 0)[2] for one in _adopted() - known)]
        said.seek(0)
        output = said.read().decode(errors="replace")
    if process.returncode not in codes:
        raise CommandFailedError(
            f"{' '.join(command)} ended with {process.returncode} after {wall_s:.0f} s (expected "
            f"{' or '.join(map(str, codes))}; at most {most_s:,.0f} s):\n{output[-_SHOWN:]}"
        )
    cpu_s = sum(one.ru_utime + one.ru_stime for one in usages)
    return Spent(wall_s=wall_s, cpu_s=cpu_s, output=output)


def _wait(process: subprocess.Popen[bytes], most_s: float) -> resource.struct_rusage:
    """Wait for a process, ended with its whole group after so many seconds; return its use."""
    end = threading.Timer(most_s, os.killpg, (process.pid, signal.SIGKILL))
    end.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        # In a session of its own it would hear of no interruption.
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        end.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def _adopted() -> set[int]:
    """Return this process's children, from now on with those whose own parent has ended."""
    if not KNOWS_CHILDREN:
        return set()
    ctypes.CDLL(None).prctl(_BE_SUBREAPER, 1)
    return {process for process, parent in _parents() if parent == os.getpid()}
