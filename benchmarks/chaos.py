"""Faults put upon real runs, and what was lost: the table of docs/reliability.md.

Real processes, a folder and the processes of a GCS and an S3 server, real signals. A small world is
built once and put back before each trial; after it, whatever a reader could see has to be whole,
and a repeated run has to leave what an undisturbed one would have. Run as
``python -m benchmarks.chaos``; it takes ten minutes and fails if anything was lost. With more time,
more is injected: ``--seconds 3600 --kills 100 --suspensions 30 --networks 60``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.chaos_parts import (
    day_kills,
    full_disk,
    kills,
    leases,
    memory,
    network,
    quality_kills,
    rights,
    stopped_writers,
    suspensions,
    terminations,
    two_at_once,
    write_kills,
)
from benchmarks.chaos_parts.rows import Share, Tally, table
from benchmarks.chaos_parts.world import World, open_world

Trials = Callable[[World, Share], list[Tally]]
# Building the world, waiting for a lease, and the trials that are going when the time is up.
_RESERVE_S = 90.0


def faults(options: argparse.Namespace) -> Mapping[str, tuple[float, Trials]]:
    """Return each kind of fault by name: its weight in the time, and its trials."""
    seed = options.seed
    return {
        rights.NAME: (1.0, rights.run),
        two_at_once.NAME: (5.0, partial(two_at_once.run, count=10)),
        kills.NAME: (18.0, partial(kills.run, count=options.kills, seed=seed)),
        full_disk.NAME: (5.0, full_disk.run),
        memory.NAME: (4.0, memory.run),
        terminations.NAME: (6.0, partial(terminations.run, count=8, seed=seed)),
        network.NAME: (8.0, partial(network.run, count=options.networks, seed=seed)),
        stopped_writers.NAME: (2.0, partial(stopped_writers.run, count=3, seed=seed)),
        write_kills.NAME: (8.0, partial(write_kills.run, seed=seed)),
        day_kills.NAME: (10.0, partial(day_kills.run, count=options.kills, seed=seed)),
        quality_kills.NAME: (4.0, partial(quality_kills.run, seed=seed)),
    }


def main() -> None:
    """Print the table; the exit status is 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20, help="SIGKILLs at random moments")
    parser.add_argument("--suspensions", type=int, default=6, help="SIGSTOPs beyond the lease")
    parser.add_argument("--networks", type=int, default=24, help="runs over bad networks")
    parser.add_argument("--seconds", type=float, default=600.0, help="about how long it may take")
    parser.add_argument("--only", help="one kind of fault by name; all of the time is for it")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    chosen = _chosen(faults(options), options.only)
    with tempfile.TemporaryDirectory(prefix="drift-chaos-") as temporary:
        tallies = _all_trials(Path(temporary), chosen, started + options.seconds, options)
    print(table(tallies))
    print(f"\n{sum(one.injected for one in tallies)} faults in {time.monotonic() - started:.0f} s")
    lost = [problem for tally in tallies for problem in tally.lost]
    print("\n".join(["", "LOST", *lost]) if lost else "Nothing was lost.")
    sys.exit(bool(lost))


def _chosen(
    known: Mapping[str, tuple[float, Trials]], only: str | None
) -> Mapping[str, tuple[float, Trials]]:
    beside = {leases.NAME, suspensions.NAME}
    if only is None or only in beside:
        return known if only is None else {}
    if only not in known:
        sys.exit(f"--only {only}: expected one of {', '.join([*known, *sorted(beside)])}")
    return {only: known[only]}


def _all_trials(
    temporary: Path,
    chosen: Mapping[str, tuple[float, Trials]],
    ends_at: float,
    options: argparse.Namespace,
) -> list[Tally]:
    tallies: list[Tally] = []
    with open_world(temporary) as world:
        # What sleeps for most of its time goes on beside the others.
        waiting = suspended = None
        if options.only in {None, leases.NAME}:
            waiting = leases.kill_one(world.patient)
        if options.only in {None, suspensions.NAME}:
            suspended = suspensions.begin(world, options.suspensions, seed=options.seed)
        weights = sum(weight for weight, _ in chosen.values())
        for name, (weight, trials) in chosen.items():
            seconds = max(ends_at - _RESERVE_S - time.monotonic(), 0.0) * weight / weights
            weights -= weight
            found = trials(world, Share.of(seconds))
            tallies += found
            print("\n".join(f"{name}: {' | '.join(one.cells)}" for one in found), file=sys.stderr)
        if waiting is not None:
            tallies += leases.wait_for(waiting)
        if suspended is not None:
            tallies += suspensions.finish(suspended)
    return tallies


if __name__ == "__main__":
    main()
