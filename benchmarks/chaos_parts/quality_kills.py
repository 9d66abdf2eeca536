"""Runs that say what labels tell of a model: killed around each write of what they keep of them.

That is the records of days, what is remembered beside them, and packed copies of the labels.
"""

from __future__ import annotations

import random
from functools import partial

from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.turns import Trials, run_in_turn
from benchmarks.chaos_parts.world import World
from benchmarks.chaos_parts.write_kills import (
    READING,
    kill_at_operation,
    kill_at_write,
    noted_operations,
)

NAME = "quality"
_PARTS = ("/quality/", "/copies/")
_ESCAPED = ("%2Fquality%2F", "%2Fcopies%2F")


def run(world: World, share: Share, *, seed: int) -> list[Tally]:
    """Kill runs at writes in a random order, all of them where the time allows."""
    draws = random.Random(seed)
    by_kind = [_trials(place) for place in world.labelled_places]
    return run_in_turn(
        [(tally, draws.sample(trials, len(trials))) for tally, trials in by_kind], share
    )


def _trials(place: Place) -> tuple[Tally, Trials]:
    command = f"python -m benchmarks.chaos --only {NAME}"
    if place.known_relay is None:
        where = "right before every file operation on records of a model's quality, folder"
        tally = Tally(fault=f"SIGKILL {where}", by="the next run", command=command)
        numbers = quality_operations(place)
        return tally, [partial(kill_at_operation, place, one, tally) for one in numbers]
    where = "before and after every write of records of a model's quality is done"
    fault = f"SIGKILL {where}, {place.store.kind}"
    tally = Tally(fault=fault, by="the next run", command=command)
    return tally, [
        partial(kill_at_write, place, number, done=done, tally=tally)
        for number in quality_writes(place)
        for done in (False, True)
    ]


def quality_operations(place: Place) -> list[int]:
    """Return which operations of a run change what is kept of labels."""
    noted = noted_operations(place)
    return [
        number for number, one in enumerate(noted, start=1) if any(part in one for part in _PARTS)
    ]


def quality_writes(place: Place) -> list[int]:
    """Return which of a run's requests that write are of what is kept of the model's quality.

    All of them where their paths do not say: some stores are told the name in the request's body.
    """
    place.reset()
    before = len(place.relay.seen)
    place.fork().wait()
    writes = [one for one in place.relay.seen[before:] if one.method not in READING]
    numbered = list(enumerate(writes, start=1))
    own = [at for at, one in numbered if any(part in one.path for part in (*_PARTS, *_ESCAPED))]
    return own or [at for at, _ in numbered]
