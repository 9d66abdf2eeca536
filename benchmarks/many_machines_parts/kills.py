"""SIGKILL of a worker, of a task and of the run itself, at random moments."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.many_machines_parts import array
from benchmarks.many_machines_parts.engines import LOCAL, Engine, dask, tasks
from benchmarks.many_machines_parts.equality import Equal, compared, left_in
from benchmarks.many_machines_parts.noting import noted, variables
from benchmarks.many_machines_parts.world import JOB, REPORTS, copied, environment, until
from tests.support.dask_cluster import dask_cluster

_WORKERS, _TASKS = 2, 4
_PATIENCE_S = 900.0
# Of trials without a kill, so much is measuring images, at most.
_SHARE_THAT_MEASURES = 0.2
# Processes that have ended by the moment that was drawn do not count: another one is drawn.
_TRIES = 4
_LONG_AGO = "2020-01-01T00:00:00+00:00"
RUN = (sys.executable, "-m", "drift", "run", "job.toml", "--until", until())


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment of a run.

    Attributes
    ----------
    seconds
        How long after the run was started, or after the first image was decoded.
    from_decoding
        Which of both.
    """

    seconds: float
    from_decoding: bool

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.seconds:.2f} s after {'decoding began' if self.from_decoding else 'start'}"


Kill = Callable[[Path, Moment | None, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """What became of one trial.

    Attributes
    ----------
    moment
        When the process was killed; None if it was not.
    was_there
        Whether it was still running then.
    equal
        What was left in the end, beside what one machine leaves.
    again
        How many images were decoded more than once.
    """

    moment: Moment | None
    was_there: bool
    equal: Equal
    again: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kills:
    """How often who is killed.

    Attributes
    ----------
    world, scratch
        The bucket that is copied, and where to.
    shard_images
        How many images a shard has.
    count, seed
        How many kills of each kind, and what their moments depend on.
    """

    world: Path
    scratch: Path
    shard_images: int
    count: int
    seed: int
    alone: dict[str, bytes] = field(default_factory=dict)

    def run(self, names: set[str]) -> dict[str, Any]:
        """Kill processes of these engines; print and return what became of the runs."""
        folder = copied(self.world, self.scratch / "alone", LOCAL.settings(self.shard_images))
        LOCAL.run(folder)
        self.alone.update(left_in(folder))
        shutil.rmtree(folder)
        victims: dict[str, tuple[str, Kill]] = {
            "a dask worker": ("dask", _kill_worker),
            "the coordinator": ("dask", _kill_coordinator),
            "a task": ("tasks", _kill_task),
        }
        return {
            victim: self._of(victim, engine, kill)
            for victim, (engine, kill) in victims.items()
            if engine in names
        }

    def _of(self, victim: str, name: str, kill: Kill) -> dict[str, Any]:
        engine = dask(_WORKERS) if name == "dask" else tasks(_TASKS)
        began = time.monotonic()
        self._trial(engine, kill, None, 0)
        whole_s = time.monotonic() - began
        draws, found = random.Random(self.seed), list[Killed]()
        tries = 0
        while len(found) < self.count and tries < _TRIES * self.count:
            from_decoding = tries % 2 == 1
            most_s = whole_s * (_SHARE_THAT_MEASURES if from_decoding else 1.0)
            moment = Moment(seconds=draws.uniform(0.0, most_s), from_decoding=from_decoding)
            one = self._trial(engine, kill, moment, tries)
            # Where it had ended by then, nothing was killed.
            found += [one] * one.was_there
            tries += 1
        told = {
            "kills": len(found),
            "lost": sum(one.equal.lost for one in found),
            "doubled": sum(one.equal.doubled for one in found),
            "other_reports": sum(bool(one.equal.differing) for one in found),
            "most_decoded_again": max((one.again for one in found), default=0),
            "moments": [str(one.moment) for one in found],
        }
        print(
            f"  {victim}: {told['kills']} kills; {told['lost']} images lost, {told['doubled']} "
            f"doubled, {told['other_reports']} other reports; at most "
            f"{told['most_decoded_again']} images decoded again (a shard has {self.shard_images})",
            flush=True,
        )
        return told

    def _trial(self, engine: Engine, kill: Kill, moment: Moment | None, number: int) -> Killed:
        folder = copied(self.world, self.scratch / "killed", engine.settings(self.shard_images))
        was_there = kill(folder, moment, number)
        found = Killed(
            moment=moment,
            was_there=was_there,
            equal=compared(self.alone, folder),
            again=noted(folder / "notes").again,
        )
        if not found.equal.holds:
            differing = ", ".join(found.equal.differing[:3])
            print(f"    killed {moment}: {differing or 'rows'} differ", flush=True)
        shutil.rmtree(folder)
        return found


def _kill_worker(folder: Path, moment: Moment | None, number: int) -> bool:
    """Kill a worker; the run goes on with the others."""
    notes = variables(folder / "notes")
    with dask_cluster(folder / "cluster", _WORKERS, **notes) as cluster:
        run = started(folder, notes, cluster.address)
        victim = cluster.workers[number % _WORKERS]
        was_there = killed(victim, moment, run, folder)
        ended(run)
    return was_there


def _kill_coordinator(folder: Path, moment: Moment | None, number: int) -> bool:
    """Kill the run itself, and do it again once its lease has run out."""
    del number
    notes = variables(folder / "notes")
    with dask_cluster(folder / "cluster", _WORKERS, **notes) as cluster:
        run = started(folder, notes, cluster.address)
        was_there = killed(run, moment, run, folder)
        if run.wait(_PATIENCE_S) == -signal.SIGKILL:
            end_lease(folder)
            ended(started(folder, notes, cluster.address))
    return was_there


def _kill_task(folder: Path, moment: Moment | None, number: int) -> bool:
    """Kill a task, and start it again, as a platform does."""
    notes = {**environment(), **variables(folder / "notes")}
    place = array.Array(
        command=RUN,
        count=_TASKS,
        folder=folder,
        variables=notes,
        said=folder / "said.txt",
    )
    running = place.start()
    victim = number % _TASKS
    was_there = killed(running[victim], moment, running[victim], folder)
    if running[victim].wait(_PATIENCE_S) == -signal.SIGKILL:
        end_lease(folder)
        running[victim] = place.start_task(victim)
    codes = [one.wait(_PATIENCE_S) for one in running]
    if not (folder / "bucket" / REPORTS / JOB / "latest.json").exists():
        print(f"    the tasks ended with {codes}; collecting", flush=True)
        ended(place.collect())
    return was_there


def started(folder: Path, notes: Mapping[str, str], address: str) -> subprocess.Popen[bytes]:
    """Start a run beside a cluster."""
    with (folder / "said.txt").open("ab") as said:
        return subprocess.Popen(
            RUN,
            cwd=folder,
            env=environment(**notes, DASK_SCHEDULER_ADDRESS=address),
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def killed(
    victim: subprocess.Popen[bytes],
    moment: Moment | None,
    run: subprocess.Popen[bytes],
    folder: Path,
) -> bool:
    """Kill a process at a moment, unless the run has ended by then; return whether it had not."""
    if moment is None:
        return False
    if moment.from_decoding:
        _await_decoding(folder, run)
    with suppress(subprocess.TimeoutExpired):
        run.wait(moment.seconds)
        return False
    os.kill(victim.pid, signal.SIGKILL)
    return True


def _await_decoding(folder: Path, run: subprocess.Popen[bytes]) -> None:
    while run.poll() is None and not any((folder / "notes").glob("*.txt")):
        time.sleep(0.02)


def ended(run: subprocess.Popen[bytes]) -> None:
    """Wait for a run that has to succeed.

    Raises
    ------
    RuntimeError
        If it ends otherwise.
    """
    code = run.wait(_PATIENCE_S)
    if code not in {0, 3}:
        raise RuntimeError(f"a run ended with {code}")


def end_lease(folder: Path) -> None:
    """Let a dead run's lease have run out long ago."""
    path = folder / "bucket" / REPORTS / JOB / "lock"
    if not path.exists():
        return
    lease = json.loads(path.read_bytes())
    if lease["state"] == "held":
        lease |= {"renewed": _LONG_AGO, "expires": _LONG_AGO}
        complete = path.with_name("lock.new")
        complete.write_text(json.dumps(lease), encoding="utf-8")
        complete.replace(path)
