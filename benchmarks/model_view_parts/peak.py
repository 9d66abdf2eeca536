"""The memory of this process and of all that it started, at its highest."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process_tree import descendants

_EVERY_S = 0.05


@dataclass(slots=True)
class Peak:
    """The largest sum of what the processes hold in MB; what they share counts once in all."""

    megabytes: float = 0.0
    processes: int = 0

    def look(self) -> None:
        """Look at all processes once."""
        held = [_held(process) for process in (os.getpid(), *descendants(os.getpid()))]
        if sum(held) > self.megabytes:
            self.megabytes, self.processes = sum(held), len(held)


@contextlib.contextmanager
def watched_memory() -> Iterator[Peak]:
    """Yield what is filled in while this is entered."""
    peak, over = Peak(), threading.Event()

    def watch() -> None:
        while not over.wait(_EVERY_S):
            peak.look()

    watcher = threading.Thread(target=watch, name="memory", daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _held(process: int) -> float:
    """Return the process's own share of the memory in MB."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
