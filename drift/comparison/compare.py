"""Comparing a window with its reference: one false alarm rate for everything that is looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from drift.comparison.column_remarks import column_remarks
from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.describe import untested_finding
from drift.comparison.families import Family
from drift.comparison.family_tests import (
    FamilyTest,
    Widening,
    _view,
    permutation_plan,
    shown_family,
    tested_families,
)
from drift.comparison.gaps import widened_by_gaps
from drift.comparison.joint import JointView
from drift.comparison.judge import Judge
from drift.comparison.permutation.adjustment import (
    significant_result,
)
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.power import images_needed, smallest_effect
from drift.comparison.scoring import score_family
from drift.comparison.second_look import FamilyEvidence, FamilyView, looked_at_twice
from drift.comparison.significance import Bar
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State
from reports.findings.columns import Finding, Multivariate
from reports.findings.remarks import Remark
from reports.findings.runs import Evidence


def no_widening(
    keys: Sequence[StatisticKey],  # noqa: ARG001 - the signature of a widening
    *,
    reference_units: int,  # noqa: ARG001
    current_units: int,  # noqa: ARG001
) -> Mapping[StatisticKey, float]:
    """Return no factors: no past window was accepted."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the comparison of all columns says.

    Attributes
    ----------
    features, view, predictions, numbers
        One finding per column, in the order of the columns; `view` holds the scores of a model's
        view of the images.
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
    numbers: tuple[Finding, ...] = ()
    view: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All columns."""
        return self.of_images + self.predictions + self.numbers

    @property
    def of_images(self) -> tuple[Finding, ...]:
        """What is measured on the images: their features, and the scores of a model's view."""
        return self.features + self.view

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
    shown_only: Collection[ColumnRole] = (),
    shares: int = 1,
) -> Comparison:
    """Test every column that both sides have and that can vary.

    The columns of images, those of a model's view, those of predictions and the log's further
    numbers are one family each, because their rows may be different ones; the false alarm rate is
    divided between them. Within a family the units are permuted. A column is drift where its
    adjusted p-value is below the false alarm rate and its effect at least
    `detection.minimum_effect`.

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
        Returns by statistic what to divide it by, given all statistics and the sizes of the
        reference and the window.
    shown_only
        The families that normal days judge: their findings hold both sides and no test.
    shares
        Between how many equal parts the false alarm rate is divided, of which these columns have
        one.
    """
    families = tested_families(lined_up)
    test = FamilyTest(
        lined_up=lined_up,
        detection=detection,
        families=shares * len(families),
        no_verdict=no_verdict,
        widening=widening,
    )
    looked_at = (
        shown_family(family, lined_up, detection, shares * len(families))
        if _role(family, lined_up) in shown_only
        else looked_at_twice(family, _resolutions(family, lined_up), test.look)
        for family in families
    )
    views = [view for view in looked_at if view is not None]
    evidence = [view.evidence for view in views]
    tested = {name: one for view in views for name, one in view.findings.items()}
    joint = next((view.joint for view in views if view.joint is not None), None)
    findings = {one.name: tested.get(one.name) or untested_finding(one) for one in lined_up.columns}
    return Comparison(
        features=_of_role(findings, lined_up, ColumnRole.FEATURE),
        predictions=_of_role(findings, lined_up, ColumnRole.PREDICTION),
        numbers=_of_role(findings, lined_up, ColumnRole.NUMBER),
        view=_of_role(findings, lined_up, ColumnRole.VIEW),
        joint=joint,
        smallest_effect=_smallest_effect(evidence),
        images_needed=_images_needed(evidence, detection.effect_to_see),
        evidence=_evidence(evidence),
        remarks=tuple(column_remarks(lined_up.columns, findings, scored=tested)),
    )


def only_predictions_moved(comparison: Comparison) -> bool:
    """Tell whether what drifted is what the model said, and nothing that was measured."""
    predicted = State.DRIFT in [one.state for one in comparison.predictions]
    joint = comparison.multivariate
    others = [one.state for one in (*comparison.of_images, *comparison.numbers)]
    others += [] if joint is None else [joint.state]
    return predicted and State.DRIFT not in others


def would_alarm(lined_up: LinedUp, detection: DetectionSettings, *, shares: int = 1) -> bool:
    """Tell whether `compare` would call any column drift, in less time where none is.

    For simulations: it asks for effects only where something is improbable.
    """
    families = tested_families(lined_up)
    parts = shares * len(families)
    return any(_family_alarms(family, lined_up, detection, parts) for family in families)


def _family_alarms(
    family: Family, lined_up: LinedUp, detection: DetectionSettings, families: int
) -> bool:
    def look(family: Family) -> FamilyView | None:
        scored = score_family(family)
        plan = permutation_plan(detection, families, widened_by_gaps(family, scored, {}))
        result = significant_result(scored.table, plan) if scored.table.keys else None
        if result is None:
            return None
        bar = Bar(detection=detection, families=families, no_verdict=False)
        return _view(family, scored, Judge(bar=bar, result=result), lined_up)

    view = looked_at_twice(family, _resolutions(family, lined_up), look)
    return view is not None and view.drifts


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


def _role(family: Family, lined_up: LinedUp) -> ColumnRole:
    first = family.reference.columns[0]
    return next(one.role for one in lined_up.columns if one.name == first)


def _resolutions(family: Family, lined_up: LinedUp) -> dict[str, float]:
    numbers = set(family.numbers)
    return {one.name: one.resolution for one in lined_up.columns if one.name in numbers}


def _smallest_effect(found: Sequence[FamilyEvidence]) -> float | None:
    return smallest_effect(*found[0].units, found[0].critical) if found else None


def _images_needed(found: Sequence[FamilyEvidence], effect: float) -> int | None:
    return images_needed(found[0].units[0], found[0].critical, effect) if found else None


def _evidence(found: Sequence[FamilyEvidence]) -> Evidence | None:
    if not found:
        return None
    return Evidence(
        reference_units=found[0].units[0],
        current_units=found[0].units[1],
        resamples=max(one.resamples for one in found),
        statistics={key.text: value for one in found for key, value in one.statistics.items()},
    )


def _of_role(
    findings: Mapping[str, Finding], lined_up: LinedUp, role: ColumnRole
) -> tuple[Finding, ...]:
    return tuple(findings[column.name] for column in lined_up.columns if column.role is role)
