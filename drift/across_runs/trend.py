"""Slow drift across runs that no single run can show, with a stated run length.

What counts: this run and, going back from it, each newest run whose window ends before the last
counted one starts, with the same reference profile and at least `FEWEST_UNITS` independent images.
Windows that overlap share images and would count them twice. Where they do (a week, every day), the
runs that count are others from day to day; the chance of an alarm within r runs stays at r over the
run length, and the average at half of it at least.

Chance and size, both: the evidence of `drift.across_runs.e_detector` counts for a start where the
runs since then, at least `FEWEST_SINCE` of them, moved by `detection.minimum_effect` or more and
the last ones by half as much at least: after a repair it is over within a few runs. It is never
more than that distance could be had by chance, which guards against an old drift that has become a
part of what was there before. All of these only ever lower the evidence, so that the run length
holds.

Accepted runs: what a person called normal is normal from then on. Distances are measured from the
farthest accepted window of this profile where it lies beyond the minimum effect, and that window's
own error counts. Accepted windows stay in the sequence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from drift.across_runs.e_detector import UP, EvidenceByStart, Numbers, Observation, last_evidence
from reports.findings.answers import State
from reports.findings.runs import TrendColumn
from reports.history.history import HistoryRow, parse_time, sort_rows

RUN_LENGTH = 1_000
"""Without drift there are on average at least so many runs between two alarms."""
FEWEST_RUNS = 5
FEWEST_SINCE = 3
FEWEST_UNITS = 10
# How far moves are spread that a distance is weighed against, in reference standard deviations.
_USUAL_MOVE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class TodaysRun:
    """What the run that asks has found; the fields are those of `HistoryRow`."""

    window_start: str
    window_end: str
    profile_id: str
    shifts: Mapping[str, float]
    reference_units: int
    current_units: int

    @property
    def start(self) -> datetime:
        """The window's start as a time in UTC."""
        return parse_time(self.window_start)

    @property
    def end(self) -> datetime:
        """The window's end as a time in UTC."""
        return parse_time(self.window_end)


_Run = HistoryRow | TodaysRun


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowMoves:
    """What runs say together of slow drift; as in the `Trend` of a report, which has words too."""

    state: State
    runs: int
    evidence: float
    columns: tuple[TrendColumn, ...] = ()


def find_trend(rows: Sequence[HistoryRow], today: TodaysRun, *, minimum_effect: float) -> SlowMoves:
    """Return whether the means of the columns have been moving slowly.

    Parameters
    ----------
    rows
        The history, in any order; rows of today's window or later, of other profiles, of tiny
        windows and of versions without shifts are passed over.
    today
        The run that asks. Where it has fewer than `FEWEST_UNITS` images, the trend is that of the
        runs before it.
    minimum_effect
        Smaller moves are never evidence, in reference standard deviations.
    """
    runs = _independent_runs(rows, today)
    if len(runs) < FEWEST_RUNS:
        return SlowMoves(state=State.INCONCLUSIVE, runs=len(runs), evidence=0.0)
    names = sorted(runs[-1].shifts)
    observations = [
        Observation(shifts=_shifts(run, names), units=run.current_units) for run in runs
    ]
    evidence = last_evidence(
        observations, columns=len(names), reference_units=runs[-1].reference_units
    )
    normal = normal_range(rows, today, names, minimum_effect)
    counted = counting(evidence, normal, minimum_effect)
    total = float(counted.sum(axis=0).mean())
    moved = total >= RUN_LENGTH
    columns = tuple(_moved_columns(runs, names, evidence, counted)) if moved else ()
    return SlowMoves(
        state=State.DRIFT if moved else State.STEADY,
        runs=len(runs),
        evidence=total,
        columns=columns,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalRange:
    """How far accepted windows went, by direction (up, down) and column.

    Attributes
    ----------
    reach
        The farthest one beyond the minimum effect, in reference standard deviations; 0 for none.
    error
        The variance of its shift; 0 for none.
    """

    reach: Numbers
    error: Numbers


def normal_range(
    rows: Sequence[HistoryRow], today: TodaysRun, names: Sequence[str], minimum_effect: float
) -> NormalRange:
    """Return how far windows went that a person called normal before today."""
    reach = np.zeros((2, len(names)))
    error = np.zeros((2, len(names)))
    for row in _comparable(rows, today):
        if row.accepted is not None:
            shifts = np.nan_to_num(_shifts(row, names))
            farther = np.stack([shifts, -shifts])
            wider = farther > np.maximum(reach, minimum_effect)
            reach = np.where(wider, farther, reach)
            error = np.where(wider, 1 / row.current_units, error)
    return NormalRange(reach=reach, error=error)


def counting(evidence: EvidenceByStart, normal: NormalRange, minimum_effect: float) -> Numbers:
    """Return the e-values that count, by start, direction and column; 0 for those that do not."""
    distances = np.stack([evidence.moves, -evidence.moves], axis=1) - normal.reach
    counts = (distances >= minimum_effect) & (distances > 0)
    if len(distances) < FEWEST_SINCE:
        return np.zeros_like(evidence.e_values)
    counts &= distances[-FEWEST_SINCE] >= distances / 2
    counts[len(counts) - FEWEST_SINCE + 1 :] = False
    units = np.maximum(evidence.units, 1)[:, None, :]
    possible = _evidence_of(distances, evidence.variance / units + normal.error)
    return np.where(counts, np.minimum(evidence.e_values, possible), 0.0)


def _evidence_of(distances: Numbers, variance: Numbers) -> Numbers:
    """Return the likelihood ratio of moves of the usual size to none, for means so far off."""
    share = _USUAL_MOVE**2 / (_USUAL_MOVE**2 + variance)
    # Far beyond any alarm; exp must not overflow.
    exponent = np.minimum(distances**2 / variance * share / 2, 100.0)
    ratio: Numbers = np.sqrt(1 - share) * np.exp(exponent)
    return ratio


def _shifts(run: _Run, names: Sequence[str]) -> Numbers:
    return np.array([run.shifts.get(name, math.nan) for name in names])


def _comparable(rows: Sequence[HistoryRow], today: TodaysRun) -> Iterator[HistoryRow]:
    """Yield the earlier rows that were compared with today's profile, newest first."""
    if not today.profile_id:
        return
    for row in reversed(sort_rows(rows)):
        if row.profile_id == today.profile_id and row.end < today.end and _is_usable(row):
            yield row


def _is_usable(run: _Run) -> bool:
    enough = run.current_units >= FEWEST_UNITS and run.reference_units > 0
    return enough and bool(run.shifts) and run.start < run.end


def _independent_runs(rows: Sequence[HistoryRow], today: TodaysRun) -> list[_Run]:
    """Return the runs that count, oldest first, chosen from today's window backwards."""
    chosen: list[_Run] = [today] if _is_usable(today) else []
    free_until = today.start
    for row in _comparable(rows, today):
        if row.end <= free_until:
            chosen.append(row)
            free_until = row.start
    return chosen[::-1]


def _moved_columns(
    runs: Sequence[_Run], names: Sequence[str], evidence: EvidenceByStart, counted: Numbers
) -> Iterator[TrendColumn]:
    """Yield the columns whose own evidence is an alarm's, most evidence first."""
    by_column = counted.sum(axis=0).mean(axis=0)
    order: NDArray[np.int64] = np.argsort(-by_column, kind="stable")
    for column in order:
        if by_column[column] < RUN_LENGTH:
            return
        start, direction = divmod(int(counted[:, :, column].argmax()), 2)
        yield TrendColumn(
            name=names[column],
            direction="up" if direction == UP else "down",
            evidence=float(by_column[column]),
            shift=float(evidence.moves[start, column]),
            since=runs[int(evidence.starts[start])].window_end,
        )
