"""The tests of the newest days at two lengths, which share the false alarm rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drift.model_quality.judging.belief import Belief
from drift.model_quality.judging.evidence import DayEvidence, large_enough
from drift.model_quality.judging.judgement import JudgeSettings

_SAME = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
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
    found
        Whether it is a drop: at this stretch's part of the false alarm rate.
    """

    stretch: slice
    level: Level
    drop: float
    p_value: float
    found: bool


def stretch_test(
    evidence: DayEvidence, stretch: slice, level: Level, settings: JudgeSettings
) -> StretchTest:
    """Return the test of one stretch.

    Parameters
    ----------
    settings
        With the rate of this stretch alone.
    """
    drop = level.accuracy - evidence.accuracy(stretch)
    p_value = evidence.p_value(level.belief, stretch)
    return StretchTest(
        stretch=stretch,
        level=level,
        drop=drop,
        p_value=p_value,
        found=p_value < settings.false_alarm_rate and large_enough(drop, settings),
    )


def found_drop(tests: Sequence[StretchTest]) -> StretchTest | None:
    """Return the test that found a drop with the smaller p-value; of equal ones the longer."""
    found = [one for one in tests if one.found]
    if not found:
        return None
    return min(found, key=lambda one: (max(one.p_value, _SAME), one.stretch.start))


def shared_rate(settings: JudgeSettings, tests: int) -> JudgeSettings:
    """Return the settings of each of so many tests, which together keep the false alarm rate."""
    return replace(settings, false_alarm_rate=settings.false_alarm_rate / tests)
