"""A window beside normal days: what the comparison with the reference says, said about days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.compare import Comparison
from drift.comparison.describe import untested_state
from drift.comparison.joint import JointView
from drift.days.blocks import Block, BlockRecord
from drift.days.judging.columns import DaysJudge
from drift.days.judging.families import (
    DaysFamily,
    all_columns,
    days_families,
    renaming_of,
    testable_columns,
)
from drift.days.judging.joint import joint_aspect
from drift.days.model.plan import ModelPlan
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.replay import BlockEpisode, Replay, replay
from drift.days.model.times import BlockTimes, WindowBlocks
from drift.days.model.verdict import WindowVerdict, judge
from drift.days.records.known_days import KnownDays
from drift.days.scale import JOINT
from drift.seed import SEED
from jobs.job_file.job import DetectionSettings
from reports.findings.answers import State


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMarks:
    """What people said of past blocks.

    Attributes
    ----------
    levels
        By block a number that grows where a new level was accepted: int64 of shape (blocks,).
    window_level
        The window's own.
    rejected
        Which blocks never teach: bool of shape (blocks,).
    """

    levels: NDArray[np.int64]
    window_level: int
    rejected: NDArray[np.bool_]


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
    """

    comparison: Comparison
    verdicts: Mapping[ColumnRole, WindowVerdict]
    smallest_shift: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalDays:
    """The past of a window, replayed: which blocks are normal.

    Attributes
    ----------
    records, times
        All past blocks in order of time.
    rejected
        Which of them a person kept out.
    own_records
        The blocks of the window, where it has several.
    has_window
        Whether the window has anything to test.
    """

    records: tuple[BlockRecord, ...]
    times: BlockTimes
    span: WindowBlocks
    families: tuple[DaysFamily, ...]
    plans: tuple[ModelPlan, ...]
    rejected: NDArray[np.bool_]
    own_records: tuple[BlockRecord, ...]
    replayed: Replay
    has_window: bool

    @classmethod
    def of(
        cls, known: KnownDays, lined_up: LinedUp, marks: PastMarks, detection: DetectionSettings
    ) -> NormalDays:
        """Replay the past of a window for the columns that can be compared today."""
        renaming = renaming_of(lined_up)
        tested = partial(testable_columns, known, lined_up)
        families = tuple(days_families(known, tested, renaming))
        can_judge = bool(families)
        if not families:
            # Which past blocks are normal does not depend on a window that has nothing to test.
            families = tuple(days_families(known, partial(all_columns, known), renaming))
        level = detection.false_alarm_rate / max(len(families), 1)
        plan = ModelPlan(level=level, minimum_effect=detection.minimum_effect, seed=SEED)
        plans = tuple(plan for _ in families)
        times = BlockTimes(
            positions=known.positions,
            phases=known.phases,
            regimes=marks.levels,
            dates=known.dates,
        )
        return cls(
            records=known.records,
            times=times,
            span=WindowBlocks(
                positions=known.window_positions,
                phases=known.window_phases,
                weights=known.window_weights,
                regime=marks.window_level,
            ),
            families=families,
            plans=plans,
            rejected=marks.rejected,
            own_records=known.own_records,
            replayed=replay([one.past for one in families], times, marks.rejected, plans),
            has_window=can_judge,
        )

    @property
    def normal(self) -> NDArray[np.int64]:
        """The places of the blocks that teach what is normal."""
        return np.flatnonzero(self.replayed.normal)

    @property
    def number(self) -> int:
        """How many blocks teach what is normal."""
        return len(self.normal)

    @property
    def normal_times(self) -> BlockTimes:
        """When they are."""
        return self.times.take(self.normal)

    @property
    def in_episode(self) -> NDArray[np.bool_]:
        """Which past blocks are part of an episode: bool of shape (blocks,)."""
        within = np.zeros(len(self.records), dtype=np.bool_)
        for one in self.replayed.episodes:
            within[one.start : one.end] = True
        return within

    @property
    def open_episode(self) -> BlockEpisode | None:
        """The episode that goes on when the window begins."""
        return self.replayed.open_episode

    def first_unusual_block(self) -> Block | None:
        """Return the first block of the window that is part of an episode; None without one.

        A window of one block is not looked at: its verdict says it. A day that seven windows of a
        week hold is the same day in all of them.
        """
        number = len(self.own_records)
        if not number or not self.families:
            return None
        times = BlockTimes(
            positions=np.concatenate([self.times.positions, self.span.positions]),
            phases=np.concatenate([self.times.phases, self.span.phases]),
            regimes=np.concatenate([self.times.regimes, np.full(number, self.span.regime)]),
        )
        rejected = np.concatenate([self.rejected, np.zeros(number, dtype=np.bool_)])
        families = [family.past_and_own for family in self.families]
        found = replay(families, times, rejected, self.plans)
        starts = [one.start - len(self.records) for one in found.episodes]
        own = [start for start in starts if start >= 0]
        return self.own_records[own[0]].block if own else None

    def judged(
        self,
        comparison: Comparison,
        lined_up: LinedUp,
        detection: DetectionSettings,
        *,
        no_verdict: bool,
    ) -> BesideNormalDays:
        """Return the comparison with every finding about days; at least one block is normal.

        Parameters
        ----------
        comparison
            The comparison with the reference.
        no_verdict
            Whether the data allows no verdict: every column is inconclusive then.
        """
        verdicts = {
            family.role: judge(
                rows_of(family.past, self.normal),
                self.normal_times,
                family.whole_window,
                self.span,
                calibration,
                plan,
            )
            for family, calibration, plan in zip(
                self.families, self.replayed.calibrations, self.plans, strict=True
            )
        }
        judges = {
            family.role: DaysJudge(
                verdict=verdicts[family.role],
                detection=detection,
                families=len(self.families),
                blocks=[family.blocks[at] for at in self._usual],
                window=family.window,
                no_verdict=no_verdict,
            )
            for family in self.families
        }
        shifts = [one.smallest_shift for one in verdicts.values()]
        return BesideNormalDays(
            comparison=self._said(comparison, lined_up, judges),
            verdicts=verdicts,
            smallest_shift=next((one for one in shifts if one is not None), None),
        )

    @property
    def _usual(self) -> NDArray[np.int64]:
        """The normal blocks of the window's own level; of all levels where that has none yet."""
        own = self.normal[self.normal_times.regimes == self.span.regime]
        return own if len(own) else self.normal

    def _said(
        self, comparison: Comparison, lined_up: LinedUp, judges: Mapping[ColumnRole, DaysJudge]
    ) -> Comparison:
        columns = {column.name: column for column in lined_up.columns}
        said = {
            finding.name: judges[columns[finding.name].role].finding(columns[finding.name], finding)
            for finding in comparison.findings
            if columns[finding.name].role in judges
            and untested_state(columns[finding.name]) is None
        }
        return replace(
            comparison,
            features=tuple(said.get(one.name, one) for one in comparison.features),
            predictions=tuple(said.get(one.name, one) for one in comparison.predictions),
            joint=self._joint(comparison.joint, lined_up, judges.get(ColumnRole.FEATURE)),
        )

    def _joint(
        self, compared: JointView | None, lined_up: LinedUp, judge: DaysJudge | None
    ) -> JointView | None:
        if compared is None or judge is None or JOINT not in judge.verdict.groups:
            return compared
        group = judge.verdict.groups[JOINT]
        key = group.alarms[0] if group.alarms else group.strongest
        adjusted = judge.adjusted_p_value(JOINT)
        state = judge.state(adjusted, large_enough=bool(group.alarms))
        score = judge.verdict.scores[key]
        finding = replace(
            compared.finding,
            state=state,
            statistic=judge.statistic(key),
            p_value=group.p_value,
            adjusted_p_value=adjusted,
            effect=abs(score.difference),
            because="",
        )
        if state is not State.DRIFT:
            return replace(compared, finding=finding)
        scale = next(one.scale for one in self.families if one.role is ColumnRole.FEATURE)
        rows = lined_up.rows[ColumnRole.FEATURE]
        aspect = joint_aspect(scale, key, rows, upward=score.difference > 0)
        return replace(
            compared,
            finding=replace(finding, because=aspect.because),
            reference=aspect.reference,
            current=aspect.current,
            direction=aspect.direction,
        )
