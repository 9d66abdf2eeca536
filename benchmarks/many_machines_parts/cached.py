"""A run whose images are all known: no engine starts, and it costs what one machine costs."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.many_machines_parts.engines import LOCAL, Engine
from benchmarks.many_machines_parts.world import copied
from benchmarks.process_tree import Spent

# Nobody answers there: a run that asked an engine would fail.
NOWHERE = "tcp://127.0.0.1:9"


def run(
    world: Path, scratch: Path, engines: Sequence[Engine], *, shard_images: int, rounds: int
) -> dict[str, Any]:
    """Fill the cache once, and run with every engine in turns; print and return medians."""
    folder = copied(world, scratch / "cached", LOCAL.settings(shard_images))
    LOCAL.run(folder)
    text = (folder / "job.toml").read_text(encoding="utf-8")
    taken: dict[str, list[Spent]] = {}
    for number in range(rounds):
        for place, engine in enumerate((LOCAL, *engines)):
            settings = engine.settings(shard_images)
            changed = text.replace(LOCAL.settings(shard_images), settings)
            (folder / "job.toml").write_text(changed, encoding="utf-8")
            window = 1 + number * (1 + len(engines)) + place
            spent = _by_itself(engine).run(folder, window, DASK_SCHEDULER_ADDRESS=NOWHERE)
            taken.setdefault(engine.name, []).append(spent)
    shutil.rmtree(folder)
    found = {}
    for name, all_ in taken.items():
        cpu_s = statistics.median(one.cpu_s for one in all_)
        wall_s = statistics.median(one.wall_s for one in all_)
        found[name] = {"cpu_s": cpu_s, "wall_s": wall_s}
        print(f"  {name:18} {cpu_s:8.2f} CPU s {wall_s:8.2f} s by the clock", flush=True)
    return found


def _by_itself(engine: Engine) -> Engine:
    """Return an engine without a cluster: none may be needed. An array is started all the same."""
    return engine if engine.kind == "tasks" else replace(engine, beside="")
