"""Runs that make the records of a month: killed while they do, or two at once of two windows."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from functools import cached_property, partial
from itertools import chain

from benchmarks.chaos_parts.invariants import JOB, Objects, differences
from benchmarks.chaos_parts.kills import kill
from benchmarks.chaos_parts.places import Place, succeeded
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.turns import Trials, run_in_turn
from benchmarks.chaos_parts.world import World
from benchmarks.chaos_parts.write_kills import (
    kill_at_operation,
    noted_operations,
    server_trials,
)

NAME = "days"
_RACES = 3
# What a run does before the records of days, and after; the rest is spent on starting and writing.
_BEFORE, _AFTER = ("log", "profile", "images"), ("comparison", "evidently")


def run(world: World, share: Share, *, count: int, seed: int) -> list[Tally]:
    """Kill runs at moments and at writes while they make records; and start two at once.

    Parameters
    ----------
    count
        How many are killed at random moments.
    """
    draws = random.Random(seed)
    command = f"python -m benchmarks.chaos --only {NAME} --kills {count}"
    by_kind = [
        *_at_moments([world.month, *world.months_cached], count, draws, command),
        *_at_writes(world.months_cached, draws, command),
        _at_once(world.months_cached, command),
    ]
    return run_in_turn(by_kind, share)


def _at_moments(
    places: list[Place], count: int, draws: random.Random, command: str
) -> list[tuple[Tally, Trials]]:
    found: dict[str, tuple[Tally, Trials]] = {}
    for number in range(count):
        place = places[number % len(places)]
        kind = place.store.kind
        fault = f"SIGKILL at a random moment while a month of records is made, {kind}"
        tally, trials = found.setdefault(kind, (_tally(fault, command), []))
        moment_s = draws.uniform(*_seconds_of_days(place))
        trials.append(partial(kill, place, moment_s, tally))
    return list(found.values())


def _at_writes(
    places: list[Place], draws: random.Random, command: str
) -> list[tuple[Tally, Trials]]:
    found = []
    for place in places:
        if place.known_relay is None:
            tally = _tally("SIGKILL right before every file operation on records, folder", command)
            trials = _folder_trials(place, tally)
        else:
            fault = "SIGKILL before and after every write of a run that makes records is done"
            tally = _tally(f"{fault}, {place.store.kind}", command)
            trials = server_trials(place, tally)
        found.append((tally, draws.sample(trials, len(trials))))
    return found


def _folder_trials(place: Place, tally: Tally) -> Trials:
    return [partial(kill_at_operation, place, number, tally) for number in record_operations(place)]


def record_operations(place: Place) -> list[int]:
    """Return which operations of a run change a record, a copy of records, or a pin."""
    noted = noted_operations(place)
    concerned = (any(part in one for part in ("/days/", "/runs/")) for one in noted)
    pages = ("report.", "evidently.")
    return [
        number
        for number, (one, is_one) in enumerate(zip(noted, concerned, strict=True), start=1)
        if is_one and not any(page in one for page in pages)
    ]


def _at_once(places: list[Place], command: str) -> tuple[Tally, Trials]:
    tally = _tally("two runs at once of two windows of a month", command)
    tally.by = "one published; the other, once it was run again"
    races = [TwoWindows(place) for place in places]
    return tally, [partial(one.race, tally) for _ in range(_RACES) for one in races]


class TwoWindows:
    """The runs of a month's last two windows, one after the other or at once."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._windows = (place.watch.until, _day_before(place.watch.until))

    def race(self, tally: Tally) -> None:
        """Start both runs together; the one that had to give way is run again."""
        place, states = self._place, self._states
        place.reset()
        running = [place.cold(until) for until in self._windows]
        ends = dict(zip(self._windows, [one.wait() for one in running], strict=True))
        codes = sorted(ended.code for ended in ends.values())
        problems = place.shown_now(*chain.from_iterable(states.values()))
        if codes != [0, 7]:
            said = "; ".join(ended.err[-300:] for ended in ends.values())
            problems.append(f"they ended with {codes}: {said}")
        first, second = sorted(self._windows, key=lambda until: ends[until].code)
        again = place.fork(second).wait()
        if again.code != 0:
            problems.append(f"the other run, once more: {again.how}: {again.err[-500:]}")
        problems += differences(place.store.reports(), states[first][-1])
        tally.add(" and ".join(f"exit {code}" for code in codes), problems, label=place.store.kind)

    @cached_property
    def _states(self) -> dict[str, list[Objects]]:
        """By the window that is first: what is there after it, and after both."""
        found: dict[str, list[Objects]] = {}
        for first in self._windows:
            self._place.reset()
            for until in (first, *(one for one in self._windows if one != first)):
                succeeded(self._place.fork(until).wait())
                found.setdefault(first, []).append(self._place.store.reports())
        return found


def _day_before(until: str) -> str:
    return str(date.fromisoformat(until) - timedelta(days=1))


def _seconds_of_days(place: Place) -> tuple[float, float]:
    """Return about when in an undisturbed run the records of days are made: in its stage `days`.

    What is not in a stage was before the log is read (half of it), or for publishing.
    """
    report = next(data for name, data in place.expected.items() if name == f"{JOB}/latest.json")
    stages = json.loads(report)["timings"]
    beside = max(place.undisturbed_s - sum(stages.values()), 0.0)
    begin = beside / 2 + sum(stages.get(name, 0.0) for name in _BEFORE)
    end = place.undisturbed_s - sum(stages.get(name, 0.0) for name in _AFTER)
    return begin, max(end, begin)


def _tally(fault: str, command: str) -> Tally:
    return Tally(fault=fault, by="the next run", command=command)
