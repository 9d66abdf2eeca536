"""Comparing a window with its reference: one false alarm rate for everything that is looked at."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from drift.column_remarks import column_remarks
from drift.columns import Column, ColumnKind, ColumnRole, LinedUp
from drift.described import untested_finding, untested_state
from drift.families import Family, sampled_family
from drift.gaps import widened_by_gaps
from drift.joint_findings import JointView, joint_view
from drift.judgement import Judge
from drift.permutation.adjustment import PermutationPlan, permutation_test, significant_result
from drift.power import images_needed, smallest_effect
from drift.scoring import ScoredFamily, score_family
from drift.second_look import FamilyView, looked_at_twice
from drift.seed import SEED
from jobs.job import DetectionSettings
from reports.findings import Evidence, Finding, Multivariate, State
from reports.remarks import Remark

FEWEST_RESAMPLES = 1_999
# With fewer draws beyond the threshold the p-value at the level would be a coarse one.
_DRAWS_BEYOND = 10
# Two units cannot be told from chance, and third moments need three.
_FEWEST_UNITS = 2


class Widening(Protocol):
    """Returns by the name of a statistic what to divide it by; 1 for those that are not named."""

    def __call__(
        self, names: Sequence[str], *, reference_units: int, current_units: int
    ) -> Mapping[str, float]:
        """Return the factors for windows of this size."""


def no_widening(
    names: Sequence[str],  # noqa: ARG001 - the signature of a widening
    *,
    reference_units: int,  # noqa: ARG001
    current_units: int,  # noqa: ARG001
) -> Mapping[str, float]:
    """Return no factors: no past window was accepted."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the comparison of all columns says.

    Attributes
    ----------
    features, predictions
        One finding per column, in the order of the columns.
    joint
        What the image features say together; None where it was not tested.
    smallest_effect
        The smallest shift of one number that would have been seen with 80 % power.
    images_needed
        The window size that shows `detection.effect_to_see` with 80 % power; None where the
        reference is too small for that, or nothing was tested.
    evidence
        What the test rested on; None where nothing was tested.
    remarks
        What is odd about columns: why some were not tested, or under which names.
    """

    features: tuple[Finding, ...]
    predictions: tuple[Finding, ...]
    joint: JointView | None
    smallest_effect: float | None
    images_needed: int | None
    evidence: Evidence | None
    remarks: tuple[Remark, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All columns."""
        return self.features + self.predictions

    @property
    def has_drifted(self) -> bool:
        """Whether any column, or all image features jointly, drifted."""
        states = [finding.state for finding in self.findings]
        return State.DRIFT in states or (
            self.multivariate is not None and self.multivariate.state is State.DRIFT
        )

    @property
    def multivariate(self) -> Multivariate | None:
        """The joint finding; None where it was not tested."""
        return None if self.joint is None else self.joint.finding


def compare(
    lined_up: LinedUp,
    detection: DetectionSettings,
    *,
    no_verdict: bool = False,
    widening: Widening = no_widening,
) -> Comparison:
    """Test every column that both sides have and that can vary.

    The columns of images and those of predictions are one family each, because their rows may be
    different ones; the false alarm rate is divided between them. Within a family the units are
    permuted. A column is drift where its adjusted p-value is below the false alarm rate and its
    effect at least `detection.minimum_effect`.

    Parameters
    ----------
    lined_up
        The columns, and the rows that hold their values together.
    detection
        The job file's ``[detection]``.
    no_verdict
        Whether the data allows no verdict, as where it has fewer than `window.min_images` images:
        every column is then inconclusive.
    widening
        Returns by the name of a statistic what to divide it by, given all names and the sizes of
        the reference and the window.
    """
    families = _families(lined_up)

    def look(family: Family) -> FamilyView | None:
        scored = score_family(family)
        if not scored.table.names:
            return None
        factors = widening(
            scored.table.names, reference_units=family.units[0], current_units=family.units[1]
        )
        factors = widened_by_gaps(family, scored, factors)
        result = permutation_test(scored.table, _plan(detection, len(families), factors))
        judge = Judge(
            detection=detection,
            result=result,
            families=len(families),
            units=family.units,
            no_verdict=no_verdict,
        )
        return _view(family, scored, judge, lined_up)

    twice = (looked_at_twice(family, _resolutions(family, lined_up), look) for family in families)
    views = [view for view in twice if view is not None]
    tested = {name: one for view in views for name, one in view.findings.items()}
    judges = [view.judge for view in views]
    joint = next((view.joint for view in views if view.joint is not None), None)
    findings = {
        column.name: tested.get(column.name) or untested_finding(column)
        for column in lined_up.columns
    }
    return Comparison(
        features=_of_role(findings, lined_up, ColumnRole.FEATURE),
        predictions=_of_role(findings, lined_up, ColumnRole.PREDICTION),
        joint=joint,
        smallest_effect=_smallest_effect(judges),
        images_needed=_images_needed(judges, detection.effect_to_see),
        evidence=_evidence(judges),
        remarks=tuple(column_remarks(lined_up.columns, findings)),
    )


def only_predictions_moved(comparison: Comparison) -> bool:
    """Tell whether what drifted is what the model said, and nothing of the images."""
    predicted = State.DRIFT in [one.state for one in comparison.predictions]
    joint = comparison.multivariate
    images = [one.state for one in comparison.features] + ([] if joint is None else [joint.state])
    return predicted and State.DRIFT not in images


def would_alarm(lined_up: LinedUp, detection: DetectionSettings) -> bool:
    """Tell whether `compare` would call any column drift, in less time where none is.

    For simulations: it asks for effects only where something is improbable.
    """
    families = _families(lined_up)
    return any(_family_alarms(family, lined_up, detection, len(families)) for family in families)


def _family_alarms(
    family: Family, lined_up: LinedUp, detection: DetectionSettings, families: int
) -> bool:
    def look(family: Family) -> FamilyView | None:
        scored = score_family(family)
        plan = _plan(detection, families, widened_by_gaps(family, scored, {}))
        result = significant_result(scored.table, plan) if scored.table.names else None
        if result is None:
            return None
        judge = Judge(
            detection=detection,
            result=result,
            families=families,
            units=family.units,
            no_verdict=False,
        )
        return _view(family, scored, judge, lined_up)

    view = looked_at_twice(family, _resolutions(family, lined_up), look)
    return view is not None and view.drifts


def _view(family: Family, scored: ScoredFamily, judge: Judge, lined_up: LinedUp) -> FamilyView:
    # A number whose values were made equal is in the family still, and no longer tested; so are
    # classes that are all rare.
    findings = {
        one.name: judge.finding(one, scored.sides(one.name))
        for one in _columns_of(family, lined_up)
        if one.name in judge.result.p_values
    }
    return FamilyView(judge=judge, findings=findings, joint=joint_view(family, scored, judge))


def drift_score(finding: Finding | Multivariate) -> float:
    """Return one number that is below the finding's threshold exactly where it is drift.

    The adjusted p-value, or 1 where the difference is too small to matter or the column was not
    tested.
    """
    adjusted = finding.adjusted_p_value
    if adjusted is None or finding.threshold is None:
        return 1.0
    is_drift = finding.state is State.DRIFT
    return adjusted if is_drift or adjusted >= finding.threshold else 1.0


def _families(lined_up: LinedUp) -> list[Family]:
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
        if min(family.units) < 1 or sum(family.units) <= _FEWEST_UNITS:
            continue
        # Classes that are all rare have no score, and take no part where they are alone.
        if family.numbers or score_family(family).table.names:
            families.append(family)
    return families


def _names(columns: Sequence[Column], kind: ColumnKind) -> frozenset[str]:
    return frozenset(column.name for column in columns if column.kind is kind)


def _resolutions(family: Family, lined_up: LinedUp) -> dict[str, float]:
    numbers = set(family.numbers)
    return {one.name: one.resolution for one in lined_up.columns if one.name in numbers}


def _columns_of(family: Family, lined_up: LinedUp) -> Iterator[Column]:
    return (column for column in lined_up.columns if column.name in family.reference.columns)


def _plan(
    detection: DetectionSettings, families: int, widening: Mapping[str, float]
) -> PermutationPlan:
    level = detection.false_alarm_rate / families
    return PermutationPlan(
        resamples=max(FEWEST_RESAMPLES, math.ceil(_DRAWS_BEYOND / level) - 1),
        seed=SEED,
        level=level,
        widening=widening,
    )


def _smallest_effect(judges: Sequence[Judge]) -> float | None:
    return smallest_effect(*judges[0].units, judges[0].result.critical) if judges else None


def _images_needed(judges: Sequence[Judge], effect: float) -> int | None:
    if not judges:
        return None
    return images_needed(judges[0].units[0], judges[0].result.critical, effect)


def _evidence(judges: Sequence[Judge]) -> Evidence | None:
    if not judges:
        return None
    statistics: dict[str, float] = {}
    for judge in judges:
        statistics |= {name: judge.result.signed(name) for name in judge.result.statistics}
    return Evidence(
        reference_units=judges[0].units[0],
        current_units=judges[0].units[1],
        resamples=judges[0].result.resamples,
        statistics=statistics,
    )


def _of_role(
    findings: Mapping[str, Finding], lined_up: LinedUp, role: ColumnRole
) -> tuple[Finding, ...]:
    return tuple(findings[column.name] for column in lined_up.columns if column.role is role)
