"""One family through its blocks: what was expected of each, and how far off it was."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drift.days.matrix import FamilyMeans
from drift.days.model.dependence.calibration import Calibration
from drift.days.model.dependence.maxima import Sizes, drawn_statistics
from drift.days.model.plan import MOST_BLOCKS, ModelPlan
from drift.days.model.random_effects.day_fit import fit_days
from drift.days.model.random_effects.family_rows import known_days, rows_of, without_scores
from drift.days.model.random_effects.kernel import INDEPENDENT, KernelShape, window_kernel
from drift.days.model.random_effects.shape_choice import blocks_for_shape, chosen_shape
from drift.days.model.surprise import Surprise, surprise
from drift.days.model.times import BlockTimes

BLOCKS_BACK = 2
"""An episode is over where the scores that raised it have been back for so many blocks."""
BACK_BELOW = 0.75
"""Of the critical value: a score that is back lies well below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockLook:
    """A block beside what the normal blocks before it led one to expect.

    Attributes
    ----------
    surprise
        By score.
    sizes
        How large the largest statistic is on a normal day, but for the day's factor.
    critical
        What the largest statistic exceeds on a normal day with the plan's level.
    alarms
        Which scores lie beyond it and far enough from their expectation to matter; none that is
        still learnt.
    is_telling
        Whether it says how well blocks are predicted: a score of it is learnt.
    """

    surprise: Surprise
    sizes: Sizes
    critical: float
    alarms: NDArray[np.bool_]
    is_telling: bool = True


@dataclass(slots=True, kw_only=True)
class FamilyCourse:
    """Looks at one block of a family after another.

    Attributes
    ----------
    family, times
        All blocks.
    plan
        How they are judged.
    calibration
        What the blocks so far say of predictions.
    left_out
        Which scores of which blocks teach nothing although their block does, bool of shape
        (blocks, scores).
    """

    family: FamilyMeans
    times: BlockTimes
    plan: ModelPlan
    calibration: Calibration = field(default_factory=Calibration.unknown)
    left_out: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.bool_))
    _draws: NDArray[np.float32] | None = None
    _sizes: dict[bytes, Sizes] = field(default_factory=dict)
    _shape: tuple[tuple[int, ...], KernelShape] | None = None

    def __post_init__(self) -> None:
        if not self.left_out.size:
            self.left_out = np.zeros(self.family.means.shape, dtype=np.bool_)

    def look(self, row: int, normal: list[int], *, same_shape: bool = False) -> BlockLook | None:
        """Return a block beside the normal ones; None where no score can be looked at.

        With `same_shape` days are as alike as they were last thought to be.
        """
        normal = normal[-MOST_BLOCKS:]
        past = without_scores(rows_of(self.family, normal), self.left_out[normal])
        when = self.times.take(normal)
        shape = self._last_shape if same_shape else self._shape_of(past, when, normal)
        fit = fit_days(past, when, shape)
        window = self.times.window(row)
        expected = fit.predict(window_kernel(shape, when, window), window.regime)
        own = judgeable(past, when, rows_of(self.family, [row]), self.plan)
        found = surprise(expected, own, len(normal))
        if not found.known.any():
            return None
        sizes = self._sizes_of(found.known)
        critical = sizes.times(self.calibration.factor(found.share)).quantile(self.plan.level)
        learnt = self._learnt(past, when) & found.known
        return BlockLook(
            surprise=found,
            sizes=sizes,
            critical=critical,
            alarms=alarmed(found, critical, self.family, self.plan) & learnt,
            is_telling=bool(learnt.any()),
        )

    def learn(self, look: BlockLook, among: NDArray[np.bool_] | None = None) -> None:
        """Take in how well a block was predicted.

        Parameters
        ----------
        among
            The scores that count, shape (scores,); None for all.
        """
        if not look.is_telling:
            return
        sizes, largest = look.sizes, look.surprise.largest
        if among is not None and (look.surprise.known & ~among).any():
            some = look.surprise.known & among
            if not some.any():
                return
            sizes, largest = self._sizes_of(some), float(look.surprise.statistics[some].max())
        self.calibration = self.calibration.seen(sizes, largest, look.surprise.share)

    def learn_of_alarm(self, look: BlockLook) -> None:
        """Take in that a block raised an alarm, by however much."""
        self.calibration = self.calibration.exceeded(look.sizes, look.critical, look.surprise.share)

    def places_of(self, groups: Collection[str]) -> NDArray[np.bool_]:
        """Return which scores belong to some groups, shape (scores,)."""
        return np.array([key.group in groups for key in self.family.keys], dtype=np.bool_)

    def leave_out(self, rows: list[int], group: str, *, is_out: bool) -> None:
        """Let a group's scores of some blocks teach nothing, or let them teach again."""
        changed = self.left_out.copy()
        for row in rows:
            changed[row, self.places_of((group,))] = is_out
        self.left_out = changed

    def _learnt(self, past: FamilyMeans, when: BlockTimes) -> NDArray[np.bool_]:
        """Return which scores are known on enough days, shape (scores,)."""
        if not self.plan.learns_for:
            return np.ones(len(past.keys), dtype=np.bool_)
        learnt: NDArray[np.bool_] = known_days(past, when) >= self.plan.learns_for
        return learnt

    @property
    def _last_shape(self) -> KernelShape:
        return INDEPENDENT if self._shape is None else self._shape[1]

    def _shape_of(self, past: FamilyMeans, when: BlockTimes, normal: list[int]) -> KernelShape:
        used = tuple(normal[: blocks_for_shape(len(normal))])
        if self._shape is None or self._shape[0] != used:
            self._shape = used, chosen_shape(past, when)
        return self._shape[1]

    def _sizes_of(self, known: NDArray[np.bool_]) -> Sizes:
        mask = known.tobytes()
        if mask not in self._sizes:
            if self._draws is None:
                self._draws = drawn_statistics(
                    self.family.correlations, self.family.keys, self.plan.draws, self.plan.seed
                )
            largest = self._draws[:, known].max(axis=1)
            self._sizes[mask] = Sizes.of(largest.astype(np.float64), smooth=True)
        return self._sizes[mask]


def judgeable(
    past: FamilyMeans, times: BlockTimes, window: FamilyMeans, plan: ModelPlan
) -> FamilyMeans:
    """Return a window without the scores of which too few past days are known to judge them."""
    if not plan.needed_days:
        return window
    return without_scores(window, known_days(past, times) < plan.needed_days)


def alarmed(
    found: Surprise, critical: float, family: FamilyMeans, plan: ModelPlan
) -> NDArray[np.bool_]:
    """Return which scores lie beyond a critical value, and by enough to matter."""
    with np.errstate(invalid="ignore"):
        matters = np.abs(found.difference) >= family.matters * plan.minimum_effect
        return (found.statistics > critical) & matters
