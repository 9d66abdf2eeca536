"""Processor time of this process and of those that it started, the running ones too.

`resource.getrusage` knows children that have ended only; decoding processes go on. On Linux the
clock of any process can be asked for, in nanoseconds. Elsewhere running children count nothing, so
that `KNOWS_CHILDREN` says whether the sums are whole.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KNOWS_CHILDREN = sys.platform == "linux"
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
