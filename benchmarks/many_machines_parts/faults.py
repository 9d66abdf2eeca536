"""A scheduler that is killed, and a worker without room on its disk, in the middle of the work."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.many_machines_parts.array import Array
from benchmarks.many_machines_parts.engines import LOCAL, Engine, dask, tasks
from benchmarks.many_machines_parts.equality import compared, left_in
from benchmarks.many_machines_parts.noting import slowed
from benchmarks.many_machines_parts.ordinary_run import PATIENCE_S, RUN, started
from benchmarks.many_machines_parts.world import FEATURES, JOB, REPORTS, copied, environment
from tests.support.dask_cluster import DaskCluster, dask_cluster

_WORKERS, _TASKS = 2, 4
# Less than a part of the feature cache has, and more than a run says.
_FILE_BYTES = 16_384
# As a photograph of some megapixels.
_EACH_S = 0.002
# A fault comes when so many shards are done: the work has begun and is not over.
_DONE_BEFORE = 3
_LOOKS_EVERY_S = 0.02


Trial = Callable[[Path], dict[str, Any]]


def run(
    world: Path, scratch: Path, engines: Sequence[Engine], *, shard_images: int
) -> dict[str, Any]:
    """Let each fault happen in a run, end it, and run once more; print and return what was said."""
    folder = copied(world, scratch / "alone", LOCAL.settings(shard_images))
    LOCAL.run(folder)
    alone = left_in(folder)
    shutil.rmtree(folder)
    found = {}
    trials: dict[str, tuple[Engine, Trial]] = {
        "scheduler killed": (dask(_WORKERS), partial(_beside_cluster, fault=_kill_scheduler)),
        "a worker with a full disk": (dask(_WORKERS), partial(_beside_cluster, fault=_fill_disk)),
        "a task with a full disk": (tasks(_TASKS), _in_array),
    }
    for name, (engine, trial) in trials.items():
        if engine.kind not in {one.kind for one in engines}:
            continue
        folder = copied(world, scratch / "faulty", engine.settings(shard_images))
        told = trial(folder)
        told["equal_afterwards"] = compared(alone, folder).holds
        found[name] = told
        shutil.rmtree(folder)
        print(
            f"  {name} after {told['shards_done']} shards: ended with {told['code']} "
            f"({told['said']}); objects of a report: {', '.join(told['left'][:5]) or 'none'}; "
            f"the next run ended with {told['next_code']}: "
            f"{'equal' if told['equal_afterwards'] else 'DIFFERENT'}",
            flush=True,
        )
    return found


def _kill_scheduler(cluster: DaskCluster) -> None:
    if cluster.scheduler is not None:
        os.kill(cluster.scheduler.pid, signal.SIGKILL)


def _fill_disk(cluster: DaskCluster) -> None:
    _fill_disk_of(cluster.workers[0])


def _fill_disk_of(process: subprocess.Popen[bytes]) -> None:
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))


def _beside_cluster(folder: Path, fault: Callable[[DaskCluster], None]) -> dict[str, Any]:
    """Run with a fault, and then without; return how both ended."""
    slow = slowed(_EACH_S)
    with dask_cluster(folder / "cluster", _WORKERS, **slow) as cluster:
        run = started(folder, slow, cluster.address)
        done = _await_shards(folder, run)
        fault(cluster)
        code = run.wait(PATIENCE_S)
    said = _last_message((folder / "said.txt").read_text(errors="replace"))
    left = published(folder)
    with dask_cluster(folder / "cluster-again", _WORKERS) as cluster:
        again = started(folder, {}, cluster.address)
        next_code = again.wait(PATIENCE_S)
    return {
        "shards_done": done,
        "code": code,
        "said": said[:300],
        "left": left,
        "next_code": next_code,
    }


def _in_array(folder: Path) -> dict[str, Any]:
    """Fill the disk of a task, and start that task again elsewhere; return how both ended."""
    place = Array(
        command=RUN,
        count=_TASKS,
        folder=folder,
        variables={**environment(), **slowed(_EACH_S)},
        said=folder / "said.txt",
    )
    running = place.start()
    victim = running[1]
    done = _await_shards(folder, victim)
    _fill_disk_of(victim)
    code = victim.wait(PATIENCE_S)
    for one in running:
        one.wait(PATIENCE_S)
    said = (folder / "said.txt").read_text(errors="replace")
    about_parts = [line for line in said.split("\n") if "part-" in line]
    left = published(folder)
    return {
        "shards_done": done,
        "code": code,
        "said": _last_message("\n".join(about_parts) or said)[:300],
        "left": [name for name in left if "/executions/" not in name],
        "next_code": place.start_task(1).wait(PATIENCE_S),
    }


def published(folder: Path) -> list[str]:
    """Return the objects of reports: no known features, no profile of the reference, no lock."""
    reports = folder / "bucket" / REPORTS
    names = sorted(
        path.relative_to(reports).as_posix() for path in reports.rglob("*") if path.is_file()
    )
    kept = (FEATURES, f"{JOB}/profiles/", f"{JOB}/lock")
    return [name for name in names if not name.startswith(kept)]


def _last_message(said: str) -> str:
    """Return the last message of a log of JSON lines; the last line where there is none."""
    lines = said.strip().split("\n")
    for line in reversed(lines):
        with suppress(ValueError, TypeError, KeyError):
            return str(json.loads(line)["message"]).split("\n", 1)[0]
    return lines[-1]


def _await_shards(folder: Path, run: subprocess.Popen[bytes]) -> int:
    """Wait until some shards are done; return how many are.

    Raises
    ------
    RuntimeError
        If the run ends before: nothing happened to it then.
    """
    place = folder / "bucket" / REPORTS / FEATURES
    while (done := sum(1 for _ in place.rglob("*.parquet"))) < _DONE_BEFORE:
        if run.poll() is not None:
            raise RuntimeError(f"a run ended with {run.returncode} before its fault")
        time.sleep(_LOOKS_EVERY_S)
    return done
