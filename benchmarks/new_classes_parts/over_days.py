"""Windows with a new class, beside normal days that do not have it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.days_parts.ours import plan
from benchmarks.new_classes_parts.trials import Alarms, Cell, Places, Pool
from drift.days.matrix import FamilyMeans, family_means
from drift.days.model.plan import NEEDED_DAYS
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.replay import replay
from drift.days.model.times import BlockTimes
from drift.days.model.verdict import WindowVerdict, judge
from drift.days.records.measured.scales import SeenReference, view_scale
from drift.days.scale import ReferenceScale
from drift.days.sums import FamilySums
from drift.model_view.nearness import Directions
from drift.model_view.scale import NoViewScale, ViewScale

_MOVING_AXES = 8
_FEWEST_FOR_DAYS = 300
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days before a window.

    Attributes
    ----------
    number
        How many there are.
    differ
        By how much days differ: the standard deviation between days, in that of images, of the mean
        along each of the eight widest axes of what the model sees.
    persistence
        The correlation of neighbouring days.
    """

    number: int
    differ: float
    persistence: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnDays:
    """The images of one trial.

    Attributes
    ----------
    reference
        Which images the reference has.
    blocks
        Those of each day, and of the window, which is the last; an image may come again.
    """

    reference: Places
    blocks: tuple[Places, ...]


def drawn_days(pool: Pool, cell: Cell, days: Days, seed: int) -> DrawnDays:
    """Draw a reference, days and a window; days share no image with the reference."""
    words = f"days {cell.new} {cell.share} {cell.window} {cell.reference}"
    random = np.random.default_rng([seed, zlib.crc32(words.encode())])
    new = random.permutation(np.flatnonzero(pool.labels == cell.new))
    known = random.permutation(np.flatnonzero((pool.labels != cell.new) & pool.seen.free))
    reference, others = known[: cell.reference], known[cell.reference :]
    if len(others) < _FEWEST_FOR_DAYS:
        raise SystemExit(
            f"The reference of {cell.reference} leaves {len(others)} images for days; at least "
            f"{_FEWEST_FOR_DAYS} are needed. Lower --reference."
        )
    count = round(cell.share * cell.window)
    sizes = [*[cell.window] * days.number, cell.window - count]
    blocks = [
        random.choice(others, images, p=weights)
        for images, weights in zip(sizes, _weights(pool, others, days, random), strict=True)
    ]
    blocks[-1] = np.concatenate([blocks[-1], new[:count]])
    return DrawnDays(reference=reference, blocks=tuple(blocks))


def _weights(
    pool: Pool, places: Places, days: Days, random: np.random.Generator
) -> Iterator[Numbers]:
    """Yield how probable each image is on each day, and in the window."""
    along = _along_widest(pool, places)
    moved = random.standard_normal((along.shape[1],))
    for _ in range(days.number + 1):
        weights: Numbers = np.exp(along @ (days.differ * moved))
        yield weights / weights.sum()
        news = np.sqrt(1 - days.persistence**2) * random.standard_normal(moved.shape)
        moved = days.persistence * moved + news


def _along_widest(pool: Pool, places: Places) -> Numbers:
    """Return where images lie along the widest axes of some, mean 0 and variance 1."""
    directions = Directions.of(pool.seen.views.embeddings[places]).whole.astype(np.float64)
    directions -= directions.mean(axis=0)
    axes = np.linalg.svd(directions, full_matrices=False)[2][:_MOVING_AXES]
    along = directions @ axes.T
    found: Numbers = along / along.std(axis=0)
    return found


def alarms_over_days(pool: Pool, cell: Cell, days: Days, seed: int) -> Alarms:
    """Draw days and a window, and judge the window beside them as the product does."""
    drawn = drawn_days(pool, cell, days, seed)
    pixels, view = pixel_means(pool, drawn), view_means(pool, drawn)
    return Alarms(pixels=_has_alarm([pixels]), both=_has_alarm([pixels, view]))


def _has_alarm(families: Sequence[FamilyMeans]) -> bool:
    return any(bool(one.alarms) for one in verdicts_of(families))


def pixel_means(pool: Pool, drawn: DrawnDays) -> FamilyMeans:
    """Return the mean scores of the pixels' features in each block."""
    features = pool.features
    scale = ReferenceScale.of(_rows(features, drawn.reference), joint=list(features.columns))
    sums = [_summed(scale, _rows(features, one)) for one in drawn.blocks]
    return family_means(scale, {}, sums, scale.columns)


def view_means(pool: Pool, drawn: DrawnDays) -> FamilyMeans:
    """Return the mean scores of the model's view in each block."""
    views, units = pool.seen.views, np.arange(len(drawn.reference))
    scale = ViewScale.of(views.take(drawn.reference), units)
    if isinstance(scale, NoViewScale):
        raise SystemExit(scale.reason)
    seen = SeenReference(id="", scale=scale)
    of_view = view_scale(seen)
    places, again = np.unique(np.concatenate(drawn.blocks), return_inverse=True)
    numbers = seen.numbers(views.take(places))
    ends = np.cumsum([len(one) for one in drawn.blocks])[:-1]
    sums = [_summed(of_view, _rows(numbers, one)) for one in np.split(again, ends)]
    return family_means(of_view, {}, sums, of_view.columns)


def verdicts_of(families: Sequence[FamilyMeans]) -> list[WindowVerdict]:
    """Judge the last row of each family by all rows before it.

    Parameters
    ----------
    families
        The pixels' features, and the model's view where it takes part.
    """
    number = len(families[0].means) - 1
    at = np.arange(number + 1)
    times = BlockTimes(positions=at.astype(np.float64), phases=at % 7, regimes=np.zeros_like(at))
    plans = [plan(len(families))] * len(families)
    plans[1:] = [replace(one, learns_for=NEEDED_DAYS) for one in plans[1:]]
    past = [rows_of(one, range(number)) for one in families]
    none = np.zeros(number, dtype=np.bool_)
    gone = replay(past, times.take(range(number)), none, plans)
    normal = np.flatnonzero(gone.normal)
    return [
        judge(
            rows_of(family, normal),
            times.take(normal),
            rows_of(family, [number]),
            times.window(number),
            calibration,
            own,
        )
        for family, calibration, own in zip(families, gone.calibrations, plans, strict=True)
    ]


def _rows(table: pd.DataFrame, places: Places) -> pd.DataFrame:
    return table.iloc[places].reset_index(drop=True)


def _summed(scale: ReferenceScale, numbers: pd.DataFrame) -> FamilySums:
    return FamilySums.of(scale, numbers, np.arange(len(numbers)))
