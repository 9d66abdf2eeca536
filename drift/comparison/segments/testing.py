"""The segment values of a window, each tested beside the same value in the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from drift.comparison.columns.class_shares import compared_shares
from drift.comparison.columns.columns import AlignedRows, Column, ColumnKind, ColumnRole, LinedUp
from drift.comparison.columns.computed_rows import as_table
from drift.comparison.describe import shown, untested_state
from drift.comparison.effects import column_means, numeric_effects, share_effect
from drift.comparison.families import MOST_UNITS, Family, sampled_family
from drift.comparison.family_tests import Widening, permutation_plan
from drift.comparison.gaps import widened_by_gaps
from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.adjustment import PermutationPlan
from drift.comparison.scoring import ScoredFamily, score_family
from drift.comparison.segments.judged import BesideReference, JudgedSegment
from drift.comparison.segments.permuting import PartResult, permuted_parts, significant_parts
from drift.comparison.segments.sides import (
    ChosenSegments,
    FoundSegment,
    own_column,
    own_rows,
    tested_columns,
)
from drift.comparison.significance import Bar
from reports.findings.answers import State
from reports.findings.columns import Finding, Statistic
from reports.findings.effect_sizes import in_deviations

SIDES = 2
"""Half of the false alarm rate is for the window as a whole, half for its segments."""

_FEWEST_WITH_VALUES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSegment:
    """The scores of one segment value in one family of columns.

    Attributes
    ----------
    columns
        The columns that it is tested in, of all units, by name.
    rows
        Its own units.
    """

    segment: FoundSegment
    columns: Mapping[str, Column]
    rows: AlignedRows
    family: Family
    scored: ScoredFamily

    def column(self, name: str) -> Column:
        """Return a column of its own units."""
        return own_column(self.columns[name], self.rows)


Families = Sequence[Sequence[ScoredSegment]]


def scored_segments(chosen: ChosenSegments, lined_up: LinedUp) -> Families:
    """Return the scores of tested segment values; those of one family share no unit.

    A family is the values of one segment column in one family of the window's columns.
    """
    families: dict[tuple[ColumnRole, str], list[ScoredSegment]] = {}
    testable = [one.name for one in lined_up.columns if untested_state(one) is None]
    values = Counter(one.segment.column for one in chosen.tested)
    for role in lined_up.rows:
        columns = tested_columns(lined_up, role, testable)
        for segment in chosen.tested:
            # All values of a segment column together are as many units as the whole has at most.
            most = MOST_UNITS // values[segment.segment.column]
            scores = _scores(segment, lined_up, (role, columns), most)
            if scores is not None:
                families.setdefault((role, segment.segment.column), []).append(scores)
    return list(families.values())


def _scores(
    segment: FoundSegment,
    lined_up: LinedUp,
    tested: tuple[ColumnRole, Sequence[Column]],
    most: int,
) -> ScoredSegment | None:
    role, columns = tested
    if not segment.is_large_in(role):
        return None
    rows = own_rows(lined_up.rows[role], segment.places[role])
    there = _with_values(columns, rows)
    if not there:
        return None
    family = sampled_family(
        rows,
        there,
        classes=frozenset(name for name, one in there.items() if one.kind is ColumnKind.CLASSES),
        joint=frozenset(),
        most=most,
    )
    # Units without a value in any column are left out of it.
    if min(family.units) < _FEWEST_WITH_VALUES:
        return None
    # Of so few units spreads and tails hardly show anything.
    scored = score_family(family, methods=(LOCATION,), count_methods=())
    if not scored.table.keys:
        return None
    return ScoredSegment(segment=segment, columns=there, rows=rows, family=family, scored=scored)


def _with_values(columns: Sequence[Column], rows: AlignedRows) -> dict[str, Column]:
    """Return the columns of which both sides have values."""
    numbers = [one.name for one in columns if one.kind is not ColumnKind.CLASSES]
    classes = [one.name for one in columns if one.kind is ColumnKind.CLASSES]
    sides = (rows.reference, rows.current)
    tables = [as_table(side[numbers]).to_numpy(dtype=np.float64) for side in sides]
    finite = [np.isfinite(table).any(axis=0) for table in tables]
    known = dict(zip(numbers, finite[0] & finite[1], strict=True))
    known |= {name: all(side[name].notna().any() for side in sides) for name in classes}
    return {one.name: one for one in columns if known[one.name]}


def judged_beside_reference(
    families: Families, bar: Bar, widening: Widening
) -> tuple[JudgedSegment, ...]:
    """Return what is said of every tested segment value.

    Parameters
    ----------
    bar
        What is asked of a segment, with the share of the false alarm rate that each family has.
    widening
        As of `compare`; a segment's statistics are widened like those of all images.
    """
    sayers: dict[str, list[_Sayer]] = {}
    for family in families:
        plans = [_plan_of(one, bar, widening) for one in family]
        results = permuted_parts([one.scored.table for one in family], plans)
        for scores, result in zip(family, results, strict=True):
            sayer = _Sayer(scores=scores, result=result, bar=bar)
            sayers.setdefault(scores.segment.segment.group, []).append(sayer)
    return tuple(_said(own) for own in sayers.values())


def segments_would_alarm(families: Families, bar: Bar, widening: Widening) -> bool:
    """Tell whether `judged_beside_reference` would call any segment drift, in less time.

    For simulations: it asks for effects only where something is improbable.
    """
    return any(_family_alarms(family, bar, widening) for family in families)


def _family_alarms(family: Sequence[ScoredSegment], bar: Bar, widening: Widening) -> bool:
    plans = [_plan_of(one, bar, widening) for one in family]
    results = significant_parts([one.scored.table for one in family], plans)
    if results is None:
        return False
    pairs = zip(family, results, strict=True)
    return any(
        next(_Sayer(scores=scores, result=result, bar=bar).drifted(), None) is not None
        for scores, result in pairs
    )


def _plan_of(one: ScoredSegment, bar: Bar, widening: Widening) -> PermutationPlan:
    reference, current = one.family.units
    keys = one.scored.table.keys
    factors = widening(keys, reference_units=reference, current_units=current)
    factors = widened_by_gaps(one.family, one.scored, factors)
    return permutation_plan(bar.detection, bar.families, factors)


def _said(sayers: Sequence[_Sayer]) -> JudgedSegment:
    """Return what the families say together of a segment value."""
    drifted = [(sayer, one) for sayer in sayers for one in sayer.drifted()]
    drifted.sort(key=lambda one: (-_size(one[1]), one[1].name))
    first = min(sayers, key=lambda one: (one.adjusted, -one.strength))
    teller, strongest = drifted[0] if drifted else (first, first.finding(first.strongest))
    segment = first.scores.segment
    images = segment.places.get(ColumnRole.FEATURE)
    return JudgedSegment(
        segment=segment.segment,
        images=segment.images,
        days=0,
        state=State.DRIFT if drifted else first.bar.state(1.0, large_enough=False),
        p_value=min(1.0, len(sayers) * min(one.result.p_value for one in sayers)),
        adjusted_p_value=first.adjusted,
        strongest=strongest,
        drifted=tuple(one for _, one in drifted),
        reference=BesideReference(
            images=segment.reference_images,
            rows=None if images is None else images.reference,
            column=teller.scores.column(strongest.name),
        ),
    )


def _size(finding: Finding) -> float:
    return in_deviations(finding.effect or 0.0, finding.direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sayer:
    """Says what one family of columns shows of one segment value."""

    scores: ScoredSegment
    result: PartResult
    bar: Bar

    @property
    def adjusted(self) -> float:
        return self.bar.adjusted(min(self.result.adjusted_p_values.values()))

    @property
    def strongest(self) -> str:
        found = self.result.statistics
        return max(found, key=lambda key: (abs(found[key]), key.text)).group

    @property
    def strength(self) -> float:
        return max(abs(value) for value in self.result.statistics.values())

    def drifted(self) -> Iterator[Finding]:
        """Yield the columns that are improbable and far enough out."""
        for name, p_value in self.result.adjusted_p_values.items():
            if self.bar.is_improbable(self.bar.adjusted(p_value)):
                finding = self.finding(name)
                if finding.state is State.DRIFT:
                    yield finding

    def finding(self, name: str) -> Finding:
        """Return what is said of a column."""
        column = self.scores.column(name)
        if column.kind is ColumnKind.CLASSES:
            shares = compared_shares(column)
            effect = share_effect(shares.reference, shares.current)
        else:
            effect = numeric_effects(
                column.reference,
                column.current,
                self.scores.scored.sides(name),
                resolution=column.resolution,
                middles=column_means(column),
            )[LOCATION.name]
        own = {key: one for key, one in self.result.statistics.items() if key.group == name}
        key = max(own, key=lambda one: (abs(own[one]), one.text))
        adjusted = self.bar.adjusted(self.result.adjusted_p_values[name])
        large = effect.is_at_least(self.bar.least_effect(column))
        return replace(
            shown(column),
            state=self.bar.state(adjusted, large_enough=large),
            statistic=Statistic(name=key.within_group, value=own[key]),
            p_value=self.result.p_values[name],
            adjusted_p_value=adjusted,
            threshold=self.bar.detection.false_alarm_rate,
            effect=effect.size,
            direction=effect.direction,
        )
