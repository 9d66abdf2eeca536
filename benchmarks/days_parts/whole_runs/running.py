"""All of it in order: the pool, the bucket, the runs, the comparison."""

from __future__ import annotations

import tempfile
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from benchmarks.days_parts.drawing import ScoredPool
from benchmarks.days_parts.making import PoolSource, made_pool
from benchmarks.days_parts.ours import judged_windows
from benchmarks.days_parts.whole_runs.comparing import DayBesideRun, all_beside_runs
from benchmarks.days_parts.whole_runs.real_bucket import run_all, write_bucket
from benchmarks.days_parts.whole_runs.ten_days import CASE, DAYS, TenDays, picture_files

_PHOTOGRAPHS, _VARIANTS, _FAULTY = 160, 3, 1


def whole_runs(source: PoolSource, processes: Executor, seed: int) -> list[DayBesideRun]:
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
    drawn = world.drawn
    judged = list(judged_windows(CASE, drawn, ScoredPool.of(world.world.pool, drawn.reference)))
    with tempfile.TemporaryDirectory(prefix="drift-whole-runs-") as temporary:
        folder = Path(temporary)
        write_bucket(folder, world, picture_files(few))
        return all_beside_runs(judged, run_all(folder, DAYS))
