"""Rows of the log as labels see them: what names each, what the model answered, what was true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from drift.workplace import Workplace
from jobs.images.locations import ImageLocation
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest

# To find where their images are takes seconds for more.
_MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedRows:
    """Rows of a stretch of the log, in order of time.

    Attributes
    ----------
    table
        Columns ``time``, ``id``, ``image``, ``predicted`` and ``own`` (the log's own label); texts
        are missing where there is none.
    stretch
        What they are, such as ``the window``.
    """

    table: pd.DataFrame
    stretch: str

    def __len__(self) -> int:
        return len(self.table)

    @property
    def classes(self) -> Sequence[str]:
        """The different classes that the model answered with."""
        return sorted(self.table["predicted"].dropna().unique())


def predicted_rows(place: Workplace, rows: PredictionRows, stretch: str) -> PredictedRows:
    """Return rows of the log, the newest ones where there are very many."""
    fields, raw = rows.fields.tail(_MOST_ROWS), rows.raw.tail(_MOST_ROWS)
    images: list[str | None] = [None] * len(raw)
    if place.job.has_images and place.job.labels.columns.image is not None and len(raw):
        located = place.locator.locate(raw, place.log_url)
        images = [one.path if isinstance(one, ImageLocation) else None for one in located]
    table = pd.DataFrame(
        {
            "time": fields["timestamp"].to_numpy(),
            "id": fields["id"].replace("", None).to_numpy(dtype=object),
            "image": pd.Series(images, dtype=object).to_numpy(),
            "predicted": fields["prediction"].to_numpy(dtype=object),
            "own": fields["label"].to_numpy(dtype=object),
        }
    )
    return PredictedRows(table=table, stretch=stretch)


def end_of_rows(rows: PredictionRows) -> datetime:
    """Return the moment behind the newest row of a window; its end where it has none."""
    if not len(rows):
        return rows.window.end
    newest = rows.fields["timestamp"].max().to_pydatetime() + timedelta(microseconds=1)
    return min(newest, rows.window.end)


def rows_that_wait(place: Workplace, end: datetime) -> PredictedRows:
    """Return the rows of the last `labels.wait` before a moment, read once more from the log.

    Raises
    ------
    ObjectError
        If the log cannot be read, or holds more rows than a window may.
    """
    wait, most = place.job.labels.wait, place.job.window.most_rows
    rows = read_predictions(
        place.bucket,
        place.job.predictions,
        WindowRequest(end=end, last=wait, most_rows=most),
        extra_columns=place.locator.columns_used(),
        segment_columns=place.job.segments.columns,
        workers=place.job.image_rules.fetch_workers,
    )
    return predicted_rows(place, rows, f"the log's last {format_wait(place)}")


def format_wait(place: Workplace) -> str:
    """Return `labels.wait` in words."""
    days = place.job.labels.wait.days
    return "day" if days == 1 else f"{days} days"
