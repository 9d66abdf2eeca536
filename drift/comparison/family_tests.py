"""The families of columns that share the false alarm rate, and the test of one family."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from drift.comparison.columns.columns import (
    AlignedRows,
    Column,
    ColumnKind,
    ColumnRole,
    LinedUp,
)
from drift.comparison.describe import shown, untested_state
from drift.comparison.families import Family, sampled_family
from drift.comparison.gaps import widened_by_gaps
from drift.comparison.joint import joint_view, shown_joint
from drift.comparison.judge import Judge
from drift.comparison.permutation.adjustment import (
    PermutationPlan,
    permutation_test,
    untested_statistics,
)
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.power import critical_value
from drift.comparison.scoring import ScoredFamily, score_family
from drift.comparison.second_look import FamilyEvidence, FamilyView
from drift.comparison.significance import Bar
from drift.model_view.sides import ViewSides
from drift.seed import SEED
from jobs.job_file.job import DetectionSettings

FEWEST_RESAMPLES = 1_999
# With fewer draws beyond the threshold the p-value at the level would be a coarse one.
_DRAWS_BEYOND = 10
# Two units cannot be told from chance, and third moments need three.
_FEWEST_UNITS = 2


class Widening(Protocol):
    """Returns by statistic what to divide it by; those that it leaves out stay as they are."""

    def __call__(
        self, keys: Sequence[StatisticKey], *, reference_units: int, current_units: int
    ) -> Mapping[StatisticKey, float]:
        """Return the factors for windows of this size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyTest:
    """The test of one family among several that share the false alarm rate."""

    lined_up: LinedUp
    detection: DetectionSettings
    families: int
    no_verdict: bool
    widening: Widening

    def look(self, family: Family) -> FamilyView | None:
        """Return what the test says of a family; None where no column of it has a score."""
        scored = score_family(family)
        if not scored.table.keys:
            return None
        factors = self.widening(
            scored.table.keys, reference_units=family.units[0], current_units=family.units[1]
        )
        factors = widened_by_gaps(family, scored, factors)
        result = permutation_test(
            scored.table, permutation_plan(self.detection, self.families, factors)
        )
        bar = Bar(detection=self.detection, families=self.families, no_verdict=self.no_verdict)
        judge = Judge(bar=bar, result=result)
        return _view(family, scored, judge, self.lined_up)


def _view(family: Family, scored: ScoredFamily, judge: Judge, lined_up: LinedUp) -> FamilyView:
    # A number whose values were made equal is in the family still, and no longer tested; so are
    # classes that are all rare.
    piles = {
        key.group: scored.values_in_bin(family, key, judge.result.fullest_bins[key])
        for key in judge.improbable.strength
        if key in judge.result.fullest_bins
    }
    findings = {
        one.name: judge.finding(
            one, scored.sides(one.name), piles.get(one.name), scored.further_effects(one.name)
        )
        for one in _columns_of(family, lined_up)
        if one.name in judge.result.p_values
    }
    result = judge.result
    return FamilyView(
        evidence=FamilyEvidence(
            units=family.units,
            statistics={key: result.signed(key) for key in result.statistics},
            resamples=result.resamples,
            critical=result.critical,
        ),
        findings=findings,
        joint=joint_view(family, scored, judge),
    )


def shown_family(
    family: Family, lined_up: LinedUp, detection: DetectionSettings, families: int
) -> FamilyView | None:
    """Return what is shown of a family that something else judges; None where none has a score.

    Its findings hold both sides and no test; their state is steady until they are judged. That
    takes a quarter of the time of the test.
    """
    scored = score_family(family)
    if not scored.table.keys:
        return None
    groups = {key.group for key in scored.table.keys}
    return FamilyView(
        evidence=FamilyEvidence(
            units=family.units,
            statistics=untested_statistics(scored.table, SEED),
            resamples=0,
            critical=critical_value(detection.false_alarm_rate, families),
        ),
        findings={
            one.name: shown(one) for one in _columns_of(family, lined_up) if one.name in groups
        },
        joint=shown_joint(family, scored),
    )


def tested_families(lined_up: LinedUp) -> list[Family]:
    """Return the families of columns that have scores; the false alarm rate is shared by them."""
    families = []
    for role, rows in lined_up.rows.items():
        columns = [
            column
            for column in lined_up.columns
            if column.role is role and untested_state(column) is None
        ]
        names = [column.name for column in columns]
        if not names:
            continue
        family = sampled_family(
            rows,
            names,
            classes=_names(columns, ColumnKind.CLASSES),
            joint=_names(columns, ColumnKind.NUMERIC)
            if role is ColumnRole.FEATURE
            else frozenset(),
        )
        if role is ColumnRole.VIEW:
            directions = _directions(family, rows, lined_up.view)
            family = replace(family, of_view=True, directions=directions)
        if min(family.units) < 1 or sum(family.units) <= _FEWEST_UNITS:
            continue
        # Classes that are all rare have no score, and take no part where they are alone.
        if family.numbers or score_family(family).table.keys:
            families.append(family)
    return families


def _directions(
    family: Family, rows: AlignedRows, view: ViewSides | None
) -> NDArray[np.float32] | None:
    """Return where a family's units lie to the model, the window's first; None if unknown."""
    if view is None or view.seen is None:
        return None
    held_out = rows.reference.index.get_indexer(family.reference.index)
    current = view.current.index.get_indexer(family.current.index)
    return view.seen.directions(held_out, current)


def _names(columns: Sequence[Column], kind: ColumnKind) -> frozenset[str]:
    return frozenset(column.name for column in columns if column.kind is kind)


def _columns_of(family: Family, lined_up: LinedUp) -> Iterator[Column]:
    return (column for column in lined_up.columns if column.name in family.reference.columns)


def permutation_plan(
    detection: DetectionSettings, families: int, widening: Mapping[StatisticKey, float]
) -> PermutationPlan:
    """Return the plan of a family that has an equal part of the false alarm rate."""
    level = detection.false_alarm_rate / families
    return PermutationPlan(
        resamples=max(FEWEST_RESAMPLES, math.ceil(_DRAWS_BEYOND / level) - 1),
        seed=SEED,
        level=level,
        widening=widening,
    )
