"""SIGKILL around every single write: each file operation of a folder, each request to a server."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.world import Place, World
from tests.support.faulty_store import Answer, FaultyStore, Request

NAME = "write-kills"
_READING = {"GET", "HEAD"}


def run(world: World, share: Share, *, seed: int) -> list[Tally]:
    """Kill runs at writes in a random order, all of them where the time allows."""
    in_folders, on_server = (
        Tally(
            fault=f"SIGKILL {where}",
            by="the next run",
            command=f"python -m benchmarks.chaos --only {NAME}",
        )
        for where in (
            "right before every file operation, folder",
            "before and after every write is done, GCS server",
        )
    )
    trials = [
        *_folder_trials(world.folder, in_folders),
        *_folder_trials(world.first, in_folders),
        *_server_trials(world.gcs_cached, world.relay, on_server),
    ]
    random.Random(seed).shuffle(trials)
    for trial in trials:
        if share.is_used_up:
            break
        trial()
    for tally, all_ in ((in_folders, "file"), (on_server, "server")):
        possible = sum(trial.__name__ == all_ for trial in trials)
        tally.fault += f" ({tally.injected} of {possible})"
    return [in_folders, on_server]


def _folder_trials(place: Place, tally: Tally) -> list[Callable[[], None]]:
    operations = count_operations(place)

    def trial(number: int) -> Callable[[], None]:
        def file() -> None:
            kill_at_operation(place, number, tally)

        return file

    return [trial(number) for number in range(1, operations + 1)]


def count_operations(place: Place) -> int:
    """Return how many operations of a run change a file of its bucket."""
    place.reset()
    notes = place.folder / "operations"
    notes.unlink(missing_ok=True)
    place.fork(die_at=0, folder=place.store.url, notes=str(notes)).wait()
    return len(notes.read_text(encoding="utf-8").splitlines())


def kill_at_operation(place: Place, number: int, tally: Tally) -> None:
    """Kill a run right before its n-th operation that changes a file."""
    place.reset()
    ended = place.fork(die_at=number, folder=place.store.url).wait()
    problems = place.shown_now() + place.repeat()
    tally.add(ended.how, problems, label=f"{Path(place.folder).name}, operation {number}")


def _server_trials(place: Place, relay: FaultyStore, tally: Tally) -> list[Callable[[], None]]:
    writes = count_writes(place, relay)

    def trial(number: int, done: bool) -> Callable[[], None]:
        def server() -> None:
            kill_at_write(place, relay, number, done=done, tally=tally)

        return server

    return [trial(number, done) for number in range(1, writes + 1) for done in (False, True)]


def count_writes(place: Place, relay: FaultyStore) -> int:
    """Return how many requests of a run write."""
    place.reset()
    before = len(relay.seen)
    place.fork().wait()
    return sum(request.method not in _READING for request in relay.seen[before:])


def kill_at_write(
    place: Place, relay: FaultyStore, number: int, *, done: bool, tally: Tally
) -> None:
    """Kill a run with its n-th write under way, which the server has or has not done."""
    place.reset()
    killer = _Killer(number, done=done)
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
        if request.method in _READING:
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
