"""From the boxes in a log to rows with a box each, and numbers of each image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from jobs.boxes.image_boxes import ImageBoxes
from jobs.boxes.per_image import numbers_of_places, numbers_of_scores
from jobs.job_file.box_settings import BoxColumns
from jobs.predictions.boxes.logged import LoggedBoxes, read_in_cells, read_in_columns
from jobs.predictions.boxes.places import PlacedBoxes, other_format, place_boxes
from jobs.predictions.values.numbers import read_numbers
from jobs.times.timestamp_parts import Integers, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxRows:
    """The rows of a log as rows of one box each.

    Attributes
    ----------
    take
        The row of the log that each row is of: one for each box of a cell, and one for each cell
        without boxes. Where a row of the log is a box, all rows one by one.
    made
        The columns that are made of cells of boxes, of these rows: their classes and scores.
    boxes
        The boxes themselves.
    places
        The numbers of each image, of these rows.
    lost
        The rows of the log of which something was lost, by the reason, one entry for each lost
        cell or box.
    found
        How many boxes there are, with those that were lost and with unreadable cells.
    """

    take: Integers
    made: Mapping[str, Texts]
    boxes: ImageBoxes
    places: Mapping[str, NDArray[np.float64]]
    lost: Mapping[str, Integers]
    found: int

    def scores(self, confidences: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Return what the scores say of each image, of these rows.

        Parameters
        ----------
        confidences
            The score of each of these rows.
        """
        image = self.boxes.image_of_row
        found = numbers_of_scores(image, confidences, len(self.boxes.counts))
        return {name: values[image] for name, values in found.items()}


def read_boxes(raw: Mapping[str, Texts], settings: BoxColumns, requests: Integers) -> BoxRows:
    """Return the boxes of a log's rows.

    Parameters
    ----------
    raw
        The log's columns as texts.
    requests
        A number for each row; rows of one number are of one image, where a row is a box.
    """
    rows = len(requests)
    in_cells = settings.column is not None
    read = read_in_cells if in_cells else read_in_columns
    written = read(raw, settings, rows)
    take = _rows_of_boxes(written, rows) if in_cells else np.arange(rows)
    # A cell is an image; each of its boxes, which are in order, has a row.
    of_log = np.arange(rows) if in_cells else pd.factorize(requests)[0].astype(np.int64)
    image_of_row, row = of_log[take], _places_of_boxes(written, take)
    image = image_of_row[row]
    images, first = np.unique(of_log, return_index=True)
    sizes = _sizes(raw, settings, rows)[first]
    counts = np.bincount(of_log, written.counts, len(images)).astype(np.float64)
    placed = place_boxes(written, sizes[image], settings)
    usable = placed.usable
    numbers = numbers_of_places(image[usable], placed.corners[usable], sizes, counts)
    return BoxRows(
        take=take,
        made=_made(written, settings, row, len(take)),
        boxes=ImageBoxes(
            row=row[usable],
            corners=placed.corners[usable],
            in_shares=placed.in_shares,
            image_of_row=image_of_row,
            sizes=sizes,
            counts=counts,
            in_cells=in_cells,
            empty_cells=_empty(raw, settings),
            other_format=other_format(written, sizes[image], settings),
        ),
        places={name: values[image_of_row] for name, values in numbers.items()},
        lost={**written.lost, **_faults(written, placed)},
        found=int(np.nansum(written.counts) + np.isnan(written.counts).sum()),
    )


def requests_of(moments: Integers, columns: Sequence[Texts]) -> Integers:
    """Return a number for each row; rows of one time and equal in some columns have the same."""
    numbers: Integers = pd.factorize(moments)[0].astype(np.int64)
    for column in columns:
        encoded = column.dictionary_encode()
        codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy()
        pairs = numbers * (len(encoded.dictionary) + 1) + codes
        numbers = pd.factorize(pairs)[0].astype(np.int64)
    return numbers


def _rows_of_boxes(written: LoggedBoxes, rows: int) -> Integers:
    kept = np.bincount(written.row, minlength=rows)
    return np.repeat(np.arange(rows), np.maximum(kept, 1))


def _places_of_boxes(written: LoggedBoxes, take: Integers) -> Integers:
    """Return which row each box has: rows of cells without boxes stand between them."""
    has_boxes = np.zeros(len(written.counts), np.bool_)
    has_boxes[written.row] = True
    return np.flatnonzero(has_boxes[take])


def _sizes(raw: Mapping[str, Texts], settings: BoxColumns, rows: int) -> NDArray[np.float64]:
    missing = pa.nulls(rows, pa.string())
    names = (settings.width or "", settings.height or "")
    columns = [read_numbers(raw.get(name, missing)) for name in names]
    sizes = np.column_stack([one.values for one in columns])  # noqa: PD011 - no data frame
    with np.errstate(invalid="ignore"):
        known = (sizes > 0).all(axis=1, keepdims=True)
    return np.where(known, sizes, np.nan)


def _made(written: LoggedBoxes, settings: BoxColumns, row: Integers, rows: int) -> dict[str, Texts]:
    if settings.column is None or written.classes is None or written.scores is None:
        return {}
    box = np.full(rows, -1)
    box[row] = np.arange(len(row))
    places = pa.array(box, mask=box < 0)
    made = {}
    if settings.prediction is not None:
        made[settings.prediction] = written.classes.take(places)
    if settings.confidence is not None:
        scores = pa.array(written.scores, from_pandas=True).cast(pa.string())
        made[settings.confidence] = scores.take(places)
    return made


def _faults(written: LoggedBoxes, placed: PlacedBoxes) -> dict[str, Integers]:
    return {reason: written.row[boxes] for reason, boxes in placed.faults.items()}


def _empty(raw: Mapping[str, Texts], settings: BoxColumns) -> int:
    if settings.column is None or settings.column not in raw:
        return 0
    return int(raw[settings.column].null_count)
