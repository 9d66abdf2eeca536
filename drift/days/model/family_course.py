"""One family through its blocks: what was expected of each, and how far off it was."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drift.days.matrix import FamilyMeans
from drift.days.model.dependence.calibration import Calibration
from drift.days.model.dependence.maxima import Sizes, drawn_statistics
from drift.days.model.plan import MOST_BLOCKS, ModelPlan
from drift.days.model.random_effects.day_fit import fit_days
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.random_effects.kernel import INDEPENDENT, KernelShape, window_kernel
from drift.days.model.random_effects.shape_choice import blocks_for_shape, chosen_shape
from drift.days.model.surprise import Surprise, surprise
from drift.days.model.times import BlockTimes


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
        Which scores lie beyond it and far enough from their expectation to matter.
    """

    surprise: Surprise
    sizes: Sizes
    critical: float
    alarms: NDArray[np.bool_]


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
    """

    family: FamilyMeans
    times: BlockTimes
    plan: ModelPlan
    calibration: Calibration = field(default_factory=Calibration.unknown)
    _draws: NDArray[np.float32] | None = None
    _sizes: dict[bytes, Sizes] = field(default_factory=dict)
    _shape: tuple[tuple[int, ...], KernelShape] | None = None

    def look(self, row: int, normal: list[int], *, same_shape: bool = False) -> BlockLook | None:
        """Return a block beside the normal ones; None where no score can be looked at.

        With `same_shape` days are as alike as they were last thought to be.
        """
        normal = normal[-MOST_BLOCKS:]
        past, when = rows_of(self.family, normal), self.times.take(normal)
        shape = self._last_shape if same_shape else self._shape_of(past, when, normal)
        fit = fit_days(past, when, shape)
        window = self.times.window(row)
        expected = fit.predict(window_kernel(shape, when, window), window.regime)
        found = surprise(expected, rows_of(self.family, [row]), len(normal))
        if not found.known.any():
            return None
        sizes = self._sizes_of(found.known)
        critical = sizes.times(self.calibration.factor(found.share)).quantile(self.plan.level)
        return BlockLook(
            surprise=found,
            sizes=sizes,
            critical=critical,
            alarms=alarmed(found, critical, self.family, self.plan),
        )

    def learn(self, look: BlockLook) -> None:
        """Take in how well a block was predicted."""
        self.calibration = self.calibration.seen(
            look.sizes, look.surprise.largest, look.surprise.share
        )

    def learn_of_alarm(self, look: BlockLook) -> None:
        """Take in that a block raised an alarm, by however much."""
        self.calibration = self.calibration.exceeded(look.sizes, look.critical, look.surprise.share)

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
                    self.family.correlation, self.family.keys, self.plan.draws, self.plan.seed
                )
            largest = self._draws[:, known].max(axis=1)
            self._sizes[mask] = Sizes.of(largest.astype(np.float64), smooth=True)
        return self._sizes[mask]


def alarmed(
    found: Surprise, critical: float, family: FamilyMeans, plan: ModelPlan
) -> NDArray[np.bool_]:
    """Return which scores lie beyond a critical value, and by enough to matter."""
    with np.errstate(invalid="ignore"):
        matters = np.abs(found.difference) >= family.matters * plan.minimum_effect
        return (found.statistics > critical) & matters
