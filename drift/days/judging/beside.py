"""A window beside normal days: what the comparison with the reference says, said about days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.compare import Comparison
from drift.comparison.describe import untested_state
from drift.comparison.joint import JointView
from drift.comparison.segments.judged import JudgedSegment
from drift.comparison.significance import Bar
from drift.days.judging.columns import DaysJudge
from drift.days.judging.compare_days import NormalDays
from drift.days.judging.joint import joint_aspect
from drift.days.judging.segment_findings import judged_segments
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.verdict import WindowVerdict, judge
from drift.days.scale import JOINT
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State


class ComparedBeside(Protocol):
    """Returns the comparison of a window with its reference."""

    def __call__(self, *, shown_only: Collection[ColumnRole] = ()) -> Comparison:
        """Return it; the families in `shown_only` are shown and not tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideNormalDays:
    """A window beside normal days.

    Attributes
    ----------
    comparison
        The comparison with every finding about days.
    verdicts
        What the model says of each family.
    smallest_shift
        The smallest shift of one number that would have been seen with 80 % power.
    segments
        What is said of each tested segment value beside its own normal days.
    """

    comparison: Comparison
    verdicts: Mapping[ColumnRole, WindowVerdict]
    smallest_shift: float | None
    segments: tuple[JudgedSegment, ...] = ()


def judge_beside_days(
    normal: NormalDays,
    compared: ComparedBeside,
    lined_up: LinedUp,
    detection: DetectionSettings,
    *,
    no_verdict: bool,
) -> BesideNormalDays:
    """Return the comparison with every finding about days; at least one block is normal.

    Parameters
    ----------
    compared
        Returns the comparison with the reference, in which the families that normal days
        judge are only shown.
    no_verdict
        Whether the data allows no verdict: every column is inconclusive then.
    """
    verdicts = _verdicts(normal)
    shares = normal.shares
    bar = Bar(detection=detection, families=shares.of_whole, no_verdict=no_verdict)
    judges = {
        family.role: DaysJudge(
            verdict=verdicts[family.role],
            bar=bar,
            blocks=[family.blocks[at] for at in normal.usual_blocks],
            window=family.window,
        )
        for family in normal.families
    }
    shifts = [one.smallest_shift for one in verdicts.values()]
    comparison = compared(shown_only=_judged_in_full(verdicts))
    return BesideNormalDays(
        comparison=_said(normal, comparison, lined_up, judges),
        verdicts=verdicts,
        smallest_shift=next((one for one in shifts if one is not None), None),
        segments=judged_segments(
            normal,
            lined_up.columns,
            {finding.name: finding for finding in comparison.findings},
            replace(bar, families=shares.of_segments),
        ),
    )


def _verdicts(normal: NormalDays) -> dict[ColumnRole, WindowVerdict]:
    return {
        family.role: judge(
            rows_of(family.past, normal.normal),
            normal.normal_times,
            family.whole_window,
            normal.span,
            calibration,
            plan,
        )
        for family, calibration, plan in zip(
            normal.families, normal.replayed.calibrations, normal.plans, strict=True
        )
    }


def _said(
    normal: NormalDays,
    comparison: Comparison,
    lined_up: LinedUp,
    judges: Mapping[ColumnRole, DaysJudge],
) -> Comparison:
    columns = {column.name: column for column in lined_up.columns}
    said = {
        finding.name: judges[columns[finding.name].role].finding(columns[finding.name], finding)
        for finding in comparison.findings
        if columns[finding.name].role in judges and untested_state(columns[finding.name]) is None
    }
    return replace(
        comparison,
        features=tuple(said.get(one.name, one) for one in comparison.features),
        view=tuple(said.get(one.name, one) for one in comparison.view),
        predictions=tuple(said.get(one.name, one) for one in comparison.predictions),
        numbers=tuple(said.get(one.name, one) for one in comparison.numbers),
        joint=_joint(normal, comparison.joint, lined_up, judges.get(ColumnRole.FEATURE)),
    )


def _joint(
    normal: NormalDays, compared: JointView | None, lined_up: LinedUp, judge: DaysJudge | None
) -> JointView | None:
    if compared is None or judge is None or JOINT not in judge.verdict.groups:
        return compared
    group = judge.verdict.groups[JOINT]
    key = group.alarms[0] if group.alarms else group.strongest
    adjusted = judge.adjusted_p_value(JOINT)
    state = judge.bar.state(adjusted, large_enough=bool(group.alarms))
    score = judge.verdict.scores[key]
    finding = replace(
        compared.finding,
        state=state,
        statistic=judge.statistic(key),
        p_value=group.p_value,
        adjusted_p_value=adjusted,
        threshold=judge.bar.detection.false_alarm_rate,
        effect=abs(score.difference),
        because="",
    )
    if state is not State.DRIFT:
        return replace(compared, finding=finding)
    scale = next(one.scale for one in normal.families if one.role is ColumnRole.FEATURE)
    rows = lined_up.rows[ColumnRole.FEATURE]
    aspect = joint_aspect(scale, key, rows, upward=score.difference > 0)
    return replace(
        compared,
        finding=replace(finding, because=aspect.because),
        reference=aspect.reference,
        current=aspect.current,
        direction=aspect.direction,
    )


def _judged_in_full(verdicts: Mapping[ColumnRole, WindowVerdict]) -> frozenset[ColumnRole]:
    """Return the families of which normal days say everything, the joint view included."""
    return frozenset(
        role
        for role, verdict in verdicts.items()
        if role is not ColumnRole.FEATURE or JOINT in verdict.groups
    )
