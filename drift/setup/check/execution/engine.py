"""Tries the engine that a job names, and says how its images are handed out."""

from __future__ import annotations

import math
from collections.abc import Iterator

from drift.execution.dask_cluster.engine import DaskEngine
from drift.setup.check.result import Check, failed, is_ok
from drift.workplace import Workplace
from jobs.errors import DriftError
from jobs.job_file.image_settings import ExecutionSettings
from reports.words.numbers import counted

THING = "execution"
# Somebody waits at a terminal; a run gives machines that start more time.
_COMES_WITHIN_S = 20.0


def check_engine(place: Workplace, images: int) -> Iterator[Check]:
    """Try the engine, and say how many shards a run has; nothing for one machine.

    Parameters
    ----------
    images
        How many new images a usual run has, about; 0 if that is not known.
    """
    execution = place.job.execution
    if not place.job.has_images or execution.engine == "local":
        return
    shards = _shards(execution, images)
    if execution.engine == "dask":
        yield _dask(place, shards)
        return
    array = "every task needs the job file, the rights of a run, and its number and their count"
    more = f"; more tasks than {counted(math.ceil(images / _size(execution)), 'shard')} would idle"
    yield is_ok(THING, f"tasks: {array} (drift run --task 0/4){shards}{more if images else ''}")


def _dask(place: Workplace, shards: str) -> Check:
    try:
        there = DaskEngine(place, _COMES_WITHIN_S).look()
    except DriftError as error:
        return failed(THING, error)
    return is_ok(THING, f"dask: {there}{shards}")


def _shards(execution: ExecutionSettings, images: int) -> str:
    size = _size(execution)
    if not images:
        return ""
    if execution.engine == "dask" and images <= size:
        return (
            f"; a usual run has no more new images than one shard ({size:,}), and measures them "
            "itself"
        )
    many = counted(math.ceil(images / size), "shard")
    return f"; a usual run has {many} of at most {counted(size, 'image')}"


def _size(execution: ExecutionSettings) -> int:
    return execution.shard_images or 2_000
