"""The tests of the newest days at two lengths, which share the false alarm rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drift.model_quality.judging.belief import Belief
from drift.model_quality.judging.evidence import DayEvidence, large_enough
from drift.model_quality.judging.judgement import JudgeSettings

_SAME = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelBefore:
    """The level that a stretch is compared with: its accuracy, and what is thought of days."""

    accuracy: float
    belief: Belief


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchTest:
    """A stretch of days against a level.

    Attributes
    ----------
    drop
        The level's accuracy less that of the stretch.
    p_value
        Of this stretch alone.
    settings
        With this stretch's part of the false alarm rate.
    """

    stretch: slice
    level: LevelBefore
    drop: float
    p_value: float
    settings: JudgeSettings

    @property
    def unlikely(self) -> bool:
        """Whether chance does not explain the drop, large or small."""
        return self.p_value < self.settings.false_alarm_rate

    @property
    def found(self) -> bool:
        """Whether the drop is told."""
        return self.unlikely and large_enough(self.drop, self.settings)


def stretch_test(
    evidence: DayEvidence, stretch: slice, level: LevelBefore, settings: JudgeSettings
) -> StretchTest:
    """Return the test of one stretch.

    Parameters
    ----------
    settings
        With the rate of this stretch alone.
    """
    return StretchTest(
        stretch=stretch,
        level=level,
        drop=level.accuracy - evidence.accuracy(stretch),
        p_value=evidence.p_value(level.belief, stretch),
        settings=settings,
    )


def most_unlikely(tests: Sequence[StretchTest]) -> StretchTest | None:
    """Return the test with the smallest p-value; of equal ones the longer; None without tests."""
    return min(tests, key=lambda one: (max(one.p_value, _SAME), one.stretch.start), default=None)


def shared_rate(settings: JudgeSettings, tests: int) -> JudgeSettings:
    """Return the settings of each of so many tests, which together keep the false alarm rate."""
    return replace(settings, false_alarm_rate=settings.false_alarm_rate / tests)
