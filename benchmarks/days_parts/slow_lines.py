"""What was said of slow drift, beside its bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.days_parts.lines import Line
from benchmarks.days_parts.slow import ALL, FAULT_DAYS, MOST_DAYS, ONE, STEP, STEP_DAYS, SlowSaid

# Of slow drift that is said in vain.
_MOST_OF_RUNS = 3 / 3000


def slow_lines(measured: Sequence[tuple[str, SlowSaid]]) -> Iterable[Line]:
    """Yield the lines of slow drift.

    Parameters
    ----------
    measured
        By world: the name of its case, and what was said in it.
    """
    if not measured:
        return
    said = [one for _, one in measured]
    false, runs = _false_of_runs(said)
    yield Line(
        what="slow drift said in vain, all kinds of days",
        measured=_in_vain(said),
        bar="<= 3 of 3,000 runs",
        met=false <= _MOST_OF_RUNS * runs,
    )
    steps = [step for _, one in measured for step in one.steps]
    for columns in (ONE, ALL):
        for day in STEP_DAYS:
            own = [one.after for one in steps if one.columns == columns and one.day == day]
            if own:
                yield _of_steps(
                    f"step of {STEP} sigma, {columns}, day {day}, in {MOST_DAYS} days", own
                )
    faults = [one.of_fault for _, one in measured if one.of_fault is not None]
    if faults:
        yield Line(
            what=f"a fault of {FAULT_DAYS} days is called slow drift",
            measured=f"{sum(faults)} of {len(faults)} worlds",
            bar="none",
            met=not any(faults),
        )


def slow_table(measured: Sequence[tuple[str, SlowSaid]]) -> str:
    """Return how often slow drift was said in vain, by the name of the case."""
    return "\n".join(
        f"{name:34}{_in_vain([one for other, one in measured if other == name])}"
        for name in sorted({name for name, _ in measured})
    )


def _in_vain(said: Sequence[SlowSaid]) -> str:
    false, runs = _false_of_runs(said)
    return f"{false} of {runs:,} runs, onsets: {sum(one.onsets for one in said)}"


def _false_of_runs(said: Sequence[SlowSaid]) -> tuple[int, int]:
    return sum(sum(one.in_vain) for one in said), sum(len(one.in_vain) for one in said)


def _of_steps(what: str, after: Sequence[int | None]) -> Line:
    known = sorted(one for one in after if one is not None)
    middle = f", median {known[len(known) // 2]} days" if known else ""
    return Line(
        what=what,
        measured=f"{len(known)} of {len(after)} worlds{middle}",
        bar="all",
        met=len(known) == len(after),
    )
