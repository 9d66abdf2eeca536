"""From a permutation test to what is said about each column: improbable, and large enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from drift.comparison.columns.class_shares import compared_shares
from drift.comparison.columns.columns import Column, ColumnKind
from drift.comparison.describe import shown
from drift.comparison.effects import (
    Effect,
    NormalSides,
    column_means,
    near_copy_effect,
    numeric_effects,
    share_effect,
    share_within,
    usual_effect,
)
from drift.comparison.methods.classes import CHI_SQUARE
from drift.comparison.methods.piles import PILE
from drift.comparison.methods.spread import SPREAD
from drift.comparison.methods.tails import UPPER_PART, UPPER_TAIL
from drift.comparison.permutation.adjustment import PermutationResult
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.significance import Bar, ImprobableStatistics
from reports.findings.columns import Finding, Pile, Statistic
from reports.findings.constant_reference import ConstantReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What is asked of a column before it is called drift.

    Attributes
    ----------
    bar
        What is asked of every column.
    result
        The family's test.
    """

    bar: Bar
    result: PermutationResult

    def finding(
        self,
        column: Column,
        normal: NormalSides | None,
        pile: tuple[float, float] | None = None,
        further: Mapping[str, Effect] = MappingProxyType({}),
    ) -> Finding:
        """Return what is said about a tested column.

        Parameters
        ----------
        normal
            The normal scores of a number that varies among the tested units.
        pile
            The range of the values of which the window improbably has many more.
        further
            By method how far the column moved in ways that its own numbers do not tell.
        """
        effect, statistic = self._effect(column, normal, pile, further)
        finding = shown(column)
        adjusted = self.adjusted_p_value(column.name)
        matters = effect.is_at_least(self.bar.least_effect(column))
        large = matters and not _has_folders_copies(column)
        return replace(
            finding,
            state=self.bar.state(adjusted, large_enough=large),
            statistic=statistic,
            p_value=self.result.p_values[column.name],
            adjusted_p_value=adjusted,
            threshold=self.bar.detection.false_alarm_rate,
            effect=effect.size,
            direction=effect.direction,
            pile=_pile(column, pile) if pile and effect.direction == PILE.name else None,
            note=finding.note or self._too_small(effect, column, finding.constant),
        )

    def adjusted_p_value(self, group: str) -> float:
        """Return a group's p-value, adjusted for all groups of all families."""
        return self.bar.adjusted(self.result.adjusted_p_values[group])

    @property
    def improbable(self) -> ImprobableStatistics:
        """The statistics that are improbable."""
        p_values = self.result.statistic_p_values
        return ImprobableStatistics(
            strength={
                key: value
                for key, value in self.result.statistics.items()
                if self.bar.is_improbable(self.bar.adjusted(p_values[key]))
            },
            gives_way=(SPREAD.name,),
            told_last=(PILE.name,),
        )

    def largest(self, group: str) -> StatisticKey:
        """Return a group's largest statistic."""
        own = [key for key in self.result.statistics if key.group == group]
        return max(own, key=lambda key: self.result.statistics[key])

    def statistic(self, key: StatisticKey) -> Statistic:
        """Return a statistic as a finding holds it."""
        return Statistic(name=key.within_group, value=self.result.signed(key))

    def _effect(
        self,
        column: Column,
        normal: NormalSides | None,
        pile: tuple[float, float] | None,
        further: Mapping[str, Effect],
    ) -> tuple[Effect, Statistic]:
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
            pile=pile,
        )
        # Its scores begin nearer to the middle; what is told of it is what lies far out.
        of_all = {**by_method, UPPER_PART.name: by_method[UPPER_TAIL.name], **further}
        effects = {
            StatisticKey(group=column.name, method=method): effect
            for method, effect in of_all.items()
        }
        told = self.improbable.told(effects, self.bar.least_effect(column))
        if told is not None:
            return effects[told], self.statistic(told)
        return usual_effect(by_method), self.statistic(self.largest(column.name))

    def _too_small(self, effect: Effect, column: Column, constant: ConstantReference | None) -> str:
        """Return why an improbable number is no drift, where its resolution alone is the reason."""
        if not self.bar.is_improbable(self.adjusted_p_value(column.name)):
            return ""
        if constant is not None:
            nearly_same = constant.images > 0 and effect.size == 0
            return below_resolution_words(column.resolution) if nearly_same else ""
        large = effect.in_deviations >= self.bar.least_effect(column)
        hidden = large and not effect.means_anything
        return below_resolution_words(column.resolution) if hidden else ""


def below_resolution_words(resolution: float) -> str:
    """Return why a number that certainly moved is no drift."""
    return (
        f"It moved by no more than {resolution:g}, which is too little to mean anything for this "
        "number: that is no drift, however sure it is."
    )


def _pile(column: Column, ends: tuple[float, float]) -> Pile:
    images = len(column.current)
    return Pile(
        low=ends[0],
        high=ends[1],
        images=round(images * share_within(column.current, ends)),
        expected=images * share_within(column.reference, ends),
    )


def _has_folders_copies(column: Column) -> bool:
    """Tell whether a folder of reference images has the more near-copies: no change of traffic."""
    if column.kind is not ColumnKind.NEAR_COPIES or column.least_effect is None:
        return False
    return bool(column.reference.mean() >= column.current.mean())
