"""Days with boxes whose true AP50 is known, judged as a run judges them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.detector_drop_parts.simulated_detector import (
    SHARES,
    hardness_of,
    simulated_table,
)
from benchmarks.quality_drop_parts.label_worlds import DAY, FIRST, SETTINGS
from drift.model_quality.detection.judging.day_sampling import DaySampling, every_kth, pool_of
from drift.model_quality.detection.judging.drawn_sets import ImageHits
from drift.model_quality.detection.judging.judged_ap50 import (
    ap50_day,
    pooled_judgement,
    reference_score,
)
from drift.model_quality.detection.match_table import MatchTable, merge_tables
from drift.model_quality.judging.judge import NewestTest, judge, newest_test
from drift.model_quality.judging.judgement import DayScore, NewestRule, ReferenceScore
from reports.findings.model_quality.quality import QualityState

Counts = NDArray[np.int64]
_MIX_STRENGTH = 150.0
_WEEKEND = 0.35
_WEEK = 7
_WORK_DAYS = 5
_FEWEST, _MOST = 20, 300


@dataclass(frozen=True, kw_only=True)
class DetectorWorld:
    """What the days are like.

    Attributes
    ----------
    earlier_days
        Days before the window; 0 where only the reference is there.
    window_days
        How many days the window has.
    labels
        Labelled images a day, with about a third of them on two days of a week; None for 20 to 300
        of each day, evenly on a logarithmic scale; 50 to 300 of each where there are no earlier
        days. The window's days have no weekend.
    ap50, drop
        Before the window, and by how much it is lower in the window.
    spread
        The standard deviation of the days' AP50. Where it is not 0, days differ in their classes
        too.
    reference
        The reference's labelled images, of the AP50 before the window; 0 where it has none.
    """

    earlier_days: int = 0
    window_days: int = 1
    labels: int | None = None
    ap50: float = 0.84
    drop: float = 0.0
    spread: float = 0.0
    reference: int = 0

    @property
    def days(self) -> int:
        """All days."""
        return self.earlier_days + self.window_days

    def images(self, random: np.random.Generator) -> Counts:
        """Return how many labelled images each day has."""
        if self.labels is None:
            fewest = _FEWEST if self.earlier_days else SETTINGS.min_labels
            logs = random.uniform(np.log(fewest), np.log(_MOST), self.days)
            return np.rint(np.exp(logs)).astype(np.int64)
        numbers = np.arange(self.days)
        weekend = (numbers % _WEEK >= _WORK_DAYS) & (numbers < self.earlier_days)
        return np.where(weekend, max(1, round(_WEEKEND * self.labels)), self.labels)

    def tables(self, random: np.random.Generator) -> list[MatchTable]:
        """Return the matched boxes of each day."""
        images = self.images(random)
        of_window = np.arange(self.days) >= self.earlier_days
        wanted = self.ap50 - self.drop * of_window + random.normal(0, self.spread, self.days)
        hardness = np.repeat(hardness_of(wanted), images)
        shares = None
        if self.spread:
            shares = np.repeat(random.dirichlet(_MIX_STRENGTH * SHARES, self.days), images, axis=0)
        whole = simulated_table(random, hardness, shares)
        return list(_parts(whole, images))


def _parts(table: MatchTable, images: Counts) -> Iterator[MatchTable]:
    """Yield the images of each day."""
    ends = np.cumsum(images)
    for first, end in zip(ends - images, ends, strict=True):
        yield every_kth(table, 1, int(first), int(end))


def judged_windows(world: DetectorWorld, worlds: int, seed: int) -> Iterator[bool | None]:
    """Yield whether a drop is told, one world after the other; None where nothing is compared."""
    for number in range(worlds):
        random = np.random.default_rng([seed, number])
        tables = world.tables(random)
        reference = None
        if world.reference:
            hardness = hardness_of(np.full(world.reference, world.ap50))
            reference = simulated_table(random, hardness)
        yield told_of(tables, reference, world.window_days)


def told_of(
    tables: list[MatchTable], reference: MatchTable | None, window_days: int
) -> bool | None:
    """Return whether a drop is told of the last days; None where nothing is compared."""
    known = [*tables, *([] if reference is None else [reference])]
    sampling = DaySampling.learned(pool_of(known), [one.images for one in known])
    days = [_day(at, one, sampling) for at, one in enumerate(tables)]
    rule = NewestRule(window_end=FIRST + len(tables) * DAY, window_days=window_days)
    scored = None if reference is None else _reference(reference, sampling)
    test = newest_test(days, scored, SETTINGS, rule)
    if not isinstance(test, NewestTest):
        return None
    if not test.dropped:
        return False
    # What only describes a drop is computed where there is one.
    judged = judge(days, scored, SETTINGS, rule)
    if judged.before or reference is None:
        before = _pooled(judged.before, tables)
    else:
        before = ap50_of(reference)
    newest = _pooled(judged.newest, tables)
    return pooled_judgement(judged, before, newest, SETTINGS).state is QualityState.DROPPED


def ap50_of(table: MatchTable) -> float:
    """Return AP50 of all images of a table."""
    everything = np.arange(table.images)
    return float(ImageHits.of(table).ap50(everything, np.array([table.images]))[0])


def _day(at: int, table: MatchTable, sampling: DaySampling) -> DayScore:
    start = FIRST + at * DAY
    return ap50_day(start, start + DAY, table.images, ap50_of(table), sampling)


def _reference(table: MatchTable, sampling: DaySampling) -> ReferenceScore:
    return reference_score(table.images, ap50_of(table), sampling)


def _pooled(days: tuple[DayScore, ...], tables: list[MatchTable]) -> float:
    chosen = [tables[round((day.start - FIRST) / DAY)] for day in days]
    return ap50_of(merge_tables(chosen))


def share_found(world: DetectorWorld, worlds: int, seed: int) -> tuple[int, int]:
    """Return how many windows are found to be worse, and of how many."""
    told = [one for one in judged_windows(world, worlds, seed) if one is not None]
    return sum(told), len(told)
