"""SIGTERM at random moments, also while the store hangs."""

from __future__ import annotations

import json
import random
import signal
import threading
import time
from collections.abc import Callable

from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.runs import Ended, Running
from benchmarks.chaos_parts.stores import LOCK
from benchmarks.chaos_parts.world import World
from jobs.testing.clouds.relay import Answer, Request

NAME = "terminations"
# What Cloud Run gives a container.
GRACE_S = 10.0
_LINE = "ended by SIGTERM"


def run(world: World, share: Share, *, count: int, seed: int) -> list[Tally]:
    """Terminate `count` runs that were started from nothing, and half as many that wait."""
    draws = random.Random(seed)
    command = f"python -m benchmarks.chaos --only {NAME}"
    usual = Tally(fault="SIGTERM at a random moment", by="the next run", command=command)
    hanging = Tally(fault="SIGTERM while the store hangs", by="the next run", command=command)
    world.folder.reset()
    cold_s = world.folder.cold().wait().seconds
    for number in range(count):
        if share.is_used_up:
            break
        place = (world.folder, world.gcs)[number % 2]
        terminate(place, cold_s * draws.uniform(0.0, 1.0), usual)
        if number % 2:
            requests = draws.randint(0, 60)
            terminate_hanging(world.gcs, requests, hanging)
    return [usual, hanging]


def terminate(place: Place, moment_s: float, tally: Tally) -> None:
    """Send SIGTERM to a run and look at how it ends."""
    place.reset()
    running = place.cold()
    time.sleep(moment_s)
    ended, waited_s = _end(running)
    problems = _faults_of_the_end(ended, waited_s) + place.shown_now()
    if _is_held(place) and ended.code >= 0:
        problems.append("the lock was not released")
    tally.add(ended.how, problems + place.repeat(), label=f"after {moment_s:.2f} s")


def terminate_hanging(place: Place, requests: int, tally: Tally) -> None:
    """Send SIGTERM to a run whose store stops answering after so many requests."""
    place.reset()
    hang, relay = _Hang(requests), place.relay
    sound, relay.fault = relay.fault, hang
    try:
        running = place.fork()
        hang.begun.wait(timeout=60)
        time.sleep(1.0)
        ended, waited_s = _end(running)
    finally:
        relay.fault = sound
        hang.over.set()
    problems = _faults_of_the_end(ended, waited_s) + place.shown_now()
    tally.add(ended.how, problems + place.repeat(), label=f"after {requests} requests")


def _end(running: Running) -> tuple[Ended, float]:
    sent = time.monotonic()
    running.signal_after(0.0, signal.SIGTERM).join()
    ended = running.wait()
    return ended, time.monotonic() - sent


def _faults_of_the_end(ended: Ended, waited_s: float) -> list[str]:
    problems = []
    if waited_s > GRACE_S:
        problems.append(f"it took {waited_s:.1f} s to end")
    if ended.code not in {0, 143, -signal.SIGTERM}:
        problems.append(f"it ended with {ended.how}: {ended.err[-300:]}")
    if ended.code == 143 and _LINE not in ended.err:
        problems.append("no line said why it ended")
    if "Traceback" in ended.err:
        problems.append(f"it ended with a traceback: {ended.err[-2000:]}")
    return problems


def _is_held(place: Place) -> bool:
    lock = place.store.reports().get(LOCK)
    return lock is not None and json.loads(lock)["state"] == "held"


class _Hang:
    """Answers so many requests, and then no more until it is over."""

    def __init__(self, requests: int) -> None:
        self.begun, self.over = threading.Event(), threading.Event()
        self._left = requests
        self._counting = threading.Lock()

    def __call__(self, _: Request, pass_on: Callable[[], Answer]) -> Answer | None:
        with self._counting:
            self._left -= 1
            hangs = self._left < 0
        if not hangs:
            return pass_on()
        self.begun.set()
        self.over.wait()
        return None
