"""SIGKILL of a worker, of a task and of the run itself, at random moments."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.many_machines_parts import array
from benchmarks.many_machines_parts.engines import LOCAL, Engine, dask, tasks
from benchmarks.many_machines_parts.equality import Equal, compared, left_in
from benchmarks.many_machines_parts.moments import Course, Hit, Moment, kill_at
from benchmarks.many_machines_parts.noting import noted, variables
from benchmarks.many_machines_parts.ordinary_run import PATIENCE_S, RUN, end_lease, ended, started
from benchmarks.many_machines_parts.world import JOB, REPORTS, copied, environment
from tests.support.dask_cluster import dask_cluster

_WORKERS, _TASKS = 2, 4
# Kills that hit nothing do not count: another moment is drawn.
_TRIES = 4
_WORK = ("work",)
# Whoever also plans and judges is killed there too.
_ALL = ("work", "work", "after", "work", "before")

Kill = Callable[[Path, Moment | None, int, float], Hit | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """Whom to kill.

    Attributes
    ----------
    name
        As in the table.
    engine
        Of the run.
    kill
        Does a run, kills somebody at a moment, and lets the run be ended by others.
    stages
        Those of the run that moments are drawn from, in turns.
    at_once
        How many shards are being measured by those who lose their work.
    """

    name: str
    engine: Engine
    kill: Kill
    stages: tuple[str, ...]
    at_once: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """What became of one trial.

    Attributes
    ----------
    stage, moment
        When the process was to be killed.
    hit
        What the kill found; None where nobody was killed.
    equal
        What was left in the end, beside what one machine leaves.
    again
        How many images were decoded more than once.
    """

    stage: str
    moment: Moment
    hit: Hit | None
    equal: Equal
    again: int

    def counts(self, course: Course) -> bool:
        """Whether somebody was killed, and at work where that was meant."""
        if self.hit is None:
            return False
        return self.stage != "work" or self.hit.is_within(course)

    def __str__(self) -> str:
        """Return it in words."""
        begun = "nobody" if self.hit is None else f"{self.hit.begun} begun"
        own = "" if self.hit is None else f", {self.hit.by_victim} of them by the killed process"
        return f"{self.stage}: killed with {begun}{own}; {self.again} decoded again"


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
    each_s
        How much longer each image takes than small ones do, which are over before anybody is
        killed.
    """

    world: Path
    scratch: Path
    shard_images: int
    count: int
    seed: int
    each_s: float
    alone: dict[str, bytes] = field(default_factory=dict)

    def run(self, names: set[str]) -> dict[str, Any]:
        """Kill processes of these engines; print and return what became of the runs."""
        folder = copied(self.world, self.scratch / "alone", LOCAL.settings(self.shard_images))
        LOCAL.run(folder)
        self.alone.update(left_in(folder))
        shutil.rmtree(folder)
        return {one.name: self._of(one) for one in VICTIMS if one.engine.kind in names}

    def _of(self, victim: Victim) -> dict[str, Any]:
        course = self._course(victim)
        draws, found = random.Random(self.seed), list[Killed]()
        for number in range(_TRIES * self.count):
            if len(found) == self.count:
                break
            stage = victim.stages[len(found) % len(victim.stages)]
            moment = Moment.drawn(draws, course, stage)
            one = self._trial(victim, stage, moment, number)
            # Where it had ended by then, or nothing was left to do, the kill is none.
            found += [one] * one.counts(course)
            print(f"    {one}{'' if one.counts(course) else ': drawn again'}", flush=True)
        return self._told(victim, course, found)

    def _told(self, victim: Victim, course: Course, found: list[Killed]) -> dict[str, Any]:
        told = {
            "images": course.images,
            "kills": len(found),
            "lost": sum(one.equal.lost for one in found),
            "doubled": sum(one.equal.doubled for one in found),
            "other_reports": sum(bool(one.equal.differing) for one in found),
            "most_decoded_again": max((one.again for one in found), default=0),
            "decoded_again_allowed": victim.at_once * self.shard_images,
            "decoded_again_undisturbed": course.again,
            "found": [str(one) for one in found],
        }
        print(
            f"  {victim.name}: {told['kills']} kills; {told['lost']} images lost, "
            f"{told['doubled']} doubled, {told['other_reports']} other reports; at most "
            f"{told['most_decoded_again']} of {course.images} images decoded again, "
            f"{told['decoded_again_allowed']} allowed ({course.again} without a kill)",
            flush=True,
        )
        return told

    def _course(self, victim: Victim) -> Course:
        """Do the run without a kill; return how it goes."""
        settings = victim.engine.settings(self.shard_images)
        folder = copied(self.world, self.scratch / "whole", settings)
        began = time.time()
        victim.kill(folder, None, 0, self.each_s)
        ended_at = (folder / "bucket" / REPORTS / JOB / "latest.json").stat().st_mtime
        notes = [path.stat().st_mtime for path in (folder / "notes").glob("*.txt")]
        found = noted(folder / "notes")
        shutil.rmtree(folder)
        # The first image is begun about when its batch has lasted.
        lasted = found.images * self.each_s / victim.engine.parties
        last = max(notes)
        return Course(
            images=found.images,
            again=found.again,
            before_s=max(0.0, last - lasted - began),
            after_s=ended_at - last,
        )

    def _trial(self, victim: Victim, stage: str, moment: Moment, number: int) -> Killed:
        engine = victim.engine
        folder = copied(self.world, self.scratch / "killed", engine.settings(self.shard_images))
        hit = victim.kill(folder, moment, number, self.each_s)
        found = Killed(
            stage=stage,
            moment=moment,
            hit=hit,
            equal=compared(self.alone, folder),
            again=noted(folder / "notes").again,
        )
        if not found.equal.holds:
            differing = ", ".join(found.equal.differing[:3])
            print(f"    killed at {moment}: {differing or 'rows'} differ", flush=True)
        shutil.rmtree(folder)
        return found


def _kill_worker(folder: Path, moment: Moment | None, number: int, each_s: float) -> Hit | None:
    """Kill a worker; the run goes on with the others."""
    notes = variables(folder / "notes", each_s)
    with dask_cluster(folder / "cluster", _WORKERS, **notes) as cluster:
        run = started(folder, notes, cluster.address)
        victim = cluster.workers[number % _WORKERS]
        killed = kill_at(moment, [victim], folder / "notes", run) if moment else None
        ended(run)
    return killed[0] if killed else None


def _kill_coordinator(
    folder: Path, moment: Moment | None, number: int, each_s: float
) -> Hit | None:
    """Kill the run itself, and do it again once its lease has run out."""
    del number
    notes = variables(folder / "notes", each_s)
    with dask_cluster(folder / "cluster", _WORKERS, **notes) as cluster:
        run = started(folder, notes, cluster.address)
        killed = kill_at(moment, [run], folder / "notes") if moment else None
        if killed:
            end_lease(folder)
            run = started(folder, notes, cluster.address)
        ended(run)
    return killed[0] if killed else None


def _kill_task(folder: Path, moment: Moment | None, number: int, each_s: float) -> Hit | None:
    """Kill a task, and start it again, as a platform does."""
    notes = {**environment(), **variables(folder / "notes", each_s)}
    place = array.Array(
        command=RUN,
        count=_TASKS,
        folder=folder,
        variables=notes,
        said=folder / "said.txt",
    )
    running = place.start()
    first = number % _TASKS
    killed = None
    if moment:
        killed = kill_at(moment, [*running[first:], *running[:first]], folder / "notes")
    if killed:
        end_lease(folder)
        victim = running.index(killed[1])
        running[victim] = place.start_task(victim)
    codes = [one.wait(PATIENCE_S) for one in running]
    if not (folder / "bucket" / REPORTS / JOB / "latest.json").exists():
        print(f"    the tasks ended with {codes}; collecting", flush=True)
        ended(place.collect())
    return killed[0] if killed else None


VICTIMS = (
    Victim(name="a dask worker", engine=dask(_WORKERS), kill=_kill_worker, stages=_WORK, at_once=1),
    Victim(
        name="the coordinator",
        engine=dask(_WORKERS),
        kill=_kill_coordinator,
        stages=_ALL,
        at_once=_WORKERS,
    ),
    Victim(name="a task", engine=tasks(_TASKS), kill=_kill_task, stages=_ALL, at_once=1),
)
