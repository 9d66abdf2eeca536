"""Five cameras beside a reference that knows them: is a broken one found, is a quiet day quiet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.days_parts.drawing import Counts, multinomial, table_of
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.worlds import CLIENTS, Recipe, Weather, World
from benchmarks.detection_parts.our_detector import line_up_tables
from drift.comparison.columns.columns import LinedUp
from drift.comparison.compare import compare, no_widening, would_alarm
from drift.comparison.segments.judged import JudgedSegment
from drift.comparison.segments.sides import choose_segments
from drift.comparison.segments.testing import (
    SIDES,
    judged_beside_reference,
    scored_segments,
    segments_would_alarm,
)
from drift.comparison.significance import Bar
from drift.observations.segments.segment_units import SegmentedUnits, UnitSegments
from drift.observations.segments.segment_values import SegmentValue
from jobs.job_file.job import DetectionSettings

REFERENCE_OF_CAMERA, WINDOW_OF_CAMERA = 100, 60
_CAMERA = "camera"
_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A reference and a window of five cameras, as the comparison takes them."""

    lined_up: LinedUp
    segmented: SegmentedUnits


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Whether a fault of one camera was found.

    Attributes
    ----------
    split
        The part of the false alarm rate that segments have.
    seen
        Whether anything drifted, the whole or a camera.
    named
        Whether the camera with the fault, and no other, did.
    untested
        Whether the whole drifted where no segment is tested and it has all of the rate; None where
        that was not asked.
    """

    fault: str
    split: float
    seen: bool
    named: bool
    untested: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Whether a window in which nothing happened is called drift: with segments, and without."""

    tested: bool
    untested: bool


def drawn_sides(
    pool: Pool,
    seed: int,
    *,
    broken: int = -1,
    fault: int = -1,
    sizes: tuple[int, int] = (REFERENCE_OF_CAMERA, WINDOW_OF_CAMERA),
    twins: int = 1,
) -> Sides:
    """Draw a reference and a window from one day of a world whose cameras differ for good.

    Parameters
    ----------
    broken, fault
        All images of this camera have this fault; -1 for none.
    sizes
        How many images of each camera the reference and the window have.
    twins
        So many cameras hang at each of the five places.
    """
    world = World(pool=pool, weather=Weather.MODERATE, seed=seed)
    recipe, random = world.next(), np.random.default_rng([seed, fault + 1, _SEED])
    cameras = range(CLIENTS * twins)
    reference = [_of_camera(world, recipe, at, sizes[0], random) for at in cameras]
    window = [
        _of_camera(world, recipe, at, sizes[1], random, fault if at == broken else -1)
        for at in cameras
    ]
    names = [_names(len(cameras), size) for size in sizes]
    values = {_CAMERA: UnitSegments(reference=names[0], current=names[1])}
    return Sides(
        lined_up=line_up_tables(_table(pool, reference), _table(pool, window)),
        segmented=SegmentedUnits(
            images=values,
            predictions=values,
            counts={SegmentValue(column=_CAMERA, value=str(at)): sizes[1] for at in cameras},
        ),
    )


def camera_found(
    pool: Pool, seed: int, fault: int, splits: Sequence[float], *, ask_untested: bool
) -> list[Found]:
    """Judge a window in which one camera has a fault, with each split of the false alarm rate.

    Parameters
    ----------
    ask_untested
        Whether the window is judged without segments too.
    """
    broken = seed % CLIENTS
    sides = drawn_sides(pool, seed, broken=broken, fault=fault)
    untested = would_alarm(sides.lined_up, DetectionSettings()) if ask_untested else None
    # What drifts with the largest part has p-values that say whether it does with a smaller one.
    judged = _judged(sides, _rate(max(splits)))
    found = []
    for split in splits:
        rate = _rate(split).false_alarm_rate
        drifted = [one.segment.value for one in judged if _drifts(one, rate)]
        found.append(
            Found(
                fault=pool.faults[fault],
                split=split,
                seen=bool(drifted) or would_alarm(sides.lined_up, _rate(1 - split), shares=SIDES),
                named=drifted == [str(broken)],
                untested=untested,
            )
        )
    return found


def _drifts(segment: JudgedSegment, rate: float) -> bool:
    return any(
        one.adjusted_p_value is not None and one.adjusted_p_value < rate for one in segment.drifted
    )


def quiet_window(pool: Pool, seed: int) -> Quiet:
    """Judge a window in which nothing happened, with and without segments."""
    sides, usual = drawn_sides(pool, seed), DetectionSettings()
    families = scored_segments(choose_segments(sides.segmented), sides.lined_up)
    of_segments = segments_would_alarm(families, _bar(usual, len(families)), no_widening)
    return Quiet(
        tested=of_segments or would_alarm(sides.lined_up, usual, shares=SIDES),
        untested=would_alarm(sides.lined_up, usual),
    )


def compared_once(sides: Sides, *, with_segments: bool) -> None:
    """Do what a run does with both sides, for the clock."""
    detection = DetectionSettings()
    compare(sides.lined_up, detection, shares=SIDES if with_segments else 1)
    if with_segments:
        _judged(sides, detection)


def _judged(sides: Sides, detection: DetectionSettings) -> tuple[JudgedSegment, ...]:
    families = scored_segments(choose_segments(sides.segmented), sides.lined_up)
    return judged_beside_reference(families, _bar(detection, len(families)), no_widening)


def _bar(detection: DetectionSettings, families: int) -> Bar:
    return Bar(detection=detection, families=SIDES * families, no_verdict=False)


def _rate(part: float) -> DetectionSettings:
    """Return settings under which one of two equal shares is this part of the usual rate."""
    usual = DetectionSettings()
    return DetectionSettings(false_alarm_rate=SIDES * part * usual.false_alarm_rate)


def _of_camera(
    world: World,
    recipe: Recipe,
    camera: int,
    images: int,
    random: np.random.Generator,
    fault: int = -1,
) -> Counts:
    wanted = world.pool.fault == fault
    weights = np.where(wanted, world.weights_of(recipe, camera % CLIENTS), 0.0)
    return multinomial(random, images, weights)


def _table(pool: Pool, cameras: Sequence[Counts]) -> pd.DataFrame:
    whole = pd.concat(list(map(partial(table_of, pool), cameras)), ignore_index=True)
    return whole[[name for name in whole if name in pool.varying or name not in pool.names]]


def _names(cameras: int, size: int) -> NDArray[np.object_]:
    return np.repeat(np.array([str(at) for at in range(cameras)], dtype=object), size)
