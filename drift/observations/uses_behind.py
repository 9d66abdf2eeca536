"""Image names that the log uses again behind a window: the pictures there may be later ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from drift.workplace import Workplace
from jobs.errors import TooManyObjectsError, TooManyRowsError
from jobs.images.locations import ImageLocation
from jobs.predictions.reading import read_predictions
from jobs.predictions.row_times.window import WindowTimes
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import to_moment
from jobs.times.windows import TimeWindow, WindowRequest
from reference_stats.image_uses import moments_of

# Names that are used anew every day or every week are met within it.
_LEAST_LOOK = timedelta(days=8)
# Of larger windows only as many rows again are read.
_MANY_ROWS = 100_000


def uses_behind(workplace: Workplace, predictions: PredictionRows) -> Mapping[str, int]:
    """Return, by path, the first use of each image that the log names behind a window.

    Only of windows behind which there are rows, as where an old one is judged late, the log is
    read once more: eight days of it, or as long as the window is.
    """
    window = predictions.window
    images = workplace.job.images
    if images is not None and images.column is not None:
        # No name of an image in the log is used again.
        return {}
    if not _has_rows_behind(predictions.times, to_moment(window.end)):
        return {}
    length = window.end - window.start
    if len(predictions) < _MANY_ROWS:
        length = max(length, _LEAST_LOOK)
    try:
        later = _read_behind(workplace, window, length)
    except (TooManyRowsError, TooManyObjectsError):
        # Eight days may be more than a window may be; as long as this one is they are most often
        # as many rows.
        later = _read_behind(workplace, window, window.end - window.start)
    located = workplace.locator.locate(later.raw, workplace.log_url)
    first: dict[str, int] = {}
    moments = moments_of(later.fields["timestamp"])
    for row in np.argsort(moments, kind="stable").tolist():
        image = located[row]
        if isinstance(image, ImageLocation):
            first.setdefault(image.path, int(moments[row]))
    return first


def _read_behind(workplace: Workplace, window: TimeWindow, length: timedelta) -> PredictionRows:
    request = WindowRequest(
        end=window.end + length, last=length, most_rows=workplace.job.window.most_rows
    )
    return read_predictions(
        workplace.bucket,
        workplace.job.predictions,
        request,
        extra_columns=workplace.locator.columns_used(),
        workers=workplace.job.image_rules.fetch_workers,
        copies=workplace.copies,
    )


def _has_rows_behind(times: WindowTimes, end: int) -> bool:
    """Tell whether the log has rows at or behind a window's end, or objects that may hold some."""
    if times.newest is not None and times.newest >= end:
        return True
    return times.seen is not None and times.seen.unread_behind
