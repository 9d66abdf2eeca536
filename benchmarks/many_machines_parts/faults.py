"""A scheduler that is killed, and a worker without room on its disk."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.many_machines_parts.engines import LOCAL, dask
from benchmarks.many_machines_parts.equality import compared, left_in
from benchmarks.many_machines_parts.kills import started
from benchmarks.many_machines_parts.noting import variables
from benchmarks.many_machines_parts.world import JOB, REPORTS, copied
from tests.support.dask_cluster import DaskCluster, dask_cluster

_WORKERS = 2
_PATIENCE_S = 900.0
# Less than a part of the feature cache has.
_FILE_BYTES = 8_192


def run(world: Path, scratch: Path, *, shard_images: int) -> dict[str, Any]:
    """Let each fault happen in a run, end it, and run once more; print and return what was said."""
    folder = copied(world, scratch / "alone", LOCAL.settings(shard_images))
    LOCAL.run(folder)
    alone = left_in(folder)
    shutil.rmtree(folder)
    found = {}
    faults: dict[str, Callable[[DaskCluster], None]] = {
        "scheduler killed": _kill_scheduler,
        "a worker with a full disk": _fill_disk,
    }
    for name, fault in faults.items():
        folder = copied(world, scratch / "faulty", dask(_WORKERS).settings(shard_images))
        told = _trial(folder, fault, at_start="disk" in name)
        told["equal_afterwards"] = compared(alone, folder).holds
        found[name] = told
        shutil.rmtree(folder)
        print(
            f"  {name}: ended with {told['code']} ({told['said']}); "
            f"{'published' if told['published'] else 'nothing published'}; the next run: "
            f"{'equal' if told['equal_afterwards'] else 'DIFFERENT'}",
            flush=True,
        )
    return found


def _kill_scheduler(cluster: DaskCluster) -> None:
    if cluster.scheduler is not None:
        os.kill(cluster.scheduler.pid, signal.SIGKILL)


def _fill_disk(cluster: DaskCluster) -> None:
    limits = (_FILE_BYTES, _FILE_BYTES)
    resource.prlimit(cluster.workers[0].pid, resource.RLIMIT_FSIZE, limits)


def _trial(folder: Path, fault: Callable[[DaskCluster], None], *, at_start: bool) -> dict[str, Any]:
    """Run with a fault, and then without; return how the first one ended."""
    notes = variables(folder / "notes")
    of_workers = variables(folder / "notes-of-workers")
    with dask_cluster(folder / "cluster", _WORKERS, **of_workers) as cluster:
        if at_start:
            fault(cluster)
        run = started(folder, notes, cluster.address)
        if not at_start:
            _await_shards(folder)
            fault(cluster)
        code = run.wait(_PATIENCE_S)
    said = _last_message((folder / "said.txt").read_text(errors="replace"))
    published = (folder / "bucket" / REPORTS / JOB / "latest.json").exists()
    with dask_cluster(folder / "cluster-again", _WORKERS) as cluster:
        again = started(folder, notes, cluster.address)
        again.wait(_PATIENCE_S)
    return {"code": code, "said": said[:300], "published": published}


def _last_message(said: str) -> str:
    """Return the last message of a log of JSON lines; the last line where there is none."""
    lines = said.strip().split("\n")
    for line in reversed(lines):
        with suppress(ValueError, TypeError, KeyError):
            return str(json.loads(line)["message"]).split("\n", 1)[0]
    return lines[-1]


def _await_shards(folder: Path) -> None:
    """Wait until workers have noted their first decodings."""
    for _ in range(1_200):
        if any((folder / "notes-of-workers").glob("*.txt")):
            return
        time.sleep(0.1)
