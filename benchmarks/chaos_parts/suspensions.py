"""Runs that are suspended for longer than their lease, while another run takes the job over."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.chaos_parts.invariants import Objects, differences
from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Tally
from benchmarks.chaos_parts.runs import Ended, Running
from benchmarks.chaos_parts.stores import LOCK
from benchmarks.chaos_parts.world import World

NAME = "suspensions"
# Each sleeps for most of its time.
MOST_SIDE_BY_SIDE = 12
SHORTEST_S, LONGEST_S = 65.0, 120.0
# The lease, what others wait longer for clocks that differ, and a second.
_LEASE_OVER_S = 60.0 + 15.0 + 1.0
# Until a successor that started then has watched the lock.
_TAKEOVER_S = _LEASE_OVER_S + 20.0 + 15.0
# A run takes seconds; on a machine that is busy with others, a minute.
_ENDS_WITHIN_S = 120.0
_TRIES = 30


class Way(StrEnum):
    """When the suspended run wakes up, and when its successor starts."""

    AFTER = "SIGSTOP until another run has published, 110 s and more"
    RACED = "SIGSTOP for 65 to 120 s, another run waits for the lease"
    HELPED = "SIGSTOP for 65 to 120 s, the lease is moved into the past"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A run that was stopped while it held the lock.

    Attributes
    ----------
    began_at, stopped_at
        On the clock of `time.monotonic`.
    """

    running: Running
    began_at: float
    stopped_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The times of a trial, in seconds after the run was stopped.

    Attributes
    ----------
    wakes_after_s
        None for after the successor's end.
    """

    way: Way
    successor_after_s: float
    wakes_after_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a trial."""

    way: Way
    end: str
    problems: Sequence[str]
    label: str
    awake_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Trials that go on beside others; `finish` waits for them."""

    pool: ThreadPoolExecutor
    outcomes: Sequence[Future[list[Outcome]]]
    count: int


def begin(world: World, count: int, *, seed: int) -> Begun:
    """Begin `count` trials, up to twelve at a time."""
    places = world.side_by_side(min(count, MOST_SIDE_BY_SIDE))
    pool = ThreadPoolExecutor(len(places))
    # Runs are stopped at a share of the time that one takes alone.
    one_at_a_time = threading.Lock()

    def on(place: Place, first: int) -> list[Outcome]:
        numbers = range(first, count, len(places))
        return [_trial(place, number, seed, one_at_a_time) for number in numbers]

    outcomes = [pool.submit(on, place, first) for first, place in enumerate(places)]
    return Begun(pool=pool, outcomes=outcomes, count=count)


def finish(begun: Begun) -> list[Tally]:
    """Return what the trials came to, a row for each way."""
    with begun.pool:
        outcomes = [one for future in begun.outcomes for one in future.result()]
    command = f"python -m benchmarks.chaos --only {NAME} --suspensions {begun.count}"
    tallies = []
    for way in dict.fromkeys(one.way for one in outcomes):
        own = [one for one in outcomes if one.way is way]
        longest_s = max(one.awake_s for one in own)
        tally = Tally(
            fault=f"{way}; ended at most {longest_s:.0f} s after SIGCONT",
            by="the run itself, or its successor",
            command=command,
        )
        for one in own:
            tally.add(one.end, one.problems, label=one.label)
        tallies.append(tally)
    return tallies


def _trial(place: Place, number: int, seed: int, one_at_a_time: threading.Lock) -> Outcome:
    draws = random.Random(f"{seed} {number}")
    # Of a store's trials, every way has some in the last third of the run.
    way = list(Way)[number // 3 % 3]
    begin = 0.67 if number % 2 else 0.2
    with one_at_a_time:
        stopped = stop_at(place, (begin, 1.0), draws)
    return suspend(place, stopped, course_of(way, draws, place.undisturbed_s))


def course_of(way: Way, draws: random.Random, run_s: float) -> Course:
    """Return a trial's times; half of the wake-ups fall into the successor's run."""
    wakes_after_s = draws.uniform(SHORTEST_S, LONGEST_S)
    is_close = draws.random() < 0.5
    if way is Way.AFTER:
        return Course(way=way, successor_after_s=_LEASE_OVER_S, wakes_after_s=None)
    if way is Way.RACED:
        if is_close:
            wakes_after_s = min(_TAKEOVER_S + draws.uniform(-2.0, 2 * run_s), LONGEST_S)
        return Course(way=way, successor_after_s=_LEASE_OVER_S, wakes_after_s=wakes_after_s)
    before_s = draws.uniform(0.0, 1.5 * run_s) if is_close else wakes_after_s
    after_s = wakes_after_s - before_s
    return Course(way=way, successor_after_s=after_s, wakes_after_s=wakes_after_s)


def stop_at(place: Place, share: tuple[float, float], draws: random.Random) -> Stopped:
    """Stop a run at a random moment at which it holds the lock.

    Parameters
    ----------
    share
        From where to where in the run, as shares of the time of an undisturbed one.
    """
    for _ in range(_TRIES):
        place.reset()
        began_at = time.monotonic()
        running = place.fork()
        time.sleep(place.undisturbed_s * draws.uniform(*share))
        _signal_all(running, signal.SIGSTOP)
        if _is_held_by(place, running.pid):
            return Stopped(running=running, began_at=began_at, stopped_at=time.monotonic())
        # It had not got it yet, or had released it already.
        _signal_all(running, signal.SIGCONT)
        running.wait()
    raise RuntimeError(f"{_TRIES} runs were not stopped while they held the lock")


def suspend(place: Place, stopped: Stopped, course: Course) -> Outcome:
    """Let another run take the job over, wake the stopped one up, and look at both."""
    waker = None
    if course.wakes_after_s is not None:
        waker = _Waker(stopped, course.wakes_after_s)
    _sleep_until(stopped.stopped_at + course.successor_after_s)
    if course.way is Way.HELPED:
        place.store.end_lease()
    successor = place.fork().wait()
    published = place.store.reports()
    waker = waker or _Waker(stopped, 0.0)
    waker.join()
    first = stopped.running.wait()
    woke_after_s = waker.woken_at - stopped.stopped_at
    awake_s = stopped.began_at + first.seconds - waker.woken_at
    is_overtaken = successor.code == 0 and "taken over from process" in successor.err
    problems = _faults_of_the_ends(course.way, first, successor, awake_s) + place.shown_now()
    present = place.store.reports()
    if is_overtaken:
        problems += overwritten(present, published)
    if 0 in {first.code, successor.code}:
        problems += differences(present, place.expected)
    label = (
        f"{place.folder.name}, {place.store.kind}, stopped after "
        f"{stopped.stopped_at - stopped.began_at:.1f} s, woken {woke_after_s:.1f} s later"
    )
    return Outcome(
        way=course.way,
        end=f"{first.how} and {successor.how}",
        problems=problems + place.repeat(),
        label=label,
        awake_s=awake_s,
    )


def overwritten(present: Objects, published: Objects) -> list[str]:
    """Return what is not byte for byte as the successor left it."""
    names = sorted({*present, *published})
    return [
        f"{name} is no longer what the successor wrote"
        for name in names
        if present.get(name) != published.get(name)
    ]


def _faults_of_the_ends(way: Way, first: Ended, successor: Ended, awake_s: float) -> list[str]:
    problems = []
    if awake_s > _ENDS_WITHIN_S:
        problems.append(f"it took {awake_s:.0f} s to end")
    # The suspended run woke up and renewed its lease before the other one had taken it.
    is_kept = way is not Way.AFTER and (first.code, successor.code) == (0, 7)
    if successor.code != 0 and not is_kept:
        problems.append(f"the successor ended with {successor.how}: {successor.err[-500:]}")
    if first.code not in {0, 6}:
        problems.append(f"it ended with {first.how}: {first.err[-500:]}")
    if "Traceback" in first.err + successor.err:
        problems.append(f"a traceback: {(first.err + successor.err)[-2000:]}")
    return problems


class _Waker(threading.Thread):
    """Lets a stopped run go on."""

    def __init__(self, stopped: Stopped, after_s: float) -> None:
        super().__init__(daemon=True)
        self.woken_at = 0.0
        self._stopped = stopped
        self._after_s = after_s
        self.start()

    def run(self) -> None:
        """Wait, and send SIGCONT."""
        _sleep_until(self._stopped.stopped_at + self._after_s)
        self.woken_at = time.monotonic()
        _signal_all(self._stopped.running, signal.SIGCONT)


def _signal_all(running: Running, number: signal.Signals) -> None:
    """Send a signal to a run and the processes that decode for it."""
    try:
        os.killpg(running.pid, number)
    except ProcessLookupError:
        return


def _is_held_by(place: Place, pid: int) -> bool:
    lock = json.loads(place.store.reports().get(LOCK, b'{"state": "none"}'))
    return bool(lock["state"] == "held" and lock["pid"] == pid)


def _sleep_until(moment: float) -> None:
    time.sleep(max(moment - time.monotonic(), 0.0))
