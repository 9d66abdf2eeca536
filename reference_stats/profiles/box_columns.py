"""The boxes in a plain table, read as those of a log are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from jobs.images.locations import ImageLocator
from jobs.job_file.box_settings import BoxColumns
from jobs.predictions.boxes.rows import BoxRows, read_boxes, requests_of
from jobs.predictions.rows.frames import class_series
from jobs.times.timestamp_parts import Integers
from reference_stats.profiles.answer_columns import cells_of
from reference_stats.profiles.numbers import SourceContext


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxTable:
    """A table with a row for each box.

    Attributes
    ----------
    table
        Its columns, with those that are made of cells of boxes.
    found
        What was found in it.
    settings
        Where the boxes stand.
    """

    table: pd.DataFrame
    found: BoxRows
    settings: BoxColumns

    def numbers(self, confidences: pd.Series | None) -> pd.DataFrame:
        """Return what the boxes say of each image, row by row.

        Parameters
        ----------
        confidences
            The score of each row; None where there is none.
        """
        derived = dict(self.found.places)
        if confidences is not None:
            derived |= self.found.scores(confidences.to_numpy(dtype=np.float64))
        return pd.DataFrame(derived, index=self.table.index)

    @property
    def left_out(self) -> dict[str, int]:
        """How many boxes or cells were lost, by the reason."""
        name = self.settings.column or ", ".join(self.settings.columns)
        lost = sorted(self.found.lost.items())
        return {f"values of {name} ({reason})": len(rows) for reason, rows in lost if len(rows)}


def with_box_rows(table: pd.DataFrame, context: SourceContext) -> BoxTable | None:
    """Return a table with a row for each box; None where the job names no boxes, or it has none.

    Where a row is a box, the rows that name one image are one image.
    """
    settings = context.job.predictions.columns.boxes
    if settings is None:
        return None
    cells = {name: cells_of(table, name) for name in sorted(settings.used)}
    raw = {name: column.combine_chunks() for name, column in cells.items() if column is not None}
    if not raw.keys() >= {settings.column, *settings.columns} - {None}:
        return None
    found = read_boxes(raw, settings, _images(table, context))
    rows = table.iloc[found.take].reset_index(drop=True)
    made = {
        name: class_series(column).array
        if name == settings.prediction
        else column.to_pandas().array
        for name, column in found.made.items()
    }
    return BoxTable(table=rows.assign(**made), found=found, settings=settings)


def _images(table: pd.DataFrame, context: SourceContext) -> Integers:
    locator = ImageLocator(
        bucket_url=context.bucket.url,
        settings=context.job.image_rules,
        day_first=context.job.predictions.day_first,
    )
    columns = [cells_of(table, name) for name in locator.columns_used()]
    named = [column.combine_chunks() for column in columns if column is not None]
    if not named:
        return np.arange(len(table))
    return requests_of(np.zeros(len(table), np.int64), named)
