"""What is asked of a test before it is called drift, and which of its statistics is told of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from drift.comparison.columns.columns import Column
from drift.comparison.effects import Effect
from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What is asked of a column before it is called drift.

    Attributes
    ----------
    detection
        The job file's ``[detection]``.
    families
        Between how many families of columns the false alarm rate is divided.
    no_verdict
        Whether the data allows no verdict, such as a window of too few images.
    """

    detection: DetectionSettings
    families: int
    no_verdict: bool

    def adjusted(self, p_value: float) -> float:
        """Return a p-value that is adjusted within its family, adjusted for all families."""
        return min(1.0, p_value * self.families)

    def is_improbable(self, adjusted_p_value: float) -> bool:
        """Tell whether chance hardly explains a p-value that is adjusted for all families."""
        return adjusted_p_value < self.detection.false_alarm_rate

    def state(self, adjusted_p_value: float, *, large_enough: bool) -> State:
        """Return the state of a column or of all together.

        A quiet column is steady however few units there are; the run states what it could have
        seen.
        """
        if self.no_verdict:
            return State.INCONCLUSIVE
        is_drift = large_enough and self.is_improbable(adjusted_p_value)
        return State.DRIFT if is_drift else State.STEADY

    def least_effect(self, column: Column) -> float:
        """Return the smallest effect that matters in a column."""
        return column.least_effect or self.detection.minimum_effect


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprobableStatistics:
    """The statistics of a test that are improbable.

    Attributes
    ----------
    strength
        By statistic: how far it lies out, 0 or more on one scale for all. The others are missing.
    gives_way
        The methods whose statistic gives way to a move of the mean; see `told`.
    told_last
        The methods that are told of only where no other one is improbable and large enough.
    """

    strength: Mapping[StatisticKey, float]
    gives_way: Collection[str]
    told_last: Collection[str] = ()

    def singled_out(
        self, effects: Mapping[StatisticKey, Effect], least_effect: float
    ) -> StatisticKey | None:
        """Return the statistic that lies farthest out among those that are large enough.

        Those of `told_last` come behind the others.

        Parameters
        ----------
        effects
            By statistic.
        least_effect
            Smaller effects do not matter.

        Returns
        -------
        One that is too small where none is large enough; None where none is improbable.
        """
        ranked = sorted(
            (key for key in effects if key in self.strength),
            key=lambda one: (
                not effects[one].is_at_least(least_effect),
                one.method in self.told_last,
                -self.strength[one],
                one.text,
            ),
        )
        return ranked[0] if ranked else None

    def told(
        self, effects: Mapping[StatisticKey, Effect], least_effect: float
    ) -> StatisticKey | None:
        """Return the statistic to tell of a column: the move of its mean if that is no smaller.

        Half of the images darkened widens the spread most clearly, and people see dark images.

        Parameters
        ----------
        effects
            Of one column, by statistic.
        """
        chosen = self.singled_out(effects, least_effect)
        if chosen is None or chosen.method not in self.gives_way:
            return chosen
        moved = StatisticKey(group=chosen.group, method=LOCATION.name)
        if moved not in effects or moved not in self.strength:
            return chosen
        is_smaller = effects[moved].in_deviations < effects[chosen].in_deviations
        return chosen if is_smaller else moved
