"""Images of a log with their predicted boxes, as a run would read them and as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from drift.model_quality.detection.format_by_truths import WrittenBoxes
from drift.model_quality.detection.joining.detected import DetectedImages
from drift.setup.labels.keys import Texts, column_texts
from drift.setup.log.candidates import Candidate
from jobs.job_file.box_settings import BoxColumns
from jobs.predictions.boxes.logged import read_in_cells, read_in_columns
from jobs.predictions.boxes.rows import read_boxes, requests_of
from jobs.predictions.values.class_names import canonical_classes
from jobs.predictions.values.numbers import read_numbers
from jobs.times.timestamp_parts import Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledBoxes:
    """Images with their predicted boxes."""

    detected: DetectedImages
    written: WrittenBoxes


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedRows:
    """Rows of a log, as they are written.

    Attributes
    ----------
    raw
        The columns as texts.
    images, ids
        What the image and the request of each row are called; null where they have no name.
    times
        When each row was written, as a text or a number: rows of one time and image are one image
        where each holds a box.
    settings
        `predictions.columns.boxes`.
    class_column, score_column
        `predictions.columns.prediction` and `confidence`, made of cells or the log's own.
    """

    raw: Mapping[str, pa.Array]
    images: pa.StringArray
    ids: pa.StringArray
    times: pa.StringArray
    settings: BoxColumns
    class_column: str | None
    score_column: str | None

    def __len__(self) -> int:
        return len(self.images)

    def read(self) -> SampledBoxes:
        """Return their images."""
        requests = self._requests()
        read = read_boxes(self.raw, self.settings, requests)
        of_log = pd.factorize(requests)[0].astype(np.int64)
        boxes = read.boxes
        first = pa.array(self.first_rows())
        read_raw = read_in_cells if self.settings.column else read_in_columns
        logged = read_raw(self.raw, self.settings, len(self))
        columns = {**self.raw, **read.made}
        scores = read_numbers(_column(columns, self.score_column, boxes.row))
        detected = DetectedImages(
            moments=np.zeros(len(boxes.counts), np.int64),
            names=self.images.take(first),
            ids=self.ids.take(first),
            readable=np.isfinite(boxes.counts),
            sizes=boxes.sizes,
            image=boxes.image_of_row[boxes.row],
            corners=boxes.corners,
            in_shares=boxes.in_shares,
            classes=canonical_classes(_column(columns, self.class_column, boxes.row)),
            scores=scores.values,
            versions=pa.nulls(len(boxes.counts), pa.string()),
        )
        written = WrittenBoxes(image=of_log[logged.row], numbers=logged.numbers)
        return SampledBoxes(detected=detected, written=written)

    def first_rows(self) -> Integers:
        """Return the first row of each image. Shape (images,)."""
        of_log = pd.factorize(self._requests())[0]
        first: Integers = np.unique(of_log, return_index=True)[1]
        return first

    def _requests(self) -> Integers:
        """Return a number for each row; rows of one time and image are one request's."""
        if self.settings.column is not None:
            return np.arange(len(self))
        return requests_of(np.zeros(len(self), np.int64), [self.images, self.times])


def sampled_boxes(
    log: Candidate, settings: BoxColumns, images: Texts, id_column: str | None
) -> SampledBoxes:
    """Return the boxes of the rows of a log that were looked at.

    Parameters
    ----------
    images
        What reports call the image of each row; empty where the rows have none.
    id_column
        `predictions.columns.id`, a column or a template.
    """
    table, guesses = log.sample.table, log.guesses
    nothing = [None] * len(table)
    class_column = settings.prediction
    if class_column is None and guesses.prediction is not None:
        class_column = guesses.prediction.column
    score_column = settings.confidence
    if score_column is None and guesses.confidence is not None:
        score_column = guesses.confidence.column
    used = {*settings.used, class_column, score_column}
    named = [name for name in table.columns if name in used]
    times = nothing if guesses.time is None else table[guesses.time.column].tolist()
    ids = column_texts(log.sample, id_column) if id_column else nothing
    return BoxedRows(
        raw={name: pa.array(table[name].tolist(), pa.string()) for name in named},
        images=pa.array(list(images) or nothing, pa.string()),
        ids=pa.array(ids, pa.string()),
        times=pa.array(times, pa.string()),
        settings=settings,
        class_column=class_column,
        score_column=score_column,
    ).read()


def _column(columns: Mapping[str, pa.Array], name: str | None, rows: Integers) -> pa.Array:
    if name is None or name not in columns:
        return pa.nulls(len(rows), pa.string())
    return columns[name].take(pa.array(rows))
