"""The part of the job file that says which normal days a window is held beside."""

from __future__ import annotations

from pydantic import Field

from jobs.job_file.value_kinds import Settings

FEWEST_IMAGES = 5
"""A day of fewer images is no normal day: its means are no longer distributed as the model of days
takes them to be, and false alarms come too often: ``benchmarks.days --cases "few images"``."""


class BaselineSettings(Settings):
    """The normal days before the window, which runs read from the log themselves.

    What is kept of a day is written once and stays as it is; `drift baseline rebuild` makes it
    anew.
    """

    days: int = Field(default=28, ge=0, le=366)
    """How many days before the window show what is normal; 0: none, and every window is compared
    with the reference alone. In a job with shorter windows a day is a stretch as long as the
    window: those of the last day, and on earlier days the one of the same time. In one with
    windows of rows it is as many rows."""
    images_per_day: int = Field(default=300, ge=FEWEST_IMAGES, le=1_000_000)
    """At most so many images of a past day are measured. They are drawn by their names. A day of
    fewer than five teaches nothing."""
    most_minutes: float = Field(default=5, ge=0, le=10_000, allow_inf_nan=False)
    """How long a run may take to measure past days that no run has measured yet, newest first. It
    finishes what it has begun; later runs go on. 0: it measures none."""
