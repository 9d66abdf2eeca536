"""Which engine measures the images of a run: one line per engine."""

from __future__ import annotations

from dataclasses import replace

from drift.execution.dask_cluster.engine import DaskEngine
from drift.workplace import Workplace


def with_engine(place: Workplace) -> Workplace:
    """Return a workplace whose images are measured where ``[execution]`` says.

    Nothing is started or connected before there are enough unknown images. `Workplace.close` lets
    go of it. A workplace that has something to measure elsewhere already stays as it is.
    """
    if place.elsewhere is not None or place.of_shard:
        return place
    if place.job.execution.engine == "dask":
        return replace(place, elsewhere=DaskEngine(place))
    return place
