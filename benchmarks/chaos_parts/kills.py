"""SIGKILL at random moments of a run."""

from __future__ import annotations

import random
import signal

from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.world import World

NAME = "kills"


def run(world: World, share: Share, *, count: int, seed: int) -> list[Tally]:
    """Kill runs at `count` moments; half of them in the last third, where a run writes."""
    draws = random.Random(seed)
    places = (world.folder, world.gcs, world.cached, *world.servers_cached)
    tallies = {
        kind: Tally(
            fault=f"SIGKILL at a random moment, {kind}",
            by="the next run",
            command=f"python -m benchmarks.chaos --only {NAME} --kills {count}",
        )
        for kind in dict.fromkeys(place.store.kind for place in places)
    }
    number = 0
    while sum(tally.injected for tally in tallies.values()) < count and not share.is_used_up:
        place = places[number % len(places)]
        begin = 0.67 if number % (2 * len(places)) >= len(places) else 0.0
        moment_s = place.undisturbed_s * draws.uniform(begin, 1.0)
        kill(place, moment_s, tallies[place.store.kind])
        number += 1
    return list(tallies.values())


def kill(place: Place, moment_s: float, tally: Tally) -> None:
    """Kill a run at a moment, seconds from its start; unless it has ended by then."""
    place.reset()
    running = place.fork()
    timer = running.signal_after(moment_s, signal.SIGKILL)
    ended = running.wait()
    timer.cancel()
    if ended.code != -signal.SIGKILL:
        # It was faster this time.
        return
    problems = place.shown_now() + place.repeat()
    tally.add(ended.how, problems, label=f"after {moment_s:.2f} s")
