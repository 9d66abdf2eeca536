"""What follows from several runs: trends, evidence of accepted windows, and who is told."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from reports.findings.answers import State


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendColumn:
    """A column that moves slowly across runs.

    Attributes
    ----------
    direction
        ``"up"`` or ``"down"``.
    evidence
        The column's e-value.
    shift
        The mean of its shifts since then, in reference standard deviations.
    since
        The end of the window of the first run that the alarm counts.
    """

    name: str
    direction: str
    evidence: float
    shift: float
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Slow drift across runs; it never changes the run's verdict.

    Attributes
    ----------
    state
        ``steady``, ``drift``, or ``inconclusive`` with too few runs to say.
    summary
        One plain sentence.
    runs
        How many runs it rests on: earlier ones whose windows do not overlap, and this one.
    run_length
        Without drift there are on average at least so many runs between two alarms.
    evidence
        The e-value of all columns together; an alarm is one of at least `run_length`.
    columns
        The columns that carry it, most evidence first.
    """

    state: State
    summary: str
    runs: int
    run_length: int
    evidence: float
    columns: tuple[TrendColumn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the test rested on; `drift accept` remembers it.

    Attributes
    ----------
    reference_units, current_units
        Independent images on either side: near-copies of one client in one burst are one unit.
    resamples
        How many permutations the p-values come from, none where normal days are the basis.
    statistics
        Every standardised statistic by its name; about standard normal where nothing moved. Two-
        sided ones carry the direction in their sign; one that asks for more alone, such as a tail,
        is negative where there is less than usual.
    accepted_runs
        How many accepted windows widened the null.
    signed_tails
        Whether the tails are negative where fewer images than usual lie there. Reports of versions
        that do not have this key made every tail positive.
    """

    reference_units: int
    current_units: int
    resamples: int
    statistics: dict[str, float] = field(default_factory=dict)
    accepted_runs: int = 0
    signed_tails: bool = True


class NoticeTopic(enum.StrEnum):
    """What a notice is about: each topic has a policy of its own."""

    VERDICT = "verdict"
    QUALITY = "quality"


class NoticeKind(enum.StrEnum):
    """What people are told after a run; those of the model's quality begin with ``quality_``."""

    DRIFT = "drift"
    INCONCLUSIVE = "inconclusive"
    RECOVERED = "recovered"
    REMINDER = "reminder"
    LEVEL = "level"
    QUALITY_DROPPED = "quality_dropped"
    QUALITY_REMINDER = "quality_reminder"
    QUALITY_RECOVERED = "quality_recovered"

    @property
    def topic(self) -> NoticeTopic:
        """What it is about."""
        return NoticeTopic.QUALITY if self in _OF_QUALITY else NoticeTopic.VERDICT


_OF_QUALITY = frozenset(kind for kind in NoticeKind if kind.startswith("quality_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notification that was due after the run; whether it was sent is kept elsewhere.

    Attributes
    ----------
    since
        ISO 8601: the end of the window of the first run of the state that it tells of; for
        ``recovered``, of the state that is over; for ``level``, of the first run of that level.
        The same holds for the kinds that begin with ``quality_``.
    """

    kind: NoticeKind
    since: str
