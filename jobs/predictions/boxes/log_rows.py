"""A window's columns with its boxes: a row a box, and the numbers of each image beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jobs.boxes.image_boxes import ImageBoxes
from jobs.job_file.box_settings import BoxColumns
from jobs.predictions.boxes.rows import BoxRows, read_boxes, requests_of
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.rows.collector import WindowTooLargeError
from jobs.predictions.rows.number_columns import (
    NumberRole,
    RowPositions,
    read_number_column,
)
from jobs.predictions.rows.rows import NumberColumnTally
from jobs.predictions.values.long_values import cut_values
from jobs.times.timestamp_parts import Integers, Texts

_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRows:
    """The columns of a window's rows.

    Attributes
    ----------
    raw
        The log's columns as texts, by their names.
    moments
        The time of each row.
    values
        The fields that hold numbers.
    made_numbers
        Those of them that are derived from boxes.
    """

    raw: Mapping[str, Texts]
    moments: Integers
    values: Mapping[str, NDArray[np.float64]]
    made_numbers: tuple[str, ...] = ()


def with_boxes(
    log: LogRows, needed: NeededColumns, positions: RowPositions, most_rows: int
) -> tuple[LogRows, ImageBoxes | None, list[NumberColumnTally]]:
    """Return a window's columns with a row for each box, the boxes, and what is said of them.

    Where a row is a box, the rows of one time that name one image are of one image. Without boxes
    the columns stay as they are.

    Raises
    ------
    WindowTooLargeError
        If the boxes are more than `most_rows`.
    """
    settings = needed.named.boxes
    if settings is None:
        return log, None, []
    named = [log.raw[name] for name in needed.extra if name in log.raw]
    found = read_boxes(log.raw, settings, requests_of(log.moments, named))
    if found.boxes.in_cells and len(found.take) > most_rows:
        raise WindowTooLargeError(len(found.take))
    taken = positions.take(found.take)
    values = {name: one[found.take] for name, one in log.values.items()}
    said = [_tally(found, log.raw, settings, positions)]
    confidence = settings.confidence
    if confidence is not None and confidence in found.made:
        scores = read_number_column(
            confidence, NumberRole.CONFIDENCE, found.made[confidence], taken
        )
        values["confidence"] = scores.values
        said.append(scores.tally)
    derived = dict(found.places)
    if settings.scores is not None or (settings.column is None and needed.named.confidence):
        derived |= found.scores(values["confidence"])
    rows = LogRows(
        raw=_expanded(log.raw, found, settings),
        moments=taken.moments,
        values=values | derived,
        made_numbers=tuple(derived),
    )
    return rows, found.boxes, said


def _expanded(
    raw: Mapping[str, Texts], found: BoxRows, settings: BoxColumns
) -> Mapping[str, Texts]:
    """Return the log's columns for rows of one box each, the cells of boxes cut short."""
    if not found.boxes.in_cells:
        return raw
    rows = pa.array(found.take)
    short = {
        name: cut_values(column) if name in settings.used else column
        for name, column in raw.items()
    }
    return {name: column.take(rows) for name, column in short.items()} | dict(found.made)


def _tally(
    found: BoxRows, raw: Mapping[str, Texts], settings: BoxColumns, positions: RowPositions
) -> NumberColumnTally:
    columns = [settings.column] if settings.column is not None else list(settings.columns)
    first = np.unique(np.concatenate([np.zeros(0, np.int64), *found.lost.values()]))[:_EXAMPLES]
    return NumberColumnTally(
        column=", ".join(columns),
        role="boxes",
        filled=found.found,
        reasons={reason: len(rows) for reason, rows in sorted(found.lost.items()) if len(rows)},
        examples=tuple(
            positions.example(row, ", ".join(_text(raw, name, row) for name in columns))
            for row in first.tolist()
        ),
    )


def _text(raw: Mapping[str, Texts], name: str, row: int) -> str:
    return (raw[name][row].as_py() or "") if name in raw else ""
