"""Two runs of one job that start together."""

from __future__ import annotations

from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Share, Tally
from benchmarks.chaos_parts.world import World

NAME = "two-at-once"


def run(world: World, share: Share, *, count: int) -> list[Tally]:
    """Start two runs together, `count` times: one publishes, the other ends with exit code 7."""
    tally = Tally(
        fault="two runs at once",
        by="exactly one published",
        command=f"python -m benchmarks.chaos --only {NAME}",
    )
    for number in range(count):
        if share.is_used_up:
            break
        race((world.cached, world.gcs_cached)[number % 2], tally)
    return [tally]


def race(place: Place, tally: Tally) -> None:
    """Start two runs together and look at both."""
    place.reset()
    runs = [place.cold(), place.cold()]
    ends = [running.wait() for running in runs]
    codes = sorted(ended.code for ended in ends)
    problems = place.shown_now()
    if codes != [0, 7]:
        said = "; ".join(ended.err[-300:] for ended in ends)
        problems.append(f"they ended with {codes}: {said}")
    end = " and ".join(f"exit {code}" for code in codes)
    tally.add(end, problems + place.repeat(), label=place.store.kind)
