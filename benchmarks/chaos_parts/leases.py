"""A killed run's lease, waited for without any help."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass

from benchmarks.chaos_parts.invariants import differences
from benchmarks.chaos_parts.places import Place
from benchmarks.chaos_parts.rows import Tally

NAME = "lease"
# The lease, and what others wait longer for clocks that differ.
_WAIT_S = 60.0 + 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRun:
    """A run that was killed while it held the lock.

    Attributes
    ----------
    died_at
        On the clock of `time.monotonic`.
    """

    place: Place
    died_at: float


def kill_one(place: Place) -> DeadRun:
    """Kill a run in its middle; the trials of other places may go on meanwhile."""
    place.reset()
    running = place.fork()
    running.signal_after(place.undisturbed_s * 0.6, signal.SIGKILL)
    running.wait()
    return DeadRun(place=place, died_at=time.monotonic())


def wait_for(dead: DeadRun) -> list[Tally]:
    """Run again right now, and once the lease has run out."""
    tally = Tally(
        fault="SIGKILL, and the lease waited for",
        by="the next run after 75 s",
        command=f"python -m benchmarks.chaos --only {NAME}",
    )
    place, problems = dead.place, []
    left_s = dead.died_at + _WAIT_S - time.monotonic()
    if left_s > place.undisturbed_s:
        early = place.fork().wait()
        if early.code != 7:
            problems.append(f"a run within the lease ended with {early.how}")
    time.sleep(max(dead.died_at + _WAIT_S - time.monotonic(), 0.0))
    late = place.fork().wait()
    if late.code != 0 or "taken over from process" not in late.err:
        problems.append(f"the run after the lease ended with {late.how}: {late.err[-500:]}")
    tally.add(late.how, problems + differences(place.store.reports(), place.expected))
    return [tally]
