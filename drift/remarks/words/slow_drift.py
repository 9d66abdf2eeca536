"""The trend across runs, as reports say it."""

from __future__ import annotations

from collections.abc import Sequence

from drift.across_runs.trend import FEWEST_RUNS, RUN_LENGTH, SlowMoves
from reports.findings.answers import State
from reports.findings.runs import Trend, TrendColumn
from reports.words import numbers
from reports.words.numbers import counted


def told_trend(found: SlowMoves) -> Trend:
    """Return what runs together say, with its sentence."""
    return Trend(
        state=found.state,
        summary=_summary(found),
        runs=found.runs,
        run_length=RUN_LENGTH,
        evidence=found.evidence,
        columns=found.columns,
    )


def _summary(found: SlowMoves) -> str:
    match found.state:
        case State.INCONCLUSIVE:
            return _too_few_words(found.runs)
        case State.DRIFT:
            return _drift_words(found.columns)
        case _:
            return f"No slow drift over the last {counted(found.runs, 'run')}."


def _too_few_words(runs: int) -> str:
    there = "is none" if runs == 0 else f"is {runs}" if runs == 1 else f"are {runs}"
    return (
        f"Too early to speak of slow drift: it takes {FEWEST_RUNS} runs whose windows do not "
        f"overlap, and so far there {there} with this reference."
    )


def _drift_words(columns: Sequence[TrendColumn]) -> str:
    first = columns[0]
    others = len(columns) - 1
    more = f", and {numbers.counted(others, 'more column')}" if others else ""
    return (
        f"Slow drift since {numbers.day(first.since)}: {first.name} {first.direction} by "
        f"{abs(first.shift):.2f} {numbers.SIGMA} on average{more}."
    )
