"""From the model's answer to a finding for each column: improbable, and large enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from drift.comparison.columns.columns import Column, ColumnKind, ColumnRole
from drift.comparison.columns.rounding import deviation_of
from drift.comparison.effects import Effect, untested_effect, usual_effect
from drift.comparison.judge import below_resolution_words
from drift.comparison.methods.classes import CHI_SQUARE
from drift.comparison.methods.location import LOCATION
from drift.comparison.methods.spread import SPREAD
from drift.comparison.methods.tails import LOWER_TAIL, UPPER_TAIL
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.significance import Bar, ImprobableStatistics
from drift.days.judging.effects import (
    NumberBesideDays,
    number_beside_days,
    share_effect_beside_days,
)
from drift.days.judging.usual import outside_usual, usual_shares
from drift.days.model.verdict import WindowVerdict
from drift.days.sums import FamilySums
from reports.findings.answers import State
from reports.findings.columns import Finding, Statistic
from reports.findings.days import BesideDays
from reports.findings.effect_sizes import COMMON_DIRECTION, capped

_NOT_KNOWN = "Normal days say nothing of it: it is shown, not tested."
_NOT_SEEN = (
    "The model has not looked at normal days yet, or at too few images of this window: it is "
    "shown, not tested."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysJudge:
    """What is asked of a column before it is called drift beside normal days.

    Attributes
    ----------
    verdict
        What the model says of the window's family.
    bar
        What is asked of every column.
    blocks
        The sums of the normal blocks that say what is usual: those of the window's level.
    window
        The window's own.
    """

    verdict: WindowVerdict
    bar: Bar
    blocks: Sequence[FamilySums]
    window: FamilySums

    def finding(self, column: Column, compared: Finding) -> Finding:
        """Return what is said of a column, from what the comparison with the reference said."""
        if column.name not in self.verdict.groups:
            return self._shown(column, compared)
        if column.kind is ColumnKind.CLASSES:
            return self._classes(column, compared)
        return self._number(column, compared)

    def _shown(self, column: Column, compared: Finding) -> Finding:
        """Return what is said of a column of which normal days say nothing."""
        is_comparable = compared.state is State.STEADY and compared.effect is None
        moved = untested_effect(column) if is_comparable else None
        return replace(
            compared,
            state=self.bar.state(1.0, large_enough=False),
            statistic=None,
            p_value=None,
            adjusted_p_value=None,
            threshold=None,
            effect=compared.effect if moved is None else moved.size,
            direction=compared.direction if moved is None else moved.direction,
            note=compared.note or (_NOT_SEEN if column.role is ColumnRole.VIEW else _NOT_KNOWN),
        )

    def adjusted_p_value(self, group: str) -> float:
        """Return a group's p-value, adjusted for all groups of all families."""
        return self.bar.adjusted(self.verdict.groups[group].adjusted_p_value)

    def statistic(self, key: StatisticKey) -> Statistic:
        """Return a score's z-value as a finding holds it."""
        return Statistic(name=key.within_group, value=self.verdict.scores[key].z)

    @property
    def improbable(self) -> ImprobableStatistics:
        """The scores that are improbable."""
        return ImprobableStatistics(
            strength={
                key: abs(one.z)
                for key, one in self.verdict.scores.items()
                if self.bar.is_improbable(self.bar.adjusted(one.adjusted_p_value))
            },
            gives_way=(SPREAD.name, UPPER_TAIL.name, LOWER_TAIL.name),
        )

    def strongest(self, group: str) -> StatisticKey:
        """Return a group's score that lies farthest from where it was expected."""
        return self.verdict.groups[group].strongest

    def _classes(self, column: Column, compared: Finding) -> Finding:
        usual = usual_shares(self.blocks, column.name)
        effect = share_effect_beside_days(usual, self.window, column.name)
        key = self.strongest(column.name)
        score = self.verdict.scores[key]
        shown = BesideDays(
            usual=None,
            difference=score.difference,
            day_spread=score.day_spread,
            usual_shares=usual,
        )
        large = effect.is_at_least(self.bar.least_effect(column))
        statistic = Statistic(name=CHI_SQUARE, value=score.z)
        return self._said(compared, column, effect, large, statistic, shown)

    def _number(self, column: Column, compared: Finding) -> Finding:
        beside = number_beside_days(
            self.blocks,
            self.window,
            column.name,
            deviation=deviation_of(column.reference.to_numpy()),
            resolution=column.resolution,
        )
        own = [key for key in self.verdict.scores if key.group == column.name]
        effects = {key: self._effect(beside, key) for key in own}
        chosen = self.improbable.told(effects, self.bar.least_effect(column))
        key = chosen or self.strongest(column.name)
        effect = effects[key] if chosen else _usual_effect(effects, column.name, key)
        large = chosen is not None and effect.is_at_least(self.bar.least_effect(column))
        location = self.verdict.scores.get(
            StatisticKey(group=column.name, method=LOCATION.name), self.verdict.scores[key]
        )
        shown = BesideDays(
            usual=None if beside is None else beside.usual.mean,
            difference=location.difference if beside is None else beside.moved(location.difference),
            day_spread=location.day_spread,
        )
        finding = self._said(compared, column, effect, large, self.statistic(key), shown)
        return replace(
            finding,
            note=finding.note or self._too_small(column, effect, chosen),
            outside=outside_usual(self.blocks, self.window, column.name),
        )

    def _too_small(self, column: Column, effect: Effect, chosen: StatisticKey | None) -> str:
        """Return why an improbable number is no drift, where its resolution alone is the reason."""
        large = effect.in_deviations >= self.bar.least_effect(column)
        hidden = chosen is not None and large and not effect.means_anything
        return below_resolution_words(column.resolution) if hidden else ""

    def _effect(self, beside: NumberBesideDays | None, key: StatisticKey) -> Effect:
        difference = self.verdict.scores[key].difference
        if key.method == COMMON_DIRECTION:
            # How far the embeddings moved, which the novelty itself need not have done.
            return Effect(size=capped(difference), direction=self._way_of_mean(key.group))
        if beside is None:
            direction = "up" if difference > 0 else "down"
            return Effect(size=abs(difference), direction=direction)
        return beside.effect(key.method, difference)

    def _way_of_mean(self, group: str) -> str:
        """Return which way a column's mean moved, so that nobody calls less novel images more so.

        Where normal days had images of a new class, a day without them lies off as well.
        """
        mean = self.verdict.scores.get(StatisticKey(group=group, method=LOCATION.name))
        return "down" if mean is not None and mean.difference < 0 else "up"

    def _said(
        self,
        compared: Finding,
        column: Column,
        effect: Effect,
        large: bool,
        statistic: Statistic,
        shown: BesideDays,
    ) -> Finding:
        adjusted = self.adjusted_p_value(column.name)
        return replace(
            compared,
            state=self.bar.state(adjusted, large_enough=large),
            statistic=statistic,
            p_value=self.verdict.groups[column.name].p_value,
            adjusted_p_value=adjusted,
            threshold=self.bar.detection.false_alarm_rate,
            effect=effect.size,
            direction=effect.direction,
            beside_days=shown,
        )


def _usual_effect(
    effects: Mapping[StatisticKey, Effect], column: str, strongest: StatisticKey
) -> Effect:
    """Return what to say of a quiet column: how far its mean moved, or else its spread."""
    by_method = {key.method: effect for key, effect in effects.items() if key.group == column}
    if LOCATION.name in by_method and SPREAD.name in by_method:
        return usual_effect(by_method)
    return by_method.get(LOCATION.name, effects[strongest])
