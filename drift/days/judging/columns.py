"""From the model's answer to a finding for each column: improbable, and large enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from drift.comparison.columns.columns import Column, ColumnKind
from drift.comparison.columns.rounding import deviation_of
from drift.comparison.effects import Effect, usual_effect
from drift.comparison.methods.classes import CHI_SQUARE
from drift.comparison.methods.location import LOCATION
from drift.comparison.methods.spread import SPREAD
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.judging.effects import NumberBesideDays, number_beside_days, share_effect
from drift.days.judging.usual import usual_shares
from drift.days.model.verdict import WindowVerdict
from drift.days.sums import FamilySums
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from reports.findings.columns import Finding, Statistic
from reports.findings.days import BesideDays


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysJudge:
    """What is asked of a column before it is called drift beside normal days.

    Attributes
    ----------
    verdict
        What the model says of the window's family.
    families
        Between how many families the false alarm rate is divided.
    blocks
        The sums of the normal blocks that say what is usual: those of the window's level.
    window
        The window's own.
    no_verdict
        Whether the data allows no verdict.
    """

    verdict: WindowVerdict
    detection: DetectionSettings
    families: int
    blocks: Sequence[FamilySums]
    window: FamilySums
    no_verdict: bool

    def finding(self, column: Column, compared: Finding) -> Finding:
        """Return what is said of a column, from what the comparison with the reference said."""
        if column.name not in self.verdict.groups:
            return replace(
                compared,
                state=State.INCONCLUSIVE if self.no_verdict else State.STEADY,
                statistic=None,
                p_value=None,
                adjusted_p_value=None,
                threshold=None,
                note=compared.note or "Normal days say nothing of it: it is shown, not tested.",
            )
        if column.kind is ColumnKind.CLASSES:
            return self._classes(column, compared)
        return self._number(column, compared)

    def adjusted_p_value(self, group: str) -> float:
        """Return a group's p-value, adjusted for all groups of all families."""
        return min(1.0, self.verdict.groups[group].adjusted_p_value * self.families)

    def state(self, adjusted_p_value: float, *, large_enough: bool) -> State:
        """Return the state of a column or of all together."""
        if self.no_verdict:
            return State.INCONCLUSIVE
        improbable = adjusted_p_value < self.detection.false_alarm_rate
        return State.DRIFT if improbable and large_enough else State.STEADY

    def statistic(self, key: StatisticKey) -> Statistic:
        """Return a score's z-value as a finding holds it."""
        return Statistic(name=key.within_group, value=self.verdict.scores[key].z)

    def singled_out(
        self, effects: Mapping[StatisticKey, Effect], least_effect: float
    ) -> StatisticKey | None:
        """Return the most improbable score among those that are large enough; None without any."""
        improbable = [key for key in effects if self._is_improbable(key)]
        ranked = sorted(
            improbable,
            key=lambda one: (
                not effects[one].is_at_least(least_effect),
                -abs(self.verdict.scores[one].z),
                one.text,
            ),
        )
        return ranked[0] if ranked else None

    def strongest(self, group: str) -> StatisticKey:
        """Return a group's score that lies farthest from where it was expected."""
        return self.verdict.groups[group].strongest

    def _least(self, column: Column) -> float:
        return column.least_effect or self.detection.minimum_effect

    def _classes(self, column: Column, compared: Finding) -> Finding:
        usual = usual_shares(self.blocks, column.name)
        effect = share_effect(usual, self.window, column.name)
        key = self.strongest(column.name)
        score = self.verdict.scores[key]
        shown = BesideDays(
            usual=None,
            difference=score.difference,
            day_spread=score.day_spread,
            usual_shares=usual,
        )
        large = effect.is_at_least(self._least(column))
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
        chosen = self._plainest(effects, self.singled_out(effects, self._least(column)), column)
        key = chosen or self.strongest(column.name)
        effect = effects[key] if chosen else _usual_effect(effects, column.name, key)
        large = chosen is not None and effect.is_at_least(self._least(column))
        location = self.verdict.scores.get(
            StatisticKey(group=column.name, method=LOCATION.name), self.verdict.scores[key]
        )
        shown = BesideDays(
            usual=None if beside is None else beside.usual.mean,
            difference=location.difference if beside is None else beside.moved(location.difference),
            day_spread=location.day_spread,
        )
        return self._said(compared, column, effect, large, self.statistic(key), shown)

    def _effect(self, beside: NumberBesideDays | None, key: StatisticKey) -> Effect:
        difference = self.verdict.scores[key].difference
        if beside is None:
            direction = "up" if difference > 0 else "down"
            return Effect(size=abs(difference), direction=direction)
        return beside.effect(key.method, difference)

    def _plainest(
        self,
        effects: Mapping[StatisticKey, Effect],
        singled_out: StatisticKey | None,
        column: Column,
    ) -> StatisticKey | None:
        """Return the move of the mean where it is improbable too, and no smaller.

        People see dark images, not a wider spread or a longer tail.
        """
        moved = StatisticKey(group=column.name, method=LOCATION.name)
        if singled_out is None or moved not in effects or not self._is_improbable(moved):
            return singled_out
        chosen = effects[singled_out]
        return moved if effects[moved].in_deviations >= chosen.in_deviations else singled_out

    def _is_improbable(self, key: StatisticKey) -> bool:
        adjusted = self.verdict.scores[key].adjusted_p_value * self.families
        return adjusted < self.detection.false_alarm_rate

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
            state=self.state(adjusted, large_enough=large),
            statistic=statistic,
            p_value=self.verdict.groups[column.name].p_value,
            adjusted_p_value=adjusted,
            threshold=self.detection.false_alarm_rate,
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
