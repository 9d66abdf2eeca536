"""From a permutation test to what is said about each column: improbable, and large enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from drift.comparison.columns.class_shares import compared_shares
from drift.comparison.columns.columns import Column, ColumnKind
from drift.comparison.columns.constants import Constant
from drift.comparison.describe import described
from drift.comparison.effects import (
    Effect,
    NormalSides,
    column_means,
    column_shift,
    near_copy_effect,
    numeric_effects,
    share_effect,
    usual_effect,
)
from drift.comparison.methods.classes import CHI_SQUARE
from drift.comparison.methods.location import LOCATION
from drift.comparison.methods.spread import SPREAD
from drift.comparison.permutation.adjustment import PermutationResult
from drift.comparison.permutation.statistic_key import StatisticKey
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from reports.findings.columns import Finding, Statistic
from reports.findings.constant_reference import ConstantReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What is asked of a column before it is called drift.

    Attributes
    ----------
    detection
        The job file's ``[detection]``.
    result
        The family's test.
    families
        Between how many families the false alarm rate is divided.
    units
        The reference's and the window's units.
    no_verdict
        Whether the data allows no verdict, such as a window of too few images.
    """

    detection: DetectionSettings
    result: PermutationResult
    families: int
    units: tuple[int, int]
    no_verdict: bool

    def finding(self, column: Column, normal: NormalSides | None) -> Finding:
        """Return what is said about a tested column.

        Parameters
        ----------
        normal
            The normal scores of a number that varies among the tested units.
        """
        effect, statistic = self._effect(column, normal)
        shown = described(column)
        adjusted = self.adjusted_p_value(column.name)
        found = None
        if column.kind is not ColumnKind.CLASSES:
            found = Constant.of(column.reference, column.resolution)
            shown = replace(shown, shift=column_shift(column, found))
        if found is not None and column.kind is ColumnKind.NUMERIC:
            shown = replace(shown, constant=found.described(column.reference, column.current))
        matters = effect.is_at_least(self._least_effect(column))
        large = matters and not _has_folders_copies(column)
        return replace(
            shown,
            state=self.state(adjusted, large_enough=large),
            statistic=statistic,
            p_value=self.result.p_values[column.name],
            adjusted_p_value=adjusted,
            threshold=self.detection.false_alarm_rate,
            effect=effect.size,
            direction=effect.direction,
            note=_note(column, shown) or self._too_small(effect, column, shown.constant),
        )

    def adjusted_p_value(self, group: str) -> float:
        """Return a group's p-value, adjusted for all groups of all families."""
        return min(1.0, self.result.adjusted_p_values[group] * self.families)

    def state(self, adjusted_p_value: float, *, large_enough: bool) -> State:
        """Return the state of a column or of all together.

        A quiet column is steady however few units there are; the run states what it could have
        seen.
        """
        if self.no_verdict:
            return State.INCONCLUSIVE
        improbable = adjusted_p_value < self.detection.false_alarm_rate
        return State.DRIFT if improbable and large_enough else State.STEADY

    def singled_out(
        self, effects: Mapping[StatisticKey, Effect], least_effect: float
    ) -> StatisticKey | None:
        """Return the statistic that is most improbable among those that are large enough.

        Parameters
        ----------
        effects
            By statistic.
        least_effect
            Smaller effects do not matter.

        Returns
        -------
        None where no statistic is improbable.
        """
        improbable = [key for key in effects if self._is_improbable(key)]
        ranked = sorted(
            improbable,
            key=lambda one: (
                not effects[one].is_at_least(least_effect),
                -self.result.statistics[one],
                one.text,
            ),
        )
        return ranked[0] if ranked else None

    def largest(self, group: str) -> StatisticKey:
        """Return a group's largest statistic."""
        own = [key for key in self.result.statistics if key.group == group]
        return max(own, key=lambda key: self.result.statistics[key])

    def statistic(self, key: StatisticKey) -> Statistic:
        """Return a statistic as a finding holds it."""
        return Statistic(name=key.within_group, value=self.result.signed(key))

    def _least_effect(self, column: Column) -> float:
        return column.least_effect or self.detection.minimum_effect

    def _effect(self, column: Column, normal: NormalSides | None) -> tuple[Effect, Statistic]:
        if column.kind is ColumnKind.CLASSES:
            key = StatisticKey(group=column.name, method=CHI_SQUARE)
            shares = compared_shares(column)
            return share_effect(shares.reference, shares.current), self.statistic(key)
        if column.kind is ColumnKind.NEAR_COPIES:
            key = self.largest(column.name)
            return near_copy_effect(column.reference, column.current), self.statistic(key)
        by_method = numeric_effects(
            column.reference,
            column.current,
            normal,
            resolution=column.resolution,
            middles=column_means(column),
        )
        effects = {
            StatisticKey(group=column.name, method=method): effect
            for method, effect in by_method.items()
        }
        singled_out = self._plainest(
            effects, self.singled_out(effects, self._least_effect(column)), column.name
        )
        if singled_out is not None:
            return effects[singled_out], self.statistic(singled_out)
        return usual_effect(by_method), self.statistic(self.largest(column.name))

    def _plainest(
        self,
        effects: Mapping[StatisticKey, Effect],
        singled_out: StatisticKey | None,
        column: str,
    ) -> StatisticKey | None:
        """Return the move of the mean where it is as improbable and larger than that of the spread.

        Half of the images darkened widens the spread most clearly, and people see dark images.
        """
        moved = StatisticKey(group=column, method=LOCATION.name)
        widened = StatisticKey(group=column, method=SPREAD.name)
        if singled_out != widened or not self._is_improbable(moved):
            return singled_out
        return moved if effects[moved].size >= effects[widened].size else widened

    def _too_small(self, effect: Effect, column: Column, constant: ConstantReference | None) -> str:
        """Return why an improbable number is no drift, where its resolution alone is the reason."""
        if self.adjusted_p_value(column.name) >= self.detection.false_alarm_rate:
            return ""
        if constant is not None:
            nearly_same = constant.images > 0 and effect.size == 0
            return below_resolution_words(column.resolution) if nearly_same else ""
        large = effect.in_deviations >= self._least_effect(column)
        hidden = large and not effect.means_anything
        return below_resolution_words(column.resolution) if hidden else ""

    def _is_improbable(self, key: StatisticKey) -> bool:
        if key not in self.result.statistics:
            return False
        adjusted = self.result.statistic_p_values[key] * self.families
        return adjusted < self.detection.false_alarm_rate


def below_resolution_words(resolution: float) -> str:
    """Return why a number that certainly moved is no drift."""
    return (
        f"It moved by no more than {resolution:g}, which is too little to mean anything for this "
        "number: that is no drift, however sure it is."
    )


def _has_folders_copies(column: Column) -> bool:
    """Tell whether a folder of reference images has the more near-copies: no change of traffic."""
    if column.kind is not ColumnKind.NEAR_COPIES or column.least_effect is None:
        return False
    return bool(column.reference.mean() >= column.current.mean())


def _note(column: Column, shown: Finding) -> str:
    if column.kind is ColumnKind.NEAR_COPIES and column.least_effect is not None:
        return (
            "Ordinary traffic has bursts of near-copies, a folder of reference images has none: it "
            "is called drift only where half of the images are copies."
        )
    return shown.note or column.note
