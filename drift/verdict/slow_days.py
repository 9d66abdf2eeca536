"""Slow drift over days: what the day model leaves unexplained, day after day in one direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drift.comparison.methods.location import LOCATION
from drift.days.judging.compare_days import NormalDays
from drift.days.judging.families import DaysFamily
from drift.days.model.family_course import BlockLook
from drift.days.model.slow_moves import RUN_LENGTH, SlowMove, slow_evidence
from drift.days.scale import JOINT
from drift.run_request import as_text
from reports.findings.answers import State
from reports.findings.runs import Trend, TrendColumn
from reports.words import numbers
from reports.words.normal_days import block_noun

Numbers = NDArray[np.float64]


def trend_over_days(normal: NormalDays, *, unit: str, minimum_effect: float) -> Trend:
    """Return whether the means of the columns have been moving slowly over the past blocks.

    The blocks of the window itself are not among them: the verdict is about those. Nor are the
    blocks of an episode.

    Parameters
    ----------
    unit
        What a block is.
    minimum_effect
        A column that moved by less on average is no slow drift, in reference standard deviations.
    """
    parts = [
        _locations(family, looks)
        for family, looks in zip(normal.families, normal.replayed.looks, strict=True)
    ]
    names = [name for part in parts for name in part[0]]
    surprises, differences = (
        np.concatenate([part[at] for part in parts], axis=1)
        if parts
        else np.zeros((len(normal.records), 0))
        for at in (1, 2)
    )
    # An episode is sudden, and said: its blocks would pass for a slow move.
    surprises[normal.in_episode] = np.nan
    found = slow_evidence(surprises)
    columns = tuple(
        one
        for move in found.moves
        if abs((one := _column(move, names, differences, normal)).shift) >= minimum_effect
    )
    noun = block_noun(unit)
    if not found.evidence:
        state, summary = State.INCONCLUSIVE, f"Too few {noun}s to speak of slow drift."
    elif columns:
        state, summary = State.DRIFT, _drift_words(columns)
    else:
        state = State.STEADY
        summary = f"No slow drift over the last {numbers.counted(found.blocks, noun)}."
    return Trend(
        state=state,
        summary=summary,
        runs=found.blocks,
        run_length=RUN_LENGTH,
        evidence=found.evidence if columns else min(found.evidence, float(RUN_LENGTH - 1)),
        columns=columns,
    )


def _locations(
    family: DaysFamily, looks: tuple[BlockLook | None, ...]
) -> tuple[list[str], Numbers, Numbers]:
    """Return the numbers of a family, and by block their surprises and differences."""
    places = [
        at
        for at, key in enumerate(family.means.keys)
        if key.method == LOCATION.name and key.group != JOINT
    ]
    unknown = np.full(len(places), np.nan)
    rows = [
        (unknown, unknown)
        if look is None
        else (look.surprise.z[places], look.surprise.difference[places])
        for look in looks
    ]
    names = [family.means.keys[at].group for at in places]
    return names, np.array([one[0] for one in rows]), np.array([one[1] for one in rows])


def _column(
    move: SlowMove, names: list[str], differences: Numbers, normal: NormalDays
) -> TrendColumn:
    since = differences[move.since :, move.place][~normal.in_episode[move.since :]]
    return TrendColumn(
        name=names[move.place],
        direction="up" if move.upward else "down",
        evidence=move.evidence,
        shift=float(np.nanmean(since)),
        since=as_text(normal.records[move.since].block.end),
    )


def _drift_words(columns: tuple[TrendColumn, ...]) -> str:
    first, others = columns[0], len(columns) - 1
    more = f", and {numbers.counted(others, 'more column')}" if others else ""
    return (
        f"Slow drift since {numbers.day(first.since)}: {first.name} {first.direction} by "
        f"{abs(first.shift):.2f} {numbers.SIGMA} on average beside the days before{more}."
    )
