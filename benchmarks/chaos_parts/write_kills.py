"""SIGKILL around every single write: each file operation of a folder, each request to a server."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.turns import run_in_turn
from benchmarks.chaos_parts.world import World
from jobs.testing.clouds.relay import Answer, Request

NAME = "write-kills"
READING = {"GET", "HEAD"}


def run(world: World, share: Share, *, seed: int) -> list[Tally]:
    """Kill runs at writes in a random order, all of them where the time allows."""
    in_folders = _tally("right before every file operation, folder")
    places = (world.folder, world.first)
    trials = [(in_folders, [one for place in places for one in _folder_trials(place, in_folders)])]
    for place in world.servers_cached:
        tally = _tally(f"before and after every write is done, {place.store.kind}")
        trials.append((tally, server_trials(place, tally)))
    draws = random.Random(seed)
    return run_in_turn(
        [(tally, draws.sample(of_one, len(of_one))) for tally, of_one in trials], share
    )


def _tally(where: str) -> Tally:
    command = f"python -m benchmarks.chaos --only {NAME}"
    return Tally(fault=f"SIGKILL {where}", by="the next run", command=command)


def _folder_trials(place: Place, tally: Tally) -> list[Callable[[], None]]:
    operations = count_operations(place)

    return [partial(kill_at_operation, place, number, tally) for number in range(1, operations + 1)]


def count_operations(place: Place) -> int:
    """Return how many operations of a run change a file of its bucket."""
    return len(noted_operations(place))


def noted_operations(place: Place) -> list[str]:
    """Return the operations of a run that change a file of its bucket, with the file's path."""
    place.reset()
    notes = place.folder / "operations"
    notes.unlink(missing_ok=True)
    place.fork(die_at=0, folder=place.store.url, notes=str(notes)).wait()
    return notes.read_text(encoding="utf-8").splitlines()


def kill_at_operation(place: Place, number: int, tally: Tally) -> None:
    """Kill a run right before its n-th operation that changes a file."""
    place.reset()
    ended = place.fork(die_at=number, folder=place.store.url).wait()
    problems = place.shown_now() + place.repeat()
    tally.add(ended.how, problems, label=f"{Path(place.folder).name}, operation {number}")


def server_trials(place: Place, tally: Tally) -> list[Callable[[], None]]:
    """Return a trial for each write of a run, done and not done."""
    numbers = range(1, count_writes(place) + 1)
    return [
        partial(kill_at_write, place, number, done=done, tally=tally)
        for number in numbers
        for done in (False, True)
    ]


def count_writes(place: Place) -> int:
    """Return how many requests of a run write."""
    place.reset()
    before = len(place.relay.seen)
    place.fork().wait()
    return sum(request.method not in READING for request in place.relay.seen[before:])


def kill_at_write(place: Place, number: int, *, done: bool, tally: Tally) -> None:
    """Kill a run with its n-th write under way, which the server has or has not done."""
    place.reset()
    killer, relay = _Killer(number, done=done), place.relay
    sound, relay.fault = relay.fault, killer
    try:
        running = place.fork()
        killer.pid = running.pid
        killer.ready.set()
        ended = running.wait()
    finally:
        relay.fault = sound
    problems = place.shown_now() + place.repeat()
    tally.add(ended.how, problems, label=f"write {number}, {'done' if done else 'not done'}")


class _Killer:
    """Kills the client of the n-th write."""

    def __init__(self, number: int, *, done: bool) -> None:
        self.pid = 0
        self.ready = threading.Event()
        self._left = number
        self._done = done
        self._counting = threading.Lock()

    def __call__(self, request: Request, pass_on: Callable[[], Answer]) -> Answer | None:
        if request.method in READING:
            return pass_on()
        with self._counting:
            self._left -= 1
            is_due = self._left == 0
        if not is_due:
            return pass_on()
        if self._done:
            pass_on()
        self.ready.wait()
        os.kill(self.pid, signal.SIGKILL)
        return None
