"""The images of stretches of a detector's log: of a run's window, and of past days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pyarrow as pa

from drift.model_quality.detection.joining.choosing import take_images
from drift.model_quality.detection.joining.detected import (
    DetectedImages,
    LogNames,
    images_of_texts,
)
from drift.model_quality.joining.image_names import image_names
from drift.model_quality.joining.parts_of_days import RowReader, parts_of_days
from drift.model_quality.whole_days import WholeDay
from drift.workplace import Workplace
from jobs.predictions.boxes.rows import read_boxes, requests_of
from jobs.predictions.texts import LogTexts, joined_texts, read_texts
from jobs.times.timestamp_parts import Texts
from jobs.times.timestamps import to_moment
from jobs.times.windows import WindowRequest

# Texts of 200,000 cells with ten boxes each take 0.3 GB.
_MOST_CELLS = 200_000
# Rows of one box each are short.
_MOST_BOXES = 500_000


class StretchImages(Protocol):
    """The images of a stretch of the log."""

    @property
    def names(self) -> pa.StringArray:
        """What its images are called, in any order and number; null for what names none."""

    def within(self, span: WholeDay) -> DetectedImages:
        """Return the images that were asked for in a part of it, with their boxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesAtHand:
    """Images whose boxes were read, such as those of a run's window."""

    detected: DetectedImages

    @property
    def names(self) -> pa.StringArray:
        """What they are called."""
        return self.detected.names

    def within(self, span: WholeDay) -> DetectedImages:
        """Return those of a part of the stretch."""
        moments = self.detected.moments
        inside = (moments >= to_moment(span.start)) & (moments < to_moment(span.end))
        return take_images(self.detected, np.flatnonzero(inside))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesInTexts:
    """Rows of the log as texts; boxes are read of so many of them as are asked for."""

    place: Workplace
    texts: LogTexts

    @property
    def names(self) -> pa.StringArray:
        """What the rows' images are called."""
        place, columns = self.place, self.texts.columns
        used = {name: columns[name] for name in place.locator.columns_used() if name in columns}
        return image_names(used, len(self.texts), place.locator, place.log_url)

    def within(self, span: WholeDay) -> DetectedImages:
        """Return the images of a part of the stretch."""
        edges = [to_moment(span.start), to_moment(span.end)]
        first, stop = np.searchsorted(self.texts.moments, edges, side="left").tolist()
        return _images(self.place, self.texts.rows(slice(first, stop)))


def names_of_log(place: Workplace) -> LogNames:
    """Return what names a job's images and versions of its model."""
    return LogNames(
        columns=place.job.predictions.columns,
        locator=place.locator,
        url=place.log_url,
        version=place.job.quality.version,
    )


def images_of_days(
    place: Workplace, days: Sequence[WholeDay], most_rows: int | None = None
) -> Iterator[tuple[Sequence[WholeDay], StretchImages]]:
    """Yield the rows of days that follow each other, so many days at once as can be held.

    Parameters
    ----------
    days
        The oldest first.
    most_rows
        So many rows of the log are held, or those of one day.

    Raises
    ------
    ObjectError
        If the log cannot be read.
    """
    boxes = place.job.predictions.columns.boxes
    in_cells = boxes is not None and boxes.column is not None
    usual = _MOST_CELLS if in_cells else _MOST_BOXES
    most = min(most_rows or usual, place.job.window.most_rows)
    reader = RowReader(
        read=lambda span: _read(place, span, most),
        together=lambda parts: replace(parts[0], texts=joined_texts([one.texts for one in parts])),
    )
    yield from parts_of_days(days, reader)


def _read(place: Workplace, span: WholeDay, most: int) -> ImagesInTexts:
    texts = read_texts(
        place.bucket,
        place.job.predictions,
        WindowRequest(end=span.end, last=span.end - span.start, most_rows=most),
        names_of_log(place).of_log,
        extra_columns=place.locator.columns_used(),
        workers=place.job.image_rules.fetch_workers,
        copies=place.copies,
    )
    return ImagesInTexts(place=place, texts=texts)


def _images(place: Workplace, texts: LogTexts) -> DetectedImages:
    settings = place.job.predictions.columns.boxes
    if settings is None:
        raise ValueError("predictions.columns.boxes is not set.")
    used = place.locator.columns_used()
    named = [texts.columns[name] for name in used if name in texts.columns]
    found = read_boxes(texts.columns, settings, requests_of(texts.moments, named))
    rows = pa.array(found.take)
    columns: dict[str, Texts] = {
        name: column.take(rows)
        for name, column in texts.columns.items()
        if name not in settings.used or not found.boxes.in_cells
    }
    return images_of_texts(
        texts.moments[found.take], columns | dict(found.made), found.boxes, names_of_log(place)
    )
