"""Whether a window differs from normal days by more than days differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.matrix import FamilyMeans
from drift.days.model.dependence.calibration import Calibration
from drift.days.model.dependence.maxima import Sizes, drawn_statistics
from drift.days.model.family_course import judgeable
from drift.days.model.plan import MOST_BLOCKS, ModelPlan
from drift.days.model.random_effects.day_fit import fit_days
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.random_effects.kernel import window_kernel
from drift.days.model.random_effects.shape_choice import chosen_shape
from drift.days.model.shown import smallest_shift
from drift.days.model.surprise import Surprise, surprise
from drift.days.model.times import BlockTimes, WindowBlocks


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreVerdict:
    """One score of the window beside normal days; means are in the unit of `FamilyMeans`.

    Attributes
    ----------
    z
        With its sign: about standard normal on normal days.
    expected
        The mean that normal days lead one to expect.
    difference
        The window's mean less that.
    day_spread
        The standard deviation between normal days.
    adjusted_p_value
        Adjusted for all scores of the family in a single step.
    """

    z: float
    expected: float
    difference: float
    day_spread: float
    adjusted_p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupVerdict:
    """The scores of one column, or of all columns jointly.

    Attributes
    ----------
    strongest
        The score that lies farthest from its expectation.
    p_value
        Adjusted for the scores of the group.
    adjusted_p_value
        Adjusted for all groups of the family, step down.
    alarms
        The scores that raise an alarm: their adjusted p-value is below the level, and they are far
        enough from their expectation to matter.
    """

    strongest: StatisticKey
    p_value: float
    adjusted_p_value: float
    alarms: tuple[StatisticKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowVerdict:
    """A family of columns of the window beside normal days.

    Attributes
    ----------
    blocks
        How many normal blocks it rests on.
    scores
        By score; those that the window or all of the past do not know are missing.
    groups
        By column, or ``"joint"``.
    critical
        What the largest z exceeds on a normal day with the plan's level.
    smallest_shift
        The smallest shift of a location that this window would have shown with 80 % power, in
        reference standard deviations: the median over the columns. None without such a column.
    """

    blocks: int
    scores: Mapping[StatisticKey, ScoreVerdict]
    groups: Mapping[str, GroupVerdict]
    critical: float
    smallest_shift: float | None

    @property
    def alarms(self) -> tuple[StatisticKey, ...]:
        """The scores that raise an alarm."""
        return tuple(key for group in self.groups.values() for key in group.alarms)


def judge(
    past: FamilyMeans,
    times: BlockTimes,
    window: FamilyMeans,
    span: WindowBlocks,
    calibration: Calibration,
    plan: ModelPlan,
) -> WindowVerdict:
    """Judge a window.

    Parameters
    ----------
    past, times
        The normal blocks before it, at least one; the last 60 of them count.
    window
        Its mean scores: one row with the same keys as `past`.
    span
        When its blocks are.
    calibration
        How well past blocks were predicted: see `replay`.
    plan
        How it is judged.
    """
    if not len(times):
        raise ValueError("There is no normal block. Expected at least one to judge a window by.")
    last = np.arange(len(times))[-MOST_BLOCKS:]
    past, times = rows_of(past, last), times.take(last)
    shape = chosen_shape(past, times)
    fit = fit_days(past, times, shape)
    expected = fit.predict(window_kernel(shape, times, span), span.regime)
    window = judgeable(past, times, window, plan)
    found = surprise(expected, window, len(times))
    keys = past.keys
    factor = calibration.factor(found.share)
    draws = drawn_statistics(past.correlations, keys, plan.draws, plan.seed)
    groups = _Groups.of(keys, found, draws)
    overall = groups.stages[0].times(factor) if groups.stages else factor
    critical = overall.quantile(plan.level)
    adjusted = overall.exceeded(np.nan_to_num(found.statistics))
    return WindowVerdict(
        blocks=len(times),
        scores={
            keys[at]: ScoreVerdict(
                z=float(found.z[at]),
                expected=float(found.expected[at]),
                difference=float(found.difference[at]),
                day_spread=float(fit.day_spreads[at]),
                adjusted_p_value=float(adjusted[at]),
            )
            for at in np.flatnonzero(found.known)
        },
        groups=groups.verdicts(factor, found, _large_enough(found, past, plan), plan.level),
        critical=critical,
        smallest_shift=smallest_shift(expected, window, critical),
    )


def _large_enough(found: Surprise, past: FamilyMeans, plan: ModelPlan) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        enough: NDArray[np.bool_] = np.abs(found.difference) >= past.matters * plan.minimum_effect
    return enough & found.known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groups:
    """The known scores by group, the group with the largest statistic first.

    `own` has the distribution of each group's largest statistic but for the day's factor, `stages`
    that of the largest one of this group and all that follow.
    """

    keys: tuple[StatisticKey, ...]
    members: tuple[NDArray[np.int64], ...]
    own: tuple[Sizes, ...]
    stages: tuple[Sizes, ...]

    @classmethod
    def of(
        cls, keys: tuple[StatisticKey, ...], found: Surprise, draws: NDArray[np.float32]
    ) -> _Groups:
        by_name: dict[str, list[int]] = {}
        for at in np.flatnonzero(found.known):
            by_name.setdefault(keys[at].group, []).append(int(at))
        ordered = sorted(by_name.values(), key=lambda some: -found.statistics[some].max())
        largest = [draws[:, some].max(axis=1).astype(np.float64) for some in ordered]
        following = largest[::-1]
        if following:
            following = list(np.maximum.accumulate(np.stack(following), axis=0))[::-1]
        return cls(
            keys=keys,
            members=tuple(np.array(some) for some in ordered),
            own=tuple(Sizes.of(one, smooth=True) for one in largest),
            stages=tuple(Sizes.of(one, smooth=True) for one in following),
        )

    def verdicts(
        self, factor: Sizes, found: Surprise, enough: NDArray[np.bool_], level: float
    ) -> dict[str, GroupVerdict]:
        """Return what is said of each group, step down (Westfall and Young 1993, 4.1)."""
        said = {}
        reached = 0.0
        for members, own, stage in zip(self.members, self.own, self.stages, strict=True):
            statistics = found.statistics[members]
            strongest = int(members[statistics.argmax()])
            stepped = stage.times(factor).exceeded(statistics)
            before, reached = reached, max(reached, float(stepped.min()))
            raised = members[(np.maximum(stepped, before) < level) & enough[members]]
            said[self.keys[strongest].group] = GroupVerdict(
                strongest=self.keys[strongest],
                p_value=float(own.times(factor).exceeded(statistics.max())),
                adjusted_p_value=reached,
                alarms=tuple(self.keys[at] for at in raised),
            )
        return said
