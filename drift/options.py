"""What the command line asks of one run, and the window that follows from it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.job import Job
from jobs.windows import WindowRequest, floor_time


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of ``drift run``.

    Attributes
    ----------
    until
        The window's end, taken exactly; None for now, floored to ``window.align``.
    last, rows
        Override the job file's window; at most one of them is set.
    dry_run
        Read and compare, but write nothing.
    """

    until: datetime | None = None
    last: timedelta | None = None
    rows: int | None = None
    dry_run: bool = False


def requested_window(job: Job, options: RunOptions, now: datetime) -> WindowRequest:
    """Return the window that this run is about."""
    end = options.until
    if end is None:
        end = floor_time(now - (job.window.delay or timedelta()), job.window.align)
    if options.last is not None or options.rows is not None:
        return WindowRequest(end=end, last=options.last, rows=options.rows)
    return WindowRequest(end=end, last=job.window.last, rows=job.window.rows)


def as_text(moment: datetime) -> str:
    """Return a UTC time in ISO 8601 with a ``Z``."""
    return moment.isoformat().replace("+00:00", "Z")


def run_id(job: Job, request: WindowRequest) -> str:
    """Return the window's end and a hash of what the run is: a repeated run has the same id."""
    length = None if request.last is None else request.last.total_seconds()
    identity = {
        "job": job.name,
        "window": {"last": length, "rows": request.rows, "min_images": job.window.min_images},
        "detection": job.detection.model_dump(mode="json"),
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    end = request.end.strftime("%Y%m%dT%H%M%S")
    fraction = f".{request.end.microsecond:06d}" if request.end.microsecond else ""
    return f"{end}{fraction}Z-{digest[:8]}"
