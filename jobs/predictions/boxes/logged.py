"""The boxes of a window's rows as the log has them, from cells or from four columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jobs.boxes.formats import BoxOrder
from jobs.job_file.box_settings import BoxColumns
from jobs.predictions.boxes.box_in_cell import NoBoxesError
from jobs.predictions.boxes.cells import ORDERS, CellBoxes, read_cell
from jobs.predictions.values.numbers import read_numbers
from jobs.times.timestamp_parts import Integers, Texts

NO_CLASS = "without a class"
NO_SCORE = "without a score that is a number"
MOST_BOXES = 1_000
"""Of an image with more boxes in a cell so many are kept, those of the highest scores."""
TOO_MANY = f"beyond the {MOST_BOXES:,} of an image that are kept"
_NO_BOXES = CellBoxes(
    numbers=np.zeros((0, 4)), orders=np.zeros(0, np.uint8), classes=[], scores=np.zeros(0)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedBoxes:
    """The boxes of rows, row by row.

    Attributes
    ----------
    row
        The row of the log that each box stands in, ascending. Shape (n,).
    numbers, orders
        As of `CellBoxes`.
    classes, scores
        Of boxes in cells; None where they stand in columns of their own, which are read as those
        of any log.
    counts
        How many boxes each row has, with those that were not kept; NaN where its cell cannot be
        read. Shape (rows,).
    lost
        The rows of which something was lost, by the reason, one entry for each lost cell or box.
    """

    row: NDArray[np.int64]
    numbers: NDArray[np.float64]
    orders: NDArray[np.uint8]
    counts: NDArray[np.float64]
    classes: Texts | None = None
    scores: NDArray[np.float64] | None = None
    lost: Mapping[str, Integers] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.row)


def read_in_cells(raw: Mapping[str, Texts], settings: BoxColumns, rows: int) -> LoggedBoxes:
    """Return the boxes of a column whose cells hold all boxes of an image."""
    columns = [_cells(raw, one, rows) for one in (settings.column, *_sides(settings))]
    counts = np.zeros(rows)
    lost: dict[str, list[int]] = {}
    kept: list[CellBoxes] = []
    for row, (cell, classes, scores) in enumerate(zip(*columns, strict=True)):
        try:
            found = _read(cell, (classes, scores), settings)
            counts[row] = len(found.numbers)
        except NoBoxesError as error:
            found, counts[row] = _NO_BOXES, np.nan
            lost.setdefault(str(error), []).append(row)
        if len(found.numbers) > MOST_BOXES:
            lost.setdefault(TOO_MANY, []).extend([row] * (len(found.numbers) - MOST_BOXES))
            found = _best(found)
        kept.append(found)
    where = np.repeat(np.arange(rows), [len(one.numbers) for one in kept] or [0] * rows)
    kept = kept or [_NO_BOXES]
    classes = pa.array([name for one in kept for name in one.classes], pa.string())
    scores = np.concatenate([one.scores for one in kept])
    missing = {
        NO_CLASS: where[classes.is_null().to_numpy(zero_copy_only=False)],
        NO_SCORE: where[~np.isfinite(scores)],
    }
    asked = {NO_CLASS: settings.classes, NO_SCORE: settings.scores}
    return LoggedBoxes(
        row=where,
        numbers=np.concatenate([one.numbers for one in kept]),
        orders=np.concatenate([one.orders for one in kept]),
        counts=counts,
        classes=classes,
        scores=np.where(np.isfinite(scores), scores, np.nan),
        lost={reason: np.array(found, np.int64) for reason, found in lost.items()}
        | {why: found for why, found in missing.items() if asked[why] and len(found)},
    )


def _sides(settings: BoxColumns) -> tuple[str | None, str | None]:
    return settings.classes, settings.scores


def _cells(raw: Mapping[str, Texts], name: str | None, rows: int) -> Sequence[str | None]:
    """Return the texts of a column, which need not be there: its name may be that of a key."""
    if name is None or name not in raw:
        return [None] * rows
    found: list[str | None] = raw[name].to_pylist()
    return found


def _read(
    cell: str | None, beside: tuple[str | None, str | None], settings: BoxColumns
) -> CellBoxes:
    return _NO_BOXES if cell is None or not cell.strip() else read_cell(cell, beside, settings)


def _best(found: CellBoxes) -> CellBoxes:
    """Return the boxes of the highest scores, of equal ones the first, in the cell's order."""
    ranked = np.argsort(-np.nan_to_num(found.scores, nan=-np.inf), kind="stable")
    rows = np.sort(ranked[:MOST_BOXES])
    return CellBoxes(
        numbers=found.numbers[rows],
        orders=found.orders[rows],
        classes=[found.classes[row] for row in rows.tolist()],
        scores=found.scores[rows],
    )


def read_in_columns(raw: Mapping[str, Texts], settings: BoxColumns, rows: int) -> LoggedBoxes:
    """Return the boxes of four columns; a row in which all four are empty has none."""
    missing = pa.nulls(rows, pa.string())
    read = [read_numbers(raw.get(name, missing)) for name in settings.columns]
    numbers = np.column_stack([one.values for one in read])
    empty = np.isnan(numbers).all(axis=1) & np.all([one.readable for one in read], axis=0)
    row = np.flatnonzero(~empty)
    return LoggedBoxes(
        row=row,
        numbers=numbers[row],
        orders=np.full(len(row), ORDERS.index(BoxOrder(settings.format)), np.uint8),
        counts=(~empty).astype(np.float64),
    )
