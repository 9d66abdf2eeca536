"""Tries the engine that a job names, and says how its images are handed out."""

from __future__ import annotations

import math
from collections.abc import Iterator

from drift.execution.dask_cluster.engine import DaskEngine
from drift.setup.check.result import Check, failed, is_ok
from drift.workplace import Workplace
from jobs.errors import DriftError
from reference_stats.extraction.sharded.elsewhere import fitting_shard_images
from reports.words.numbers import counted

THING = "execution"
# Somebody waits at a terminal; a run gives machines that start more time.
_COMES_WITHIN_S = 20.0
_ITSELF = " and measures them on its own machine"
_EXAMPLE = "drift run JOB.toml --task 0/4"


def check_engine(
    place: Workplace, images: int | None, median_pixels: float | None
) -> Iterator[Check]:
    """Try the engine, and say how many shards a run has; nothing for one machine.

    Parameters
    ----------
    images
        How many new images a usual run has, about; None where none could be counted, such as in a
        window without rows: whether a cluster answers does not depend on it.
    median_pixels
        Of those that were tried; None where none could be.
    """
    execution = place.job.execution
    if not place.job.has_images or execution.engine == "local":
        return
    if images is None:
        if execution.engine == "dask":
            yield _dask(place, "how many images a usual run has is not known")
        return
    size = execution.shard_images or fitting_shard_images(median_pixels)
    many = math.ceil(images / size)
    if images <= size:
        shards = f"no more new images than one shard has ({size:,})"
    else:
        shards = f"{many:,} shards of at most {counted(size, 'image')}"
    if execution.engine == "dask":
        yield _dask(place, f"a usual run has {shards}" + _ITSELF * (images <= size))
        return
    yield is_ok(
        THING,
        f"tasks: a usual run has {shards}, so that more than {counted(max(1, many), 'task')} would "
        f"wait; each takes what a run takes, its number and their count ({_EXAMPLE})",
    )


def _dask(place: Workplace, shards: str) -> Check:
    try:
        there = DaskEngine(place, _COMES_WITHIN_S).look()
    except DriftError as error:
        return failed(THING, error)
    return is_ok(THING, f"dask: {there}; {shards}")
