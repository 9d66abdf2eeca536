"""What a history row keeps of normal days: what the index draws, and what people were told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reports.findings.columns import Finding
from reports.findings.days import Basis, LevelState
from reports.findings.effect_sizes import capped
from reports.findings.run import RunFindings

# So many standard deviations of a normal block hold 997 of 1,000 of them.
_BAND_DEVIATIONS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOfRun:
    """What one run knew of normal days.

    Attributes
    ----------
    basis
        What the verdict compared the window with.
    blocks, days, needed, unit
        How many normal blocks were known, of how many days, with how many days the job has
        learned, and what a block is: see `days.Baseline`. ``needed`` is 0 where no normal days are
        kept.
    level, level_summary, accepted_run
        How production differed from the reference, in a sentence, and the run with which a person
        accepted that; None and empty where it was not asked.
    usual_shifts
        By numeric column, on the basis of days: its mean on normal days, as the move against the
        reference in reference standard deviations, with its sign.
    day_spreads
        By the same columns: the standard deviation between normal blocks, in the same unit.
    episode_since
        ISO 8601: the start of the episode that the window was a part of; empty outside of one.
    """

    basis: Basis
    blocks: int = 0
    days: int = 0
    needed: int = 0
    unit: str = "day"
    level: LevelState | None = None
    level_summary: str = ""
    accepted_run: str = ""
    usual_shifts: dict[str, float] = field(default_factory=dict)
    day_spreads: dict[str, float] = field(default_factory=dict)
    episode_since: str = ""

    @property
    def is_learning(self) -> bool:
        """Whether the normal blocks were of too few days."""
        return self.days < self.needed

    @property
    def level_stands_out(self) -> bool:
        """Whether production differed from the reference and nobody had accepted that."""
        return self.level is LevelState.DIFFERS and not self.accepted_run

    def half_width(self, column: str, units: int) -> float | None:
        """Return how far a column's mean lies from the expected one on nearly all normal blocks.

        Three standard deviations: of what normal blocks differ by, and of the mean of one window.

        Parameters
        ----------
        units
            Independent images in the window; 0 where that is not known.

        Returns
        -------
        Reference standard deviations; None where the column has no expected value.
        """
        spread = self.day_spreads.get(column)
        return None if spread is None else half_width(spread, units)


def half_width(day_spread: float, units: int) -> float:
    """Return half of the band that holds a mean on nearly all normal blocks: see `DaysOfRun`."""
    return _BAND_DEVIATIONS * math.sqrt(day_spread**2 + (1 / units if units else 0.0))


def normal_days_of(findings: RunFindings) -> DaysOfRun | None:
    """Return what a run knew of normal days; None where it kept none and asked for no level."""
    baseline, level, episode = findings.baseline, findings.level, findings.episode
    if findings.basis is Basis.REFERENCE and baseline is None and level is None:
        return None
    columns = {
        column.name: column
        for column in (*findings.numbers, *findings.predictions, *findings.view, *findings.features)
    }
    usual = known_numbers({name: usual_shift(columns[name]) for name in sorted(columns)})
    spreads = {name: columns[name].beside_days for name in usual}
    return DaysOfRun(
        basis=findings.basis,
        blocks=0 if baseline is None else baseline.blocks,
        days=0 if baseline is None else baseline.known_days,
        needed=0 if baseline is None else baseline.needed,
        unit="day" if baseline is None else baseline.unit,
        level=None if level is None else level.state,
        level_summary="" if level is None else level.summary,
        accepted_run="" if level is None else level.accepted_run,
        usual_shifts=usual,
        day_spreads={name: one.day_spread for name, one in spreads.items() if one is not None},
        episode_since="" if episode is None else episode.since,
    )


def usual_shift(column: Finding) -> float | None:
    """Return the move of a column's usual mean against the reference, in the unit of its shift.

    None where the mean on normal days is not known, and where the reference is constant.
    """
    beside, reference = column.beside_days, column.reference
    if beside is None or beside.usual is None or reference is None or column.shift is None:
        return None
    if reference.mean is None or not reference.std:
        return None
    return capped((beside.usual - reference.mean) / reference.std)


def normal_days_of_document(document: Mapping[str, Any] | None) -> DaysOfRun | None:
    """Return what a stored row holds; None in rows that know no normal days.

    Raises
    ------
    ValueError, TypeError, KeyError, AttributeError
        If it holds something else.
    """
    if document is None:
        return None
    level = document.get("level")
    return DaysOfRun(
        basis=Basis(document["basis"]),
        blocks=int(document.get("blocks", 0)),
        # Rows of before knew blocks only.
        days=int(document.get("days", document.get("blocks", 0))),
        needed=int(document.get("needed", 0)),
        unit=str(document.get("unit", "day")),
        level=None if level is None else LevelState(level),
        level_summary=str(document.get("level_summary", "")),
        accepted_run=str(document.get("accepted_run", "")),
        usual_shifts=known_numbers(document.get("usual_shifts", {})),
        day_spreads=known_numbers(document.get("day_spreads", {})),
        episode_since=str(document.get("episode_since", "")),
    )


def known_numbers(values: Mapping[str, float | None]) -> dict[str, float]:
    """Return the finite ones, in their order."""
    return {
        str(name): float(value)
        for name, value in values.items()
        if value is not None and math.isfinite(value)
    }
