"""``python -m drift.run`` with what each stage took: seconds, processor seconds and memory.

    python -m benchmarks.million_parts.staged FIGURES job.toml [options of drift run]

The run's own stopwatch is asked for more, and publishing is made a stage; nothing else is changed.
FIGURES is rewritten at the end of each stage, as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import runpy
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.process_tree import TreeSeconds, descendants, end_reading, start_reading
from drift.cli.process import few_collections, multiply_in_one_thread

# Running children are looked at so often: a look costs some milliseconds.
_EVERY_S = 1.0


class Meter:
    """What the stages of this process took; stages may lie in stages.

    Memory is that of this process at its highest, from Linux, and that of its children together,
    as seen now and then.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._stages: dict[str, dict[str, float]] = {}
        self._open: list[dict[str, float]] = []
        self._lock = threading.Lock()
        self._started = time.perf_counter()
        threading.Thread(target=self._look, daemon=True).start()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what happens inside."""
        if not self._stages and not self._open:
            nothing = TreeSeconds(own=0.0, children=0.0)
            figures = {"own_mb": _megabytes("self", "VmHWM"), "children_mb": 0.0}
            self._add("start", nothing, self._started, figures)
        self._note()
        _forget_peak()
        figures = {"own_mb": 0.0, "children_mb": 0.0}
        with self._lock:
            self._open.append(figures)
        before, started = start_reading(), time.perf_counter()
        try:
            yield
        finally:
            self._note()
            with self._lock:
                # By identity: a stage within a stage may have the same figures.
                self._open = [one for one in self._open if one is not figures]
            self._add(name, before, started, figures)

    def _add(
        self,
        name: str,
        before: TreeSeconds,
        started: float,
        figures: Mapping[str, float],
    ) -> None:
        seconds = time.perf_counter() - started
        cpu = end_reading().since(before)
        self._stages[name] = {"wall_s": seconds, "cpu_s": cpu.total, "own_s": cpu.own, **figures}
        self._target.write_text(json.dumps(self._stages), encoding="utf-8")

    def _note(self) -> None:
        """Let every open stage know the memory that was the highest since the last time."""
        own = _megabytes("self", "VmHWM")
        children = sum(_megabytes(str(one), "VmRSS") for one in descendants(os.getpid()))
        with self._lock:
            for figures in self._open:
                figures["own_mb"] = max(figures["own_mb"], own)
                figures["children_mb"] = max(figures["children_mb"], children)

    def _look(self) -> None:
        while True:
            time.sleep(_EVERY_S)
            self._note()


def _megabytes(process: str, what: str) -> float:
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8", errors="replace")
        if found := re.search(rf"{what}:\s+(\d+) kB", status):
            return int(found[1]) * 1024 / 1e6
    return 0.0


def _forget_peak() -> None:
    """Start anew with the memory that is in use now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def measure_stages(meter: Meter) -> None:
    """Have the run's stages measured from now on."""
    with few_collections():
        # Not before numpy's threads are set.
        from drift import pipeline, publication, workplace  # noqa: PLC0415

    timed = workplace.Stopwatch.stage
    publish = publication.publish_run

    @contextmanager
    def stage(self: Any, name: str) -> Iterator[None]:  # noqa: ANN401 - a class imported just now
        with meter.stage(name), timed(self, name):
            yield

    def published(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - handed on as it is
        with meter.stage("pages"):
            return publish(*arguments, **options)

    _replace(workplace.Stopwatch, "stage", stage)
    _replace(pipeline, "publish_run", published)


def _replace(owner: object, name: str, function: Callable[..., Any]) -> None:
    setattr(owner, name, function)


def main() -> None:
    """Run the command and write what its stages took."""
    target, *arguments = sys.argv[1:]
    multiply_in_one_thread()
    measure_stages(Meter(Path(target)))
    sys.argv = ["drift.run", *arguments]
    runpy.run_module("drift.run", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
