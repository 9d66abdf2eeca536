"""A process that was stopped with the lock file of a folder bucket in its hands."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

from benchmarks.chaos_parts.invariants import differences
from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.stores import LOCK
from benchmarks.chaos_parts.world import World
from benchmarks.chaos_parts.write_kills import noted_operations

NAME = "stopped-writers"
_LOCK_FILE = ".drift-bucket-lock"
# What a writer waits for the file, and a start on a machine that is busy with others.
_PATIENCE_S, _START_S = 30.0, 60.0
_STOPPED = "T"
# A file is dated with the lock file held.
_DATING = "os.utime"


def run(world: World, share: Share, *, count: int, seed: int) -> list[Tally]:
    """Stop `count` runs while they write into a folder, and start another run on each."""
    tally = Tally(
        fault="SIGSTOP with the lock file of a folder held",
        by="the run itself, once it goes on",
        command=f"python -m benchmarks.chaos --only {NAME}",
    )
    place = world.side_by_side(1)[0]
    draws = random.Random(seed)
    for _ in range(count):
        stop_one(place, draws, tally)
        if share.is_used_up:
            break
    return [tally]


def stop_one(place: Place, draws: random.Random, tally: Tally) -> None:
    """Stop a run right before it dates a file, which it does with the lock file held."""
    # The first one is that of the job's lock.
    number = draws.randint(2, _count_datings(place))
    place.reset()
    running = place.fork(stop_at=number, folder=place.store.url, event=_DATING)
    _wait_until_stopped(running.pid)
    try:
        place.store.end_lease()
        began_at = time.monotonic()
        other = place.fork().wait()
        waited_s = time.monotonic() - began_at
    finally:
        os.kill(running.pid, signal.SIGCONT)
    problems = place.shown_now()
    if other.code != 6 or _LOCK_FILE not in other.err:
        problems.append(f"the other run ended with {other.how}: {other.err[-500:]}")
    if not _PATIENCE_S <= waited_s <= _PATIENCE_S + _START_S:
        problems.append(f"the other run took {waited_s:.0f} s to end")
    ended = running.wait()
    if ended.code != 0:
        problems.append(f"it ended with {ended.how}: {ended.err[-500:]}")
    problems += differences(place.store.reports(), place.expected)
    end = f"{ended.how} and {other.how} after {waited_s:.0f} s"
    tally.add(end, problems + place.repeat(), label=f"file {number}")


def _count_datings(place: Place) -> int:
    return sum(one.startswith(f"{_DATING} ") for one in noted_operations(place))


def _wait_until_stopped(pid: int) -> None:
    ends_at = time.monotonic() + _START_S
    while time.monotonic() < ends_at:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2][0]
        if state == _STOPPED:
            return
        time.sleep(0.02)
    raise RuntimeError(f"process {pid} did not stop before it wrote into {LOCK}'s bucket")
