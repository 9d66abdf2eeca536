"""A window's rows as independent units, and the segments that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from drift.observations.segments.segment_values import EMPTY, segment_text
from drift.where.onset import LEAST_UNITS
from drift.where.permuted_sums import Numbers, Weights

HOUR, DAY = "hour", "day"
MOST_VALUES = 200
_MICROSECONDS = "datetime64[us]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredUnits:
    """The independent parts of a window: images, or clusters of near-copies.

    Attributes
    ----------
    scores
        The mean score of each unit's rows.
    times
        The time of each unit's first row, UTC.
    of_row
        The unit of each row.
    row_times
        The time of each row, UTC.
    """

    scores: Numbers
    times: NDArray[np.datetime64]
    of_row: NDArray[np.int64]
    row_times: NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """The segments of all columns.

    Attributes
    ----------
    columns, labels
        What each segment is called.
    images
        How many rows each has.
    weights
        Shape (units, segments): the part of the unit's rows that belong to the segment.
    passed_over
        Values beyond the most frequent `MOST_VALUES` of their column.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    images: NDArray[np.int64]
    weights: Weights
    passed_over: int


def gather_units(scores: Numbers, units: NDArray[np.int64], timestamps: pd.Series) -> ScoredUnits:
    """Return the units of rows; all arguments have one value per row, scores are finite."""
    _, of_row = np.unique(units, return_inverse=True)
    row_times = timestamps.to_numpy(dtype=_MICROSECONDS)
    number = int(of_row.max(initial=-1)) + 1
    first = np.full(number, np.iinfo(np.int64).max)
    np.minimum.at(first, of_row, row_times.astype(np.int64))
    sizes = np.bincount(of_row, minlength=number)
    return ScoredUnits(
        scores=np.bincount(of_row, weights=scores, minlength=number) / np.maximum(sizes, 1),
        times=first.astype(_MICROSECONDS),
        of_row=of_row.astype(np.int64),
        row_times=row_times,
    )


def list_segments(table: pd.DataFrame, units: ScoredUnits, *, hours: bool) -> Segments:
    """Return the segments of every column, and those of time where `hours` is set.

    A missing or blank value is the value ``"(empty)"``. Of a column only the `MOST_VALUES` most
    frequent values are segments.
    """
    blocks = [_column_block(str(column), table[column]) for column in table.columns]
    if hours and len(units.row_times):
        blocks.append(_time_block(units))
    number = sum(len(block.labels) for block in blocks)
    return Segments(
        columns=tuple(block.column for block in blocks for _ in block.labels),
        labels=tuple(value for block in blocks for value in block.labels),
        images=np.concatenate([np.zeros(0, np.int64), *(block.images for block in blocks)]),
        weights=_weights(blocks, units.of_row, (len(units.scores), number)),
        passed_over=sum(block.passed_over for block in blocks),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The segments of one column; `codes` is -1 where a row belongs to none of them."""

    column: str
    labels: tuple[str, ...]
    images: NDArray[np.int64]
    codes: NDArray[np.int64]
    passed_over: int


def _column_block(name: str, column: pd.Series) -> _Block:
    codes, values = pd.factorize(column)
    # The last one is the text of the code -1: a missing value.
    texts = [*map(segment_text, values), EMPTY]
    places, labels = pd.factorize(np.array(texts, dtype=object))
    of_rows = places[codes]
    there = np.bincount(of_rows, minlength=len(labels)) > 0
    renumbered = np.cumsum(there) - 1
    return _block(name, renumbered[of_rows], [str(label) for label in labels[there]])


def _block(name: str, codes: NDArray[np.int64], values: Sequence[str]) -> _Block:
    counts = np.bincount(codes, minlength=len(values))
    by_name = np.argsort(np.asarray(values, dtype=object), kind="stable")
    order = by_name[np.argsort(-counts[by_name], kind="stable")]
    kept = order[:MOST_VALUES]
    place = np.full(len(values), -1)
    place[kept] = np.arange(len(kept))
    return _Block(
        column=name,
        labels=tuple(values[index] for index in kept),
        images=counts[kept],
        codes=place[codes],
        passed_over=len(values) - len(kept),
    )


def _time_block(units: ScoredUnits) -> _Block:
    """Return hours; days for a long window, or where most units are in sparsely filled hours."""
    hours = units.times.astype("datetime64[h]")
    span = int((hours.max() - hours.min()).astype(np.int64)) + 1
    counts = np.unique(hours, return_counts=True)[1]
    in_full_hours = int(counts[counts >= LEAST_UNITS].sum())
    by_day = span > MOST_VALUES or 2 * in_full_hours < len(hours)
    starts = units.row_times.astype("datetime64[D]" if by_day else "datetime64[h]")
    values, codes = np.unique(starts, return_inverse=True)
    if by_day:
        return _block(DAY, codes, [str(day) for day in values])
    return _block(HOUR, codes, [f"{hour}:00Z" for hour in values])


def _weights(blocks: Sequence[_Block], units: NDArray[np.int64], shape: tuple[int, int]) -> Weights:
    if not blocks:
        return sparse.csc_array(shape, dtype=np.float64)
    share = 1.0 / np.bincount(units, minlength=shape[0])
    # Half the memory of what numpy counts with: there may be millions of entries.
    of_row = units.astype(np.int32)
    return sparse.hstack([_block_weights(block, of_row, share) for block in blocks], format="csc")


def _block_weights(block: _Block, of_row: NDArray[np.int32], share: Numbers) -> Weights:
    rows = np.flatnonzero(block.codes >= 0)
    unit, column = of_row[rows], block.codes[rows].astype(np.int32)
    shape = (len(share), len(block.labels))
    return sparse.coo_array((share[unit], (unit, column)), shape=shape).tocsc()
