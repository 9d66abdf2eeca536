"""How a window stands beside normal days, and how production differs from the reference."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Basis(enum.StrEnum):
    """What the verdict compares the window with."""

    DAYS = "days"
    REFERENCE = "reference"


IN_AN_EPISODE = "part of an episode"
"""Why a past block does not teach what is normal: a key of `Baseline.kept_out`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideDays:
    """One column of the window beside the normal days before it.

    Attributes
    ----------
    usual
        The column's mean on normal days, in its own unit; None for classes.
    usual_shares
        By class: its share on normal days; empty for numbers.
    difference
        How far the window's mean lies from where normal days lead one to expect it, in reference
        standard deviations, with its sign; for classes the change of the share that changed most.
    day_spread
        The standard deviation between normal days, in the same unit as `difference`.
    """

    usual: float | None
    difference: float
    day_spread: float
    usual_shares: dict[str, float] = field(default_factory=dict)


class LevelState(enum.StrEnum):
    """Whether production differs from the reference for good."""

    ALIKE = "alike"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelColumn:
    """How far one column lies from the reference over normal days.

    Attributes
    ----------
    difference, low, high
        The mean over days less the reference's, and its 95 % interval over days: reference
        standard deviations for numbers, a difference of shares for a class.
    day_spread
        The standard deviation between days, in the same unit.
    label
        The class that it speaks of; empty for numbers.
    """

    name: str
    difference: float
    low: float
    high: float
    day_spread: float
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How production differs from the reference, whatever today is like.

    Attributes
    ----------
    state
        ``differs`` where the interval of a column lies beyond `detection.effect_to_see`.
    blocks
        Over how many normal blocks (mostly days) it is a mean; 0 where the window alone says it.
    summary
        One plain sentence.
    columns
        The columns that differ, largest difference first; where none does, the one that is
        farthest off.
    since
        ISO 8601: the start of the first of those blocks.
    accepted_run
        The run with which a person accepted this level; empty where nobody did.
    """

    state: LevelState
    blocks: int
    summary: str
    columns: tuple[LevelColumn, ...] = ()
    since: str = ""
    accepted_run: str = ""

    @property
    def stands_out(self) -> bool:
        """Whether it differs and nobody has accepted it."""
        return self.state is LevelState.DIFFERS and not self.accepted_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The normal days that a run knew.

    Attributes
    ----------
    blocks
        How many blocks before the window teach what is normal.
    needed
        With blocks of fewer days the job is still learning.
    unit
        What a block is: ``"day"``, ``"hour"``, ``"window"`` or ``"500 rows"``.
    days
        On how many days these blocks begin; None where every block is a day of its own.
    first, last
        ISO 8601: the start of the first and the end of the last of them; empty where there is none.
    kept_out
        How many blocks do not teach, by reason; blocks before the log's first rows are not counted.
    not_made
        How many blocks the log may hold that this run had no time to measure.
    digest
        SHA-256 over the records of the blocks and the marks that were used.
    """

    blocks: int
    needed: int
    unit: str = "day"
    days: int | None = None
    first: str = ""
    last: str = ""
    kept_out: dict[str, int] = field(default_factory=dict)
    not_made: int = 0
    digest: str = ""

    @property
    def is_learning(self) -> bool:
        """Whether the normal blocks are of too few days to open an episode."""
        return self.known_days < self.needed

    @property
    def known_days(self) -> int:
        """Of how many days the normal blocks are."""
        return self.blocks if self.days is None else self.days


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A stretch of blocks that are not normal, of which this window is a part.

    Attributes
    ----------
    since
        ISO 8601: the start of its first block.
    blocks
        How many blocks it has, the window's own among them.
    columns
        What raised it.
    """

    since: str
    blocks: int
    columns: tuple[str, ...] = ()
