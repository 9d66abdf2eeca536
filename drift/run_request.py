"""What the command line asks of one run, and the window that follows from it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.errors import UsageError
from jobs.job_file.job import DetectionSettings, Job
from jobs.times.windows import WindowRequest, days_before, floor_day, floor_time, format_duration

_DAY = timedelta(days=1)
# The settings of [detection] that there were when ids were last changed.
_ALWAYS_IN_IDS = {"false_alarm_rate", "minimum_effect", "effect_to_see", "burst"}
# The settings of [model] that change what is seen: what its file is, and whether its code may run,
# decide about whether it can be opened. Where it runs is the affair of the machine.
_MODEL_IN_IDS = {
    *("path", "module", "input_size", "resize", "grey", "mean", "std", "layer"),
    "trained_on_reference",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of ``drift run``.

    Attributes
    ----------
    until
        The window's end, taken exactly; None for now, floored to ``window.align``.
    since
        The window's start, exactly; only with `until`.
    last, rows
        Override the job file's window; at most one of `since`, `last` and `rows` is set.
    dry_run
        Read and compare, but write nothing.
    """

    until: datetime | None = None
    since: datetime | None = None
    last: timedelta | None = None
    rows: int | None = None
    dry_run: bool = False


def requested_window(job: Job, options: RunOptions, now: datetime) -> WindowRequest:
    """Return the window that this run is about."""
    rows, last = job.window.rows, job.window.last
    if options.last is not None or options.rows is not None:
        rows, last = options.rows, options.last
    days = None if last is None else _whole_days(last)
    zone = None if days is None else job.day_zone
    end = options.until or _end(job, now, zone)
    most_rows = job.window.most_rows
    if options.since is not None:
        return WindowRequest(end=end, last=end - options.since, most_rows=most_rows)
    if zone is not None and days is not None:
        last = end - days_before(end, days, zone)
    if rows is not None and rows > most_rows:
        raise UsageError(
            f"the window is to be of {rows:,} rows. Expected at most {most_rows:,}: see "
            "window.most_rows."
        )
    return WindowRequest(end=end, last=last, rows=rows, most_rows=most_rows)


def _whole_days(length: timedelta) -> int | None:
    return None if length % _DAY else length // _DAY


def _end(job: Job, now: datetime, zone: ZoneInfo | None) -> datetime:
    latest = now - (job.window.delay or timedelta())
    if zone is None:
        return floor_time(latest, job.window.align)
    return floor_day(latest, zone, _whole_days(job.window.align) or 1)


def as_text(moment: datetime) -> str:
    """Return a UTC time in ISO 8601 with a ``Z``."""
    return moment.isoformat().replace("+00:00", "Z")


def run_id(job: Job, request: WindowRequest) -> str:
    """Return the window's end and a hash of what the run is: a repeated run has the same id."""
    return run_ids(job, request)[0]


def run_ids(job: Job, request: WindowRequest) -> tuple[str, ...]:
    """Return the id of a run, and those that older versions gave to the very same run."""
    length = None if request.last is None else request.last.total_seconds()
    as_written = None if request.last is None else format_duration(request.last)
    # A setting that later versions have is no reason for another id while it is not used.
    newer = job.detection.model_dump(mode="json", exclude_defaults=True)
    detection = {**job.detection.model_dump(mode="json", include=_ALWAYS_IN_IDS), **newer}
    ids = [_id(job, request, length, detection)]
    if job.detection.burst == DetectionSettings().burst:
        before = {key: value for key, value in detection.items() if key != "burst"}
        ids += [_id(job, request, length, before), _id(job, request, as_written, before)]
    return tuple(dict.fromkeys(ids))


def _id(
    job: Job, request: WindowRequest, length: float | str | None, detection: dict[str, object]
) -> str:
    identity = {
        "job": job.name,
        "window": {"last": length, "rows": request.rows, "min_images": job.window.min_images},
        "detection": detection,
        **_model_in_id(job),
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    end = request.end.strftime("%Y%m%dT%H%M%S")
    fraction = f".{request.end.microsecond:06d}" if request.end.microsecond else ""
    return f"{end}{fraction}Z-{digest[:8]}"


def _model_in_id(job: Job) -> dict[str, object]:
    """Return what the run's id says of the model; nothing where the job has none."""
    if job.model is None:
        return {}
    used = job.model.model_dump(mode="json", include=_MODEL_IN_IDS, exclude_defaults=True)
    return {"model": used}
