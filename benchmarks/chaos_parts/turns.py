"""Trials of several kinds, one of each in turn, as far as the time goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, zip_longest

from benchmarks.chaos_parts.rows import Share, Tally

Trials = list[Callable[[], None]]


def run_in_turn(by_kind: Sequence[tuple[Tally, Trials]], share: Share) -> list[Tally]:
    """Run the trials until the time is up; return the tallies, which say how many were run.

    They take turns, so that each kind has its part of the time.
    """
    for trial in chain.from_iterable(zip_longest(*(trials for _, trials in by_kind))):
        if share.is_used_up:
            break
        if trial is not None:
            trial()
    for tally, trials in by_kind:
        tally.fault += f" ({tally.injected} of {len(trials)})"
    return [tally for tally, _ in by_kind]
