"""The images of a log that were looked at, with their predicted boxes."""

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
    """Images with their predicted boxes, as a run would read them and as they are written."""

    detected: DetectedImages
    written: WrittenBoxes


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
    table = log.sample.table
    rows = len(table)
    raw = {str(name): pa.array(table[name].tolist(), pa.string()) for name in _used(log, settings)}
    names = pa.array(list(images) or [None] * rows, pa.string())
    ids = column_texts(log.sample, id_column) if id_column else [None] * rows
    requests = _requests(log, settings, names)
    read = read_boxes(raw, settings, requests)
    of_log = pd.factorize(requests)[0].astype(np.int64)
    boxes = read.boxes
    count = len(boxes.counts)
    _, first = np.unique(of_log, return_index=True)
    logged = (read_in_cells if settings.column else read_in_columns)(raw, settings, rows)
    columns: Mapping[str, pa.Array] = {**raw, **read.made}
    detected = DetectedImages(
        moments=np.zeros(count, np.int64),
        names=names.take(pa.array(first)),
        ids=pa.array(ids, pa.string()).take(pa.array(first)),
        readable=np.isfinite(boxes.counts),
        sizes=boxes.sizes,
        image=boxes.image_of_row[boxes.row],
        corners=boxes.corners,
        in_shares=boxes.in_shares,
        classes=canonical_classes(_column(columns, _class_of(log, settings), boxes.row)),
        scores=read_numbers(_column(columns, _score_of(log, settings), boxes.row)).values,
    )
    written = WrittenBoxes(image=of_log[logged.row], numbers=logged.numbers)
    return SampledBoxes(detected=detected, written=written)


def _requests(log: Candidate, settings: BoxColumns, names: pa.StringArray) -> Integers:
    """Return a number for each row; rows of one time and image are one request's."""
    rows = len(names)
    if settings.column is not None:
        return np.arange(rows)
    time = log.guesses.time
    times = [None] * rows if time is None else log.sample.table[time.column].tolist()
    return requests_of(np.zeros(rows, np.int64), [names, pa.array(times, pa.string())])


def _class_of(log: Candidate, settings: BoxColumns) -> str | None:
    guess = log.guesses.prediction
    return settings.prediction or (None if guess is None else guess.column)


def _score_of(log: Candidate, settings: BoxColumns) -> str | None:
    guess = log.guesses.confidence
    return settings.confidence or (None if guess is None else guess.column)


def _used(log: Candidate, settings: BoxColumns) -> list[str]:
    used = {*settings.used, _class_of(log, settings), _score_of(log, settings)}
    return [name for name in log.sample.table.columns if name in used]


def _column(columns: Mapping[str, pa.Array], name: str | None, rows: Integers) -> pa.Array:
    if name is None or name not in columns:
        return pa.nulls(len(rows), pa.string())
    return columns[name].take(pa.array(rows))
