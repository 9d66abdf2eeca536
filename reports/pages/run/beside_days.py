"""What a run's page says of normal days: the basis, and the level with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reference_stats.model_view.measures import Measure
from reports.findings.answers import Verdict
from reports.findings.days import Basis, Level, LevelColumn
from reports.findings.run import RunFindings
from reports.words.advice import Step, level_steps
from reports.words.movements import deviations
from reports.words.normal_days import (
    baseline_words,
    basis_words,
    block_noun,
    blocks_words,
    level_is_told,
    usually,
)
from reports.words.numbers import counted, day
from reports.words.wording import column_title


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """One column of the level: how far from the reference, how sure, and how much days vary."""

    title: str
    difference: str
    interval: str
    day_spread: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelView:
    """The level as the page shows it.

    Attributes
    ----------
    stands_out
        Whether it differs and nobody has accepted it: then it stands near the top.
    summary
        One sentence.
    since
        Over which blocks it is a mean, in words.
    has_ranges
        Whether there are days enough to say how sure the differences are.
    accepted
        Which run was accepted, in words; empty where none was.
    rows
        The columns that differ; empty unless it stands out.
    steps
        What to do; empty unless it stands out.
    """

    stands_out: bool
    summary: str
    since: str
    has_ranges: bool
    accepted: str
    rows: tuple[LevelRow, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysView:
    """What the page says of normal days.

    Attributes
    ----------
    is_basis
        Whether the verdict is about normal days.
    basis
        What the window was compared with.
    usually
        When it is as usual: ``on normal days``.
    blocks
        What is compared with each other: ``days``.
    yardstick
        From what images differ: ``normal days`` or ``the reference``.
    baseline
        The normal blocks that are known; empty where none are kept.
    level
        None where it was not asked.
    of_rows
        Whether rows of a log are what counts once, and not images.
    """

    is_basis: bool
    basis: str
    usually: str
    blocks: str
    yardstick: str
    baseline: str
    level: LevelView | None
    of_rows: bool = False


def days_view(findings: RunFindings, features: Mapping[str, Measure]) -> DaysView:
    """Return what a run's page says of normal days.

    Parameters
    ----------
    features
        Plain words by column name.
    """
    baseline, level = findings.baseline, findings.level
    unit = "day" if baseline is None else baseline.unit
    return DaysView(
        is_basis=findings.basis is Basis.DAYS,
        basis=basis_words(findings),
        usually=usually(unit),
        blocks=f"{block_noun(unit)}s",
        yardstick=f"normal {block_noun(unit)}s"
        if findings.basis is Basis.DAYS
        else "the reference",
        baseline=""
        if baseline is None
        else baseline_words(baseline, tells_episodes=findings.verdict is Verdict.DRIFT),
        level=None if level is None else _level(findings, level, unit, features),
        of_rows=not findings.has_images,
    )


def _level(
    findings: RunFindings, level: Level, unit: str, features: Mapping[str, Measure]
) -> LevelView:
    since = f", since {day(level.since)}" if level.since else ""
    over = f"over {blocks_words(level.blocks, unit)}{since}" if level.blocks else "in this window"
    told = level_is_told(findings)
    return LevelView(
        stands_out=told,
        summary=level.summary,
        since=over,
        has_ranges=level.blocks > 0,
        accepted=f"accepted with the run {level.accepted_run}" if level.accepted_run else "",
        rows=tuple(_row(one, features) for one in level.columns) if told else (),
        steps=level_steps(findings) if told else (),
    )


def _row(column: LevelColumn, features: Mapping[str, Measure]) -> LevelRow:
    title = column_title(column.name, features)
    feature = features.get(column.name)
    up = column.difference > 0
    look = "" if feature is None or column.label else (feature.rises if up else feature.falls)
    way = "more" if up else "less"
    if not column.label:
        way = look or ("higher" if up else "lower")
    sign = 1 if up else -1
    low, high = sorted((sign * column.low, sign * column.high))
    return LevelRow(
        title=f"{title}: {column.label}" if column.label else title,
        difference=f"{_size(abs(column.difference), column)} {way}",
        interval=f"{_end(low, column)} to {_end(high, column)}",
        day_spread=_size(column.day_spread, column),
    )


def _size(size: float, column: LevelColumn) -> str:
    """Return a size with its unit: reference standard deviations, or points of a share."""
    if not column.label:
        return deviations(size)
    return counted(round(100 * size), "point") if size >= 0.005 else "under 1 point"


def _end(value: float, column: LevelColumn) -> str:
    number = f"{100 * value:.0f}" if column.label else f"{value:.2f}"
    return number.replace("-", "\N{MINUS SIGN}")
