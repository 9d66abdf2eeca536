"""Whether a run's window and the stretch of the log that is its reference share rows."""

from __future__ import annotations

from jobs.job_file.job import Job
from jobs.times.timestamps import parse_timestamp
from jobs.times.windows import TimeWindow


def overlaps_reference(job: Job, window: TimeWindow) -> bool:
    """Tell whether a window and ``reference.window`` share a moment; no where a bound is no time.

    Images on both sides hide a drift: the window is then compared with itself in part.
    """
    stretch = job.reference.window
    if stretch is None:
        return False
    zone = job.predictions.timezone
    try:
        start, end = (parse_timestamp(text, zone) for text in (stretch.start, stretch.end))
    except ValueError:
        return False
    return start < window.end and window.start < end
