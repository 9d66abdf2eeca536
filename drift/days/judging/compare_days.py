"""Normal days before a window: its past, replayed block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.days.blocks import Block, BlockRecord
from drift.days.judging.families import (
    DaysFamily,
    all_columns,
    days_families,
    renaming_of,
    testable_columns,
)
from drift.days.judging.segment_families import SegmentFamilies, SegmentFamily, segment_families
from drift.days.model.parts_course import PartsCourse
from drift.days.model.plan import NEEDED_DAYS, ModelPlan
from drift.days.model.replay import BlockEpisode, Replay, ReplayCourse
from drift.days.model.times import BlockTimes, WindowBlocks
from drift.days.records.known_days import KnownDays
from drift.seed import SEED
from jobs.job_file.job import DetectionSettings
from reports.findings.days import IN_AN_EPISODE


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
class RateShares:
    """Between how many equal parts each side divides the false alarm rate.

    Half of it is for the window as a whole, half for its segments; all of it for the whole where no
    segment is tested. Within each half the families share equally.

    Attributes
    ----------
    of_whole, of_segments
        What a p-value that is adjusted within its family is multiplied with.
    """

    of_whole: int
    of_segments: int

    @classmethod
    def of(cls, families: int, segment_families: int) -> RateShares:
        """Return the shares for so many families of each side."""
        sides = 2 if segment_families else 1
        return cls(of_whole=sides * max(families, 1), of_segments=sides * max(segment_families, 1))


REJECTED = "rejected by a person"
UNLIKE_FIRST = "unlike the other first ones"
"""Why a block that was measured well does not teach what is normal."""


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
    course
        The replay of the past; it can go on through the blocks of the window.
    has_window
        Whether the window has anything to test.
    segments
        The parts of the traffic that are tested by themselves, and those that are not.
    segment_plans
        One per family of them.
    """

    records: tuple[BlockRecord, ...]
    times: BlockTimes
    span: WindowBlocks
    families: tuple[DaysFamily, ...]
    plans: tuple[ModelPlan, ...]
    rejected: NDArray[np.bool_]
    own_records: tuple[BlockRecord, ...]
    course: ReplayCourse
    replayed: Replay
    has_window: bool
    segments: SegmentFamilies
    segment_plans: tuple[ModelPlan, ...]

    @classmethod
    def of(
        cls, known: KnownDays, lined_up: LinedUp, marks: PastMarks, detection: DetectionSettings
    ) -> NormalDays:
        """Replay the past of a window for the columns that can be compared today."""
        renaming = renaming_of(lined_up)
        tested = partial(testable_columns, known, lined_up)
        families = tuple(days_families(known, tested, renaming))
        can_judge = bool(families)
        roles = [family.role for family in families]
        segments = segment_families(known, tested, roles, marks.rejected, renaming)
        if not families:
            # Which past blocks are normal does not depend on a window that has nothing to test.
            families = tuple(days_families(known, partial(all_columns, known), renaming))
        shares = RateShares.of(len(families), len(segments.families))
        plans = tuple(_plan_of_whole(detection, shares, one.role) for one in families)
        of_parts = tuple(
            _plan(detection, shares.of_segments, needed_days=NEEDED_DAYS) for _ in segments.families
        )
        course = _course(known, (families, plans), (segments.families, of_parts), marks)
        return cls(
            records=known.records,
            times=_times(known, marks),
            course=course,
            span=_span(known, marks),
            families=families,
            plans=plans,
            rejected=marks.rejected,
            own_records=known.own_records,
            replayed=course.so_far(len(known.records)),
            has_window=can_judge,
            segments=segments,
            segment_plans=of_parts,
        )

    @property
    def shares(self) -> RateShares:
        """How the false alarm rate is shared."""
        return RateShares.of(len(self.families), len(self.segments.families))

    @property
    def normal(self) -> NDArray[np.int64]:
        """The places of the blocks that teach what is normal."""
        return np.flatnonzero(self.replayed.normal)

    @property
    def number(self) -> int:
        """How many blocks teach what is normal."""
        return len(self.normal)

    @property
    def newest_regime(self) -> int:
        """The level of the last block that teaches; there is at least one."""
        return int(self.times.regimes[self.normal[-1]])

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
    def reasons(self) -> tuple[str, ...]:
        """Why each past block does not teach what is normal; empty where it does."""
        in_episode = self.in_episode
        return tuple(
            REJECTED
            if self.rejected[at]
            else ""
            if teaches
            else (IN_AN_EPISODE if in_episode[at] else UNLIKE_FIRST)
            for at, teaches in enumerate(self.replayed.normal)
        )

    @property
    def open_episode(self) -> BlockEpisode | None:
        """The episode that goes on when the window begins."""
        return self.replayed.open_episode

    def first_unusual_block(self) -> Block | None:
        """Return the first block of the window that is part of an episode; None without one.

        A window of one block is not looked at: its verdict says it. A day that seven windows of a
        week hold is the same day in all of them.
        """
        past = len(self.records)
        course = self.course.copy()
        for place in range(len(self.own_records)):
            course.meet(past + place)
        starts = [one.start - past for one in course.so_far().episodes]
        own = [start for start in starts if start >= 0]
        return self.own_records[own[0]].block if own else None

    @property
    def usual_blocks(self) -> NDArray[np.int64]:
        """The normal blocks of the window's own level; of all levels where that has none yet."""
        own = self.normal[self.normal_times.regimes == self.span.regime]
        return own if len(own) else self.normal


def _times(known: KnownDays, marks: PastMarks) -> BlockTimes:
    return BlockTimes(
        positions=known.positions,
        phases=known.phases,
        regimes=marks.levels,
        dates=known.dates,
    )


def _span(known: KnownDays, marks: PastMarks) -> WindowBlocks:
    return WindowBlocks(
        positions=known.window_positions,
        phases=known.window_phases,
        weights=known.window_weights,
        regime=marks.window_level,
    )


def _plan(detection: DetectionSettings, shares: int, needed_days: int = 0) -> ModelPlan:
    return ModelPlan(
        level=detection.false_alarm_rate / shares,
        minimum_effect=detection.minimum_effect,
        seed=SEED,
        needed_days=needed_days,
    )


def _plan_of_whole(detection: DetectionSettings, shares: RateShares, role: ColumnRole) -> ModelPlan:
    plan = _plan(detection, shares.of_whole)
    # A new model has looked at few of the days that the other families know well.
    return replace(plan, learns_for=NEEDED_DAYS) if role is ColumnRole.VIEW else plan


def _course(
    known: KnownDays,
    whole: tuple[Sequence[DaysFamily], Sequence[ModelPlan]],
    of_parts: tuple[Sequence[SegmentFamily], Sequence[ModelPlan]],
    marks: PastMarks,
) -> ReplayCourse:
    """Return the replay of the past blocks, which knows those of the window too."""
    own = len(known.own_records)
    regimes = np.concatenate([marks.levels, np.full(own, marks.window_level)])
    times = BlockTimes(
        positions=np.concatenate([known.positions, known.window_positions[:own]]),
        phases=np.concatenate([known.phases, known.window_phases[:own]]),
        regimes=regimes,
        dates=np.concatenate([known.dates, known.window_dates[:own]]),
    )
    parts = PartsCourse.of([one.past_and_own for one in of_parts[0]], times, of_parts[1])
    course = ReplayCourse.of([one.past_and_own for one in whole[0]], times, whole[1], parts)
    for row in np.flatnonzero(~marks.rejected).tolist():
        course.meet(row)
    return course
