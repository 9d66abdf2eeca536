"""All of it in order: the pool, the bucket, the runs, the comparison."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.days_parts.drawing import ScoredPool
from benchmarks.days_parts.making import PoolSource, made_pool
from benchmarks.days_parts.ours import JudgedWindow, judged_windows
from benchmarks.days_parts.whole_runs.comparing import DayBesideRun, all_beside_runs
from benchmarks.days_parts.whole_runs.real_bucket import run_all, write_bucket
from benchmarks.days_parts.whole_runs.ten_days import CASE, DAYS, TenDays, picture_files

_PHOTOGRAPHS, _VARIANTS, _FAULTY = 160, 3, 1
# Sums are added up in another order.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeRuns:
    """The runs of ten days beside what the benchmark says.

    Attributes
    ----------
    days
        Each beside a world that ends on that day, as for the run.
    in_one_world
        Each beside the whole world, as other measures judge it: which classes are too rare to be
        looked at alone, and how often each occurs, is counted over all of its days at once.
    """

    days: Sequence[DayBesideRun]
    in_one_world: Sequence[DayBesideRun]

    @property
    def text(self) -> str:
        """It, as it is printed."""
        apart = max(one.largest_difference for one in self.in_one_world)
        same = sum(one.same_answer for one in self.in_one_world)
        after = (
            f"With the classes of all days counted at once: {same} of {len(self.in_one_world)} "
            f"answers are the same, and no number is further apart than {apart:.1e}."
        )
        return "\n".join([*(one.text for one in self.days), after])

    @property
    def is_same(self) -> bool:
        """Whether the command and the benchmark judge alike."""
        return all(
            one.same_answer and not one.missing and one.largest_difference < _ROUNDING
            for one in self.days
        )


def whole_runs(source: PoolSource, processes: Executor, seed: int) -> WholeRuns:
    """Write ten days as a bucket, run the command for each of them, and compare.

    Parameters
    ----------
    source
        Where photographs come from; few of them and few variants are taken.
    seed
        Another one draws another world.

    Raises
    ------
    PictureError
        The folder holds no photograph.
    RuntimeError
        A run failed.
    """
    few = replace(
        source,
        photographs=min(source.photographs, _PHOTOGRAPHS),
        variants=_VARIANTS,
        faulty=_FAULTY,
    )
    world = TenDays.of(made_pool(few, processes), seed)
    with tempfile.TemporaryDirectory(prefix="drift-whole-runs-") as temporary:
        folder = Path(temporary)
        write_bucket(folder, world, picture_files(few))
        reports = run_all(folder, DAYS)
    scored = ScoredPool.of(world.world.pool, world.drawn(DAYS).reference)

    def judged(days: int, *ends: int) -> list[JudgedWindow]:
        return list(judged_windows(replace(CASE, blocks=days), world.drawn(days), scored, ends))

    last_days = [judged(day + 1, day)[0] for day in range(DAYS)]
    return WholeRuns(
        days=all_beside_runs(last_days, reports),
        in_one_world=all_beside_runs(judged(DAYS), reports),
    )
