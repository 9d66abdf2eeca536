"""What is said of each segment value beside its own normal days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from drift.comparison.columns.columns import Column, ColumnKind
from drift.comparison.columns.rounding import deviation_of
from drift.comparison.effects import Effect
from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.segments.judged import JudgedSegment
from drift.comparison.significance import Bar
from drift.days.judging.compare_days import NormalDays
from drift.days.judging.effects import (
    NumberBesideDays,
    number_beside_days,
    share_effect_beside_days,
)
from drift.days.judging.of_family import family_of
from drift.days.judging.segment_families import SegmentFamily, SegmentPast
from drift.days.judging.usual import outside_usual, usual_number, usual_shares
from drift.days.model.random_effects.family_rows import known_days, rows_of, without_scores
from drift.days.model.verdict import GroupVerdict, WindowVerdict, judge
from drift.days.sums import FamilySums
from reports.findings.answers import State
from reports.findings.columns import Category, Distribution, Finding, Statistic
from reports.findings.days import BesideDays
from reports.findings.effect_sizes import in_deviations

Findings = Mapping[str, Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class _JudgedFamily:
    """A family of all segment values: the model's verdict, and what is needed to say it.

    Attributes
    ----------
    left_out
        Which scores of which past blocks taught nothing, shape (blocks, scores).
    days
        On how many normal days each score is known, shape (scores,).
    """

    family: SegmentFamily
    verdict: WindowVerdict
    left_out: NDArray[np.bool_]
    days: NDArray[np.int64]

    def places_of(self, group: str) -> NDArray[np.int64]:
        """Return which scores belong to a segment value."""
        keys = self.family.means.keys
        return np.array([at for at, key in enumerate(keys) if key.group == group], dtype=np.int64)


def judged_segments(
    normal: NormalDays,
    columns: Sequence[Column],
    compared: Findings,
    bar: Bar,
) -> tuple[JudgedSegment, ...]:
    """Return what is said of every tested segment value, by images, most first.

    A value whose own normal days are too few once its unusual ones are left out is missing.

    Parameters
    ----------
    columns
        All columns of both sides.
    compared
        By column what the comparison with the reference says; its reference is shown.
    bar
        What is asked of a segment, with the share of the false alarm rate that segments have.
    """
    judged = [_judged(normal, at) for at in range(len(normal.segments.families))]
    by_name = {column.name: column for column in columns}
    found = []
    for past in normal.segments.tested:
        sayers = [
            _Sayer(
                past=past,
                judged=one,
                usual=_usual(normal, past, one),
                columns=by_name,
                compared=compared,
                bar=bar,
            )
            for one in judged
            if past.segment.group in one.verdict.groups
        ]
        if sayers:
            found.append(_said(past, sayers))
    return tuple(found)


def _judged(normal: NormalDays, at: int) -> _JudgedFamily:
    family, parts = normal.segments.families[at], normal.replayed.parts
    left_out = parts.left_out[at]
    past = without_scores(rows_of(family.past_blocks, normal.normal), left_out[normal.normal])
    verdict = judge(
        past,
        normal.normal_times,
        family.whole_window,
        normal.span,
        parts.calibrations[at],
        normal.segment_plans[at],
    )
    return _JudgedFamily(
        family=family,
        verdict=verdict,
        left_out=left_out,
        days=known_days(past, normal.normal_times),
    )


def _usual(normal: NormalDays, past: SegmentPast, judged: _JudgedFamily) -> list[FamilySums]:
    """Return the sums of a value's own normal blocks."""
    places = judged.places_of(past.segment.group)
    out: NDArray[np.bool_] = np.asarray(judged.left_out[:, places].any(axis=1))
    own = [family_of(one, judged.family.role) for one in past.blocks]
    return [own[at] for at in normal.usual_blocks if not out[at]]


def _said(past: SegmentPast, sayers: Sequence[_Sayer]) -> JudgedSegment:
    """Return what the families say together of a segment value."""
    first = min(sayers, key=lambda one: (one.group.adjusted_p_value, -one.strength))
    drifted = [finding for one in sayers for finding in one.drifted()]
    drifted.sort(key=lambda one: (-in_deviations(one.effect or 0.0, one.direction), one.name))
    state = first.bar.state(1.0, large_enough=False)
    return JudgedSegment(
        segment=past.segment,
        images=past.images,
        days=max(one.days for one in sayers),
        state=State.DRIFT if drifted else state,
        p_value=min(1.0, len(sayers) * min(one.group.p_value for one in sayers)),
        adjusted_p_value=first.adjusted,
        strongest=drifted[0] if drifted else first.finding(first.group.strongest),
        drifted=tuple(drifted),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sayer:
    """Says what one family of columns shows of one segment value.

    Attributes
    ----------
    usual
        The sums of the value's own normal blocks.
    """

    past: SegmentPast
    judged: _JudgedFamily
    usual: Sequence[FamilySums]
    columns: Mapping[str, Column]
    compared: Findings
    bar: Bar

    @property
    def group(self) -> GroupVerdict:
        return self.judged.verdict.groups[self.past.segment.group]

    @property
    def adjusted(self) -> float:
        return self.bar.adjusted(self.group.adjusted_p_value)

    @property
    def strength(self) -> float:
        return abs(self.judged.verdict.scores[self.group.strongest].z)

    @property
    def days(self) -> int:
        return int(self.judged.days[self.judged.places_of(self.past.segment.group)].max())

    def drifted(self) -> Iterator[Finding]:
        """Yield the columns that are improbable and far enough out, each once."""
        seen = set()
        scores = self.judged.verdict.scores
        for key in sorted(self.group.alarms, key=lambda one: -abs(scores[one].z)):
            if key.number in seen:
                continue
            seen.add(key.number)
            finding = self.finding(key)
            if finding.state is State.DRIFT:
                yield finding

    def finding(self, key: StatisticKey) -> Finding:
        """Return what is said of the column that a score looks at."""
        column, score = self.columns[key.number], self.judged.verdict.scores[key]
        is_number = column.kind is not ColumnKind.CLASSES
        beside = self._beside(column) if is_number else None
        effect = self._effect(column, beside, score.difference)
        large = key in self.group.alarms and effect.is_at_least(self.bar.least_effect(column))
        finding = replace(
            self.compared[column.name],
            state=self.bar.state(self.adjusted, large_enough=large),
            statistic=Statistic(name=LOCATION.name if is_number else key.method, value=score.z),
            p_value=self.group.p_value,
            adjusted_p_value=self.adjusted,
            threshold=self.bar.detection.false_alarm_rate,
            effect=effect.size,
            direction=effect.direction,
            shift=None,
            constant=None,
            note="",
        )
        shown = BesideDays(
            usual=None if beside is None else beside.usual.mean,
            difference=score.difference if beside is None else beside.moved(score.difference),
            day_spread=score.day_spread,
        )
        if is_number:
            return replace(
                finding,
                beside_days=shown,
                current=self._distribution(column),
                outside=outside_usual(self.usual, self._window, column.name),
            )
        shares = usual_shares(self.usual, column.name)
        return replace(
            finding,
            beside_days=replace(shown, usual_shares=shares),
            categories=self._categories(column, finding),
        )

    def _distribution(self, column: Column) -> Distribution:
        now, known = usual_number([self._window], column.name), self._window.columns
        return Distribution(
            count=known[column.name].known if column.name in known else 0,
            mean=None if now is None else now.mean,
            std=None if now is None else now.deviation,
        )

    def _beside(self, column: Column) -> NumberBesideDays | None:
        return number_beside_days(
            self.usual,
            self._window,
            column.name,
            deviation=deviation_of(column.reference.to_numpy()),
            resolution=column.resolution,
        )

    def _effect(self, column: Column, beside: NumberBesideDays | None, difference: float) -> Effect:
        if beside is not None:
            return beside.effect(LOCATION.name, difference)
        if column.kind is ColumnKind.CLASSES:
            usual = usual_shares(self.usual, column.name)
            return share_effect_beside_days(usual, self._window, column.name)
        return Effect(size=abs(difference), direction="up" if difference > 0 else "down")

    def _categories(self, column: Column, finding: Finding) -> tuple[Category, ...]:
        counts = self._window.classes.get(column.name, {})
        whole = max(sum(counts.values()), 1e-12)
        known = {one.name: one for one in finding.categories or ()}
        names = sorted({*known, *counts}, key=lambda one: (-counts.get(one, 0.0), one))
        return tuple(
            replace(
                known.get(name, Category(name=name, reference=0, current=0, reference_share=0.0)),
                current=round(counts.get(name, 0.0)),
                current_share=counts.get(name, 0.0) / whole,
            )
            for name in names
        )

    @property
    def _window(self) -> FamilySums:
        return family_of(self.past.window, self.judged.family.role)
