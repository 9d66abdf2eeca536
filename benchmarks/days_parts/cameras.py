"""Worlds with five cameras: how often a run raises a false alarm, and is a broken one found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.days_parts.camera_world import Block, CameraWorld
from benchmarks.days_parts.cases import Case
from benchmarks.days_parts.drawing import RECORDED, Counts, ScoredPool
from benchmarks.days_parts.ours import Said
from benchmarks.days_parts.pool import CLASS_COLUMN, CONFIDENCE, Pool
from benchmarks.days_parts.worlds import CLIENTS
from drift.comparison.segments.judged import FEWEST_UNITS
from drift.days.judging.compare_days import RateShares
from drift.days.judging.segment_means import as_part
from drift.days.matrix import FamilyMeans, family_means, side_by_side
from drift.days.model.parts_course import PartsCourse
from drift.days.model.plan import NEEDED_DAYS, ModelPlan
from drift.days.model.random_effects.family_rows import rows_of, without_scores
from drift.days.model.replay import ReplayCourse
from drift.days.model.times import BlockTimes
from drift.days.model.verdict import WindowVerdict, judge
from drift.days.sums import FamilySums
from drift.observations.segments.segment_values import SegmentValue
from drift.seed import SEED
from jobs.job_file.job import DetectionSettings

USUAL_SPLIT = 0.5
"""The part of the false alarm rate that segments have in the product."""
_FAMILIES = 2
_NOTHING = FamilySums(images=0, effective=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFound:
    """Whether a fault in all images of one camera was found.

    Attributes
    ----------
    tested, untested
        With a test of each camera, and without.
    named
        Whether the camera with the fault, and no other, was called drift by itself.
    """

    fault: str
    tested: bool
    untested: bool
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CamerasSaid:
    """What was said in one world.

    Attributes
    ----------
    tested, untested
        Of each window in which nothing happened that is not normal there, with a test of each
        camera and without; empty where faults were looked for.
    found
        Of windows in which one camera has a fault.
    """

    tested: tuple[Said, ...] = ()
    untested: tuple[Said, ...] = ()
    found: tuple[CameraFound, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraMeans:
    """The mean scores of records, then windows: of all images, and of each camera.

    Attributes
    ----------
    whole, cameras
        Features and predictions.
    records
        How many rows are records.
    split
        The part of the false alarm rate that cameras have where they are tested.
    """

    whole: tuple[FamilyMeans, FamilyMeans]
    cameras: tuple[FamilyMeans, FamilyMeans]
    records: int
    split: float = USUAL_SPLIT

    @classmethod
    def of(
        cls, pool: Pool, scored: ScoredPool, records: Sequence[Block], windows: Sequence[Block]
    ) -> CameraMeans:
        """Return the means of records and windows."""
        whole = [_both(scored, sum(one[1:], one[0])) for one in (*records, *windows)]
        parts = []
        for camera in range(CLIENTS):
            own = [_both(scored, one[camera]) for one in (*records, *windows)]
            segment = SegmentValue(column="camera", value=str(camera))
            means = _means(pool, scored, own, only_locations=True)
            parts.append([as_part(segment, one) for one in means])
        return cls(
            whole=_means(pool, scored, whole),
            cameras=(
                side_by_side([one[0] for one in parts]),
                side_by_side([one[1] for one in parts]),
            ),
            records=len(records),
        )

    def course(self, times: BlockTimes, *, with_cameras: bool) -> ReplayCourse:
        """Begin a replay of the records."""
        plans = _plans(with_cameras=with_cameras, split=self.split)
        past = range(self.records)
        of_cameras = [rows_of(one, past) for one in self.cameras] if with_cameras else []
        parts = PartsCourse.of(of_cameras, times, [plans[1]] * len(of_cameras))
        whole = [rows_of(family, past) for family in self.whole]
        return ReplayCourse.of(whole, times, [plans[0]] * _FAMILIES, parts)

    def verdicts(
        self, course: ReplayCourse, times: BlockTimes, window: int, row: int
    ) -> list[WindowVerdict]:
        """Judge a window by the records that a replay has met: all images, then the cameras."""
        replayed = course.so_far()
        normal = np.flatnonzero(replayed.normal)
        when, span, at = times.take(normal), times.window(row), [self.records + window]
        with_cameras = bool(course.parts.families)
        plans = _plans(with_cameras=with_cameras, split=self.split)
        said = [
            judge(rows_of(one, normal), when, rows_of(one, at), span, calibration, plans[0])
            for one, calibration in zip(self.whole, replayed.calibrations, strict=True)
        ]
        if with_cameras:
            parts = zip(
                self.cameras, replayed.parts.calibrations, replayed.parts.left_out, strict=True
            )
            for one, calibration, out in parts:
                past = without_scores(rows_of(one, normal), out[normal])
                own = without_scores(rows_of(one, at), one.images[at] < FEWEST_UNITS)
                said.append(judge(past, when, own, span, calibration, plans[1]))
        return said


def _plans(*, with_cameras: bool, split: float) -> tuple[ModelPlan, ModelPlan]:
    detection = DetectionSettings()
    shares = RateShares.of(_FAMILIES, _FAMILIES if with_cameras else 0)
    rate, least = detection.false_alarm_rate, detection.minimum_effect
    # The product's shares are for halves.
    of_whole = (1 - split) / USUAL_SPLIT if with_cameras else 1.0
    return (
        ModelPlan(level=rate * of_whole / shares.of_whole, minimum_effect=least, seed=SEED),
        ModelPlan(
            level=rate * (split / USUAL_SPLIT) / shares.of_segments,
            minimum_effect=least,
            seed=SEED,
            needed_days=NEEDED_DAYS,
        ),
    )


def _both(scored: ScoredPool, counts: Counts) -> tuple[FamilySums, FamilySums]:
    if not counts.any():
        return _NOTHING, _NOTHING
    return scored.features.sums(counts), scored.predictions.sums(counts)


def _means(
    pool: Pool,
    scored: ScoredPool,
    blocks: Sequence[tuple[FamilySums, FamilySums]],
    *,
    only_locations: bool = False,
) -> tuple[FamilyMeans, FamilyMeans]:
    return (
        family_means(
            scored.features.scale,
            {},
            [one[0] for one in blocks],
            pool.varying,
            only_locations=only_locations,
        ),
        family_means(
            scored.predictions.scale,
            scored.reference_classes,
            [one[1] for one in blocks],
            (CONFIDENCE, CLASS_COLUMN),
            only_locations=only_locations,
        ),
    )


def cameras_said(case: Case, seed: int, pool: Pool, age: int) -> CamerasSaid:
    """Count false alarms where a record holds a part of a day, else look for faults of one camera.

    Parameters
    ----------
    age
        After so many past days faults are looked for.
    """
    if case.images(0) > RECORDED:
        return camera_alarms(case, seed, pool)
    return CamerasSaid(found=tuple(camera_faults(replace(case, blocks=age + 1), seed, pool)))


def camera_alarms(case: Case, seed: int, pool: Pool) -> CamerasSaid:
    """Judge the window of every day, but the first, by the days before it."""
    world = CameraWorld.of(case, seed, pool)
    scored = ScoredPool.of(pool, world.reference)
    means = CameraMeans.of(pool, scored, world.records, world.blocks)
    return CamerasSaid(
        tested=tuple(_said_of_all(means, case.times(), with_cameras=True)),
        untested=tuple(_said_of_all(means, case.times(), with_cameras=False)),
    )


def _said_of_all(means: CameraMeans, times: BlockTimes, *, with_cameras: bool) -> list[Said]:
    course = means.course(times, with_cameras=with_cameras)
    said = []
    for day in range(means.records):
        if course.normal:
            verdicts = means.verdicts(course, times, day, day)
            alarm = any(one.alarms for one in verdicts)
            said.append(Said(block=day, age=len(course.normal), alarm=alarm))
        course.meet(day)
    return said


def camera_faults(
    case: Case, seed: int, pool: Pool, split: float = USUAL_SPLIT
) -> list[CameraFound]:
    """Judge, for every fault, a last day on which one camera has it in all of its images.

    Parameters
    ----------
    split
        The part of the false alarm rate that cameras have.
    """
    world, age = CameraWorld.of(case, seed, pool), case.blocks - 1
    scored = ScoredPool.of(pool, world.reference)
    broken = seed % CLIENTS
    windows = [
        world.drawn(world.recipes[age], case.images(age), broken=broken, fault=fault)
        for fault in range(len(pool.faults))
    ]
    means = replace(CameraMeans.of(pool, scored, world.records[:age], windows), split=split)
    times = case.times()
    courses = [means.course(times.take(range(age)), with_cameras=one) for one in (True, False)]
    for course in courses:
        for day in range(age):
            course.meet(day)
    own = SegmentValue(column="camera", value=str(broken)).group
    found = []
    for at, name in enumerate(pool.faults):
        tested, untested = (means.verdicts(one, times, at, age) for one in courses)
        raised = {key.group for one in tested[_FAMILIES:] for key in one.alarms}
        found.append(
            CameraFound(
                fault=name,
                tested=any(one.alarms for one in tested),
                untested=any(one.alarms for one in untested),
                named=raised == {own},
            )
        )
    return found
