"""The newest images of a detector's log that have true boxes, as few days of it as will do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from drift.model_quality.joining.image_names import image_names
from drift.setup.labels.boxes.joining import JoinedLabels
from drift.setup.labels.boxes.sampled import BoxedRows, SampledBoxes
from drift.workplace import Workplace
from jobs.job_file.box_settings import BoxColumns
from jobs.labels.box_labels import ReadBoxLabels
from jobs.predictions.texts import read_texts
from jobs.times.timestamp_parts import Flags, Integers
from jobs.times.timestamps import to_moment
from jobs.times.windows import TimeWindow, WindowRequest
from reports.words.numbers import counted

_FEW_DAYS = timedelta(days=7)
_ENOUGH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestImages:
    """Images of the log's last days, and which of them have true boxes.

    Attributes
    ----------
    stretch
        What they are, such as ``the log's last 7 days``.
    in_window
        Which of them are of the window. Shape (images,).
    """

    sampled: SampledBoxes
    joined: JoinedLabels
    stretch: str
    in_window: Flags

    @property
    def has_label(self) -> Flags:
        """Which of them have true boxes. Shape (images,)."""
        return np.asarray(self.joined.keys.place >= 0)


def newest_images(
    place: Workplace,
    boxes: BoxColumns,
    labels: ReadBoxLabels,
    end: datetime,
    window: TimeWindow,
) -> NewestImages:
    """Return the images of the log's last week, or of all that waits for labels if few have one.

    Parameters
    ----------
    end
        The moment behind the log's newest row.

    Raises
    ------
    ObjectError
        If the log cannot be read.
    """
    wait = place.job.labels.wait
    found = _last(place, boxes, labels, end, min(_FEW_DAYS, wait), window)
    if wait > _FEW_DAYS and int(found.has_label.sum()) < _ENOUGH:
        return _last(place, boxes, labels, end, wait, window)
    return found


def _last(
    place: Workplace,
    boxes: BoxColumns,
    labels: ReadBoxLabels,
    end: datetime,
    length: timedelta,
    window: TimeWindow,
) -> NewestImages:
    moments, rows = _rows_before(place, boxes, end, length)
    sampled = rows.read()
    of_images = moments[rows.first_rows()]
    start, stop = to_moment(window.start), to_moment(window.end)
    return NewestImages(
        sampled=sampled,
        joined=JoinedLabels.of(sampled.detected, labels, place.bucket.url),
        stretch=f"the log's last {counted(length.days, 'day')}",
        in_window=(of_images >= start) & (of_images < stop),
    )


def _rows_before(
    place: Workplace, boxes: BoxColumns, end: datetime, length: timedelta
) -> tuple[Integers, BoxedRows]:
    """Return the rows of a stretch of the log, and their times in microseconds."""
    named = place.job.predictions.columns
    used = place.locator.columns_used() if place.job.has_images else []
    wanted = (named.id, named.prediction, named.confidence, *boxes.used, *used)
    texts = read_texts(
        place.bucket,
        place.job.predictions,
        WindowRequest(end=end, last=length, most_rows=place.job.window.most_rows),
        [name for name in dict.fromkeys(wanted) if name],
        extra_columns=used,
        workers=place.job.image_rules.fetch_workers,
    )
    nothing = pa.nulls(len(texts), pa.string())
    columns, images = dict(texts.columns), nothing
    if len(texts) and place.job.has_images and set(used) <= columns.keys():
        images = image_names(columns, len(texts), place.locator, place.log_url)
    return texts.moments, BoxedRows(
        raw=columns,
        images=images,
        ids=columns.get(named.id or "", nothing),
        times=pa.array(texts.moments).cast(pa.string()),
        settings=boxes,
        class_column=named.prediction,
        score_column=named.confidence,
    )
