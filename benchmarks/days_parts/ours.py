"""Our verdict in a simulated world: records in, replay and judgement by the product's own code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.days_parts.cases import Case, DrawnWorld
from benchmarks.days_parts.drawing import Counts, ScoredPool, table_of
from benchmarks.days_parts.pool import CLASS_COLUMN, CONFIDENCE, Pool
from benchmarks.detection_parts.our_detector import Answer, ours
from drift.across_runs.unknown_days import widened_for_unknown_days
from drift.comparison.compare import no_widening
from drift.days.matrix import FamilyMeans, family_means
from drift.days.model.plan import ModelPlan
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.replay import ReplayCourse
from drift.days.model.times import BlockTimes, WindowBlocks
from drift.days.model.verdict import WindowVerdict, judge
from drift.seed import SEED
from jobs.job_file.job import DetectionSettings

FAMILIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The mean scores of the families: records first, then windows.

    Attributes
    ----------
    families
        Features and predictions; a model's view between them where there is one.
    records
        How many rows are records.
    plans
        How each family is judged.
    """

    families: tuple[FamilyMeans, ...]
    records: int
    plans: tuple[ModelPlan, ...]

    @classmethod
    def of(
        cls, pool: Pool, scored: ScoredPool, records: Sequence[Counts], windows: Sequence[Counts]
    ) -> Means:
        """Return the means of records and windows."""
        every = [*records, *windows]
        features = family_means(
            scored.features.scale, {}, [scored.features.sums(one) for one in every], pool.varying
        )
        predictions = family_means(
            scored.predictions.scale,
            scored.reference_classes,
            [scored.predictions.sums(one) for one in every],
            (CONFIDENCE, CLASS_COLUMN),
        )
        return cls(
            families=(features, predictions), records=len(records), plans=(plan(),) * FAMILIES
        )

    def course(self, times: BlockTimes) -> ReplayCourse:
        """Begin a replay of the records."""
        past = [rows_of(family, range(self.records)) for family in self.families]
        return ReplayCourse.of(past, times, self.plans)

    def verdicts(
        self, course: ReplayCourse, times: BlockTimes, window: int, span: WindowBlocks
    ) -> list[WindowVerdict]:
        """Judge a window by the records that a replay has met."""
        replayed = course.so_far()
        normal = np.flatnonzero(replayed.normal)
        return [
            judge(
                rows_of(family, normal),
                times.take(normal),
                rows_of(family, [self.records + window]),
                span,
                calibration,
                own,
            )
            for family, calibration, own in zip(
                self.families, replayed.calibrations, self.plans, strict=True
            )
        ]


def plan(families: int = FAMILIES) -> ModelPlan:
    """Return how one of some families is judged with a job file's settings by default."""
    detection = DetectionSettings()
    return ModelPlan(
        level=detection.false_alarm_rate / families,
        minimum_effect=detection.minimum_effect,
        seed=SEED,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of one window.

    Attributes
    ----------
    block
        The block that it ends with.
    age
        How many normal blocks the verdict rests on; 0 where the comparison with the reference
        says it, widened because days are not known yet.
    alarm
        Whether it says drift.
    """

    block: int
    age: int
    alarm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedWindow:
    """All that was said of one window.

    Attributes
    ----------
    block, age
        As of `Said`.
    verdicts
        Of both families beside normal days; empty where there are none.
    compared
        The comparison with the reference, where there are none.
    """

    block: int
    age: int
    verdicts: tuple[WindowVerdict, ...] = ()
    compared: Answer | None = None

    @property
    def alarm(self) -> bool:
        """Whether it says drift."""
        compared = self.compared is not None and self.compared.alarm
        return compared or any(one.alarms for one in self.verdicts)


def said_of_all(case: Case, drawn: DrawnWorld, scored: ScoredPool) -> list[Said]:
    """Judge the window that ends with each block, by the blocks before it."""
    judged = judged_windows(case, drawn, scored)
    return [Said(block=one.block, age=one.age, alarm=one.alarm) for one in judged]


def judged_windows(
    case: Case, drawn: DrawnWorld, scored: ScoredPool, ends: Sequence[int] = ()
) -> Iterator[JudgedWindow]:
    """Yield all that is said of the windows that end with some blocks, by the blocks before each.

    Parameters
    ----------
    ends
        Rising; none for all.
    """
    ends = ends or range(case.window - 1, case.blocks)
    windows = [drawn.window(end, case.window) for end in ends]
    means = Means.of(drawn.world.pool, scored, drawn.records, windows)
    for at, one in enumerate(means_judged(case, drawn, means, ends)):
        if one.age:
            yield one
        else:
            compared = _without_days(drawn.world.pool, drawn.reference, windows[at])
            yield replace(one, compared=compared)


def means_judged(
    case: Case, drawn: DrawnWorld, means: Means, ends: Sequence[int] = ()
) -> Iterator[JudgedWindow]:
    """Yield what is said beside normal days of the windows that end with some blocks.

    Parameters
    ----------
    means
        Of the records, and of these windows.
    ends
        Rising; none for all.
    """
    ends = ends or range(case.window - 1, case.blocks)
    times = case.times()
    course = means.course(times)
    met = 0
    for at, end in enumerate(ends):
        first = end + 1 - case.window
        while met < first:
            course.meet(met)
            met += 1
        age = len(course.normal)
        if not age:
            yield JudgedWindow(block=end, age=0)
            continue
        span = WindowBlocks(
            positions=times.positions[first : end + 1],
            phases=times.phases[first : end + 1],
            weights=_weights(drawn, first, end),
            regime=int(times.regimes[end]),
        )
        verdicts = tuple(means.verdicts(course, times, at, span))
        yield JudgedWindow(block=end, age=age, verdicts=verdicts)


def _without_days(pool: Pool, reference: Counts, window: Counts) -> Answer:
    widening = partial(widened_for_unknown_days, no_widening)
    return ours(table_of(pool, reference), table_of(pool, window), widening=widening)


def _weights(drawn: DrawnWorld, first: int, end: int) -> NDArray[np.float64]:
    sizes = np.array([int(one.sum()) for one in drawn.blocks[first : end + 1]], dtype=np.float64)
    shares: NDArray[np.float64] = sizes / sizes.sum()
    return shares
