"""Whether the level has moved on since a person accepted it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from drift.across_runs.marks import MarkedWindow
from drift.comparison.columns.columns import Column, ColumnRole, LinedUp
from drift.comparison.columns.rounding import deviation_of
from drift.comparison.effects import column_means
from drift.days.judging.compare_days import NormalDays
from drift.days.judging.usual import usual_number
from reports.findings.days import LevelColumn

# The normal quantile of a 95 % interval.
_INTERVAL = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOn:
    """A column whose level has left what was accepted.

    Attributes
    ----------
    moved
        From the accepted window's mean to that of normal blocks since, in reference standard
        deviations, with its sign.
    half
        Half of the 95 % interval of that.
    """

    name: str
    moved: float
    half: float


def moved_on(
    normal: NormalDays,
    lined_up: LinedUp,
    accepted: MarkedWindow,
    levels: Mapping[str, LevelColumn],
    *,
    effect_to_see: float,
) -> MovedOn | None:
    """Return the number whose level moved farthest from what was accepted; None where none did.

    It has moved where the whole interval lies farther than `effect_to_see` from the accepted
    window's mean. One window stands for what was accepted, so that the interval holds how much
    blocks vary, its sampling error, and the error of the level today. Nothing is said before there
    is a normal block of that level, and nothing of classes: the history holds no shares.

    Parameters
    ----------
    levels
        The level of each number today, by its name.
    """
    if not len(normal.normal) or normal.newest_regime != normal.span.regime:
        return None
    found = [
        one
        for one in _moves(normal, lined_up, accepted, levels)
        if abs(one.moved) - one.half > effect_to_see
    ]
    return max(found, key=lambda one: (abs(one.moved), one.name), default=None)


def _moves(
    normal: NormalDays,
    lined_up: LinedUp,
    accepted: MarkedWindow,
    levels: Mapping[str, LevelColumn],
) -> Iterator[MovedOn]:
    columns = {column.name: column for column in lined_up.columns}
    for family in normal.families:
        if family.role is ColumnRole.VIEW:
            # Another model may have looked at the accepted window.
            continue
        blocks = [family.blocks[at] for at in normal.usual_blocks]
        for name in sorted(levels.keys() & accepted.shifts.keys() & columns.keys()):
            usual = usual_number(blocks, name)
            now = None if usual is None else _shift(columns[name], usual.mean)
            if now is not None:
                yield MovedOn(
                    name=name,
                    moved=now - accepted.shifts[name],
                    half=_half(levels[name], accepted.units),
                )


def _shift(column: Column, mean: float) -> float | None:
    """Return where a mean lies in the unit of `Finding.shift`; None where nothing varies."""
    deviation = deviation_of(column.reference.to_numpy())
    if not deviation:
        return None
    means = column_means(column)
    then = float(column.reference.mean()) if means is None else means[0]
    return (mean - then) / deviation


def _half(level: LevelColumn, units: int) -> float:
    of_window = level.day_spread**2 + (1 / units if units else 0.0)
    return math.hypot((level.high - level.low) / 2, _INTERVAL * math.sqrt(of_window))
