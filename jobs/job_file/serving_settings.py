"""The part of the job file that says where the server's own measurements are."""

from __future__ import annotations

from pydantic import Field

from jobs.job_file.value_kinds import Settings, Zone


class ServingSettings(Settings):
    """What the server itself measured; shown beside the verdict, and no part of it."""

    path: str = Field(min_length=1)
    """One object in the bucket or a glob, such as `metrics/ts_metrics*`: TorchServe's
    `ts_metrics.log` (rotated and gzip too), or texts that its metrics address answered. Needed
    where the table is there: see docs/serving-metrics.md."""
    model: str | None = Field(default=None, min_length=1)
    """The model whose requests count, as the server calls it. Unset: all models."""
    timezone: Zone = "UTC"
    """The zone of times that state none: those in names of scrapes, and in lines of a log without
    `timestamp`."""
