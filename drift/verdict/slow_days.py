"""Slow drift over days, as the report says it."""

from __future__ import annotations

from drift.days.judging.compare_days import NormalDays
from drift.days.model.slow_drift import DriftingColumn, slow_drift
from drift.days.model.slow_moves import RUN_LENGTH
from drift.run_request import as_text
from reports.findings.answers import State
from reports.findings.runs import Trend, TrendColumn
from reports.words import numbers
from reports.words.normal_days import block_noun


def trend_over_days(normal: NormalDays, *, unit: str, minimum_effect: float) -> Trend:
    """Return whether the means of the columns have been moving slowly over the past blocks.

    The blocks of the window itself are not among them: the verdict is about those. Nor are the
    blocks of another level than the window's: whoever accepted it knows that they differ.

    Parameters
    ----------
    unit
        What a block is.
    minimum_effect
        A column that moved by less on average is no slow drift, in reference standard deviations.
    """
    found = slow_drift(
        [family.past.keys for family in normal.families],
        normal.replayed,
        normal.times.regimes == normal.span.regime,
        minimum_effect,
    )
    columns = tuple(_told(one, normal) for one in found.columns)
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


def _told(column: DriftingColumn, normal: NormalDays) -> TrendColumn:
    return TrendColumn(
        name=column.name,
        direction="up" if column.shift > 0 else "down",
        evidence=column.evidence,
        shift=column.shift,
        since=as_text(normal.records[column.since].block.end),
    )


def _drift_words(columns: tuple[TrendColumn, ...]) -> str:
    first, others = columns[0], len(columns) - 1
    more = f", and {numbers.counted(others, 'more column')}" if others else ""
    return (
        f"Slow drift since {numbers.day(first.since)}: {first.name} {first.direction} by "
        f"{abs(first.shift):.2f} {numbers.SIGMA} on average beside the days before{more}."
    )
