"""Which columns of a log hold a detector's boxes, and in which format they seem to be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.setup.columns.boxes.sizes import guess_sizes, sizes_of
from drift.setup.columns.values import ColumnValues
from drift.setup.words import words_of
from jobs.boxes.fitting import fit_formats
from jobs.boxes.formats import BoxOrder, BoxUnit
from jobs.job_file.box_settings import BoxColumns
from jobs.predictions.boxes.box_in_cell import NoBoxesError, named_columns, plain_key
from jobs.predictions.boxes.cells import ORDERS, CellBoxes, cell_value_or_text, read_cell

_LOOKED_AT = 300
_MOST_READ = 0.95
_AS_GOOD = 0.01
# No image is so large: boxes in pixels fit it wherever they are.
_SIDE_OF_UNKNOWN = 1e7
_LARGEST_SHARE = 1.01
_NEAR_ALL = 0.99
_FITS = 0.9
_BOX_WORDS = frozenset({"box", "boxes", "bbox", "bboxes", "rois", "detections"})
_CLASS_KEYS = (
    "classname", "class", "label", "name", "category", "labelname", "categoryname", "cls",
    "classid", "categoryid", "labelid",
)  # fmt: skip
_SCORE_KEYS = ("score", "confidence", "conf", "probability", "prob")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxGuess:
    """Where boxes seem to stand.

    Attributes
    ----------
    settings
        `predictions.columns.boxes`.
    because
        What spoke for it.
    doubt
        What cannot be told; empty where nothing is left open.
    used
        The columns that hold them, their classes and scores.
    """

    settings: BoxColumns
    because: str
    doubt: str
    used: frozenset[str]


def guess_boxes(columns: Mapping[str, ColumnValues]) -> BoxGuess | None:
    """Return where boxes stand: in the cells of one column, or in four columns; None for none."""
    for name in sorted(columns, key=lambda one: (not _BOX_WORDS & set(words_of(one)), one)):
        found = _in_cells(columns[name], columns)
        if found is not None:
            return found
    return _in_columns(columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadCells:
    """Cells that were read as boxes.

    Attributes
    ----------
    of_row
        The row of each box.
    order, is_named
        The order of the numbers of the first box, and whether names of its parts tell it.
    """

    cells: list[str]
    numbers: NDArray[np.float64]
    of_row: NDArray[np.int64]
    order: BoxOrder
    is_named: bool


def _in_cells(column: ColumnValues, columns: Mapping[str, ColumnValues]) -> BoxGuess | None:
    read = _read_cells(column)
    if read is None:
        return None
    sides, sizes = _sizes(columns, {column.name}, read.numbers, read.of_row)
    keys = _keys_in_boxes(read.cells)
    if keys is None:
        order, doubt = _order(read.numbers, sizes)
        keys = (None, None)
    else:
        told = (read.order, "") if read.is_named else _order(read.numbers, sizes)
        order, doubt = told
    if None in keys:
        beside = _lists_beside(column, columns)
        keys = (keys[0] or beside[0], keys[1] or beside[1])
    settings = BoxColumns(
        column=column.name,
        format=order.value,
        unit=_unit(read.numbers).value,
        classes=keys[0],
        scores=keys[1],
        width=sides[0] if sides else None,
        height=sides[1] if sides else None,
    )
    lists = {one for one in keys if one in columns and one}
    return BoxGuess(
        settings=settings,
        because=f"its cells hold {len(read.numbers):,} boxes in {len(read.cells):,} rows",
        doubt=doubt,
        used=frozenset({column.name, *lists, *(sides or ())}),
    )


def _read_cells(column: ColumnValues) -> _ReadCells | None:
    """Return the cells of a column as boxes; None where they are none."""
    rows = [row for row, one in enumerate(column.values) if one is not None and one.strip()]
    rows = rows[:_LOOKED_AT]
    cells = [column.values[row] or "" for row in rows]
    # An object holds lists side by side; what stands in it is columns of their own too.
    if not cells or sum(cell.lstrip().startswith("[") for cell in cells) < len(cells):
        return None
    plain = BoxColumns(column=column.name)
    read = [_read(cell, plain) for cell in cells]
    boxes = [one for one in read if one is not None]
    is_named = bool(_BOX_WORDS & set(words_of(column.name)))
    most = max((len(one.numbers) for one in boxes), default=0)
    if len(boxes) < _MOST_READ * len(read) or most < (1 if is_named else 2):
        return None
    counts = [0 if one is None else len(one.numbers) for one in read]
    # Numbers without names are in whichever order is said.
    first = next(cell for cell, count in zip(cells, counts, strict=True) if count)
    otherwise = _read(first, BoxColumns(column=column.name, format="yxyx"))
    order = _first_order(boxes)
    return _ReadCells(
        cells=cells,
        numbers=np.concatenate([one.numbers for one in boxes]),
        of_row=np.repeat(rows, counts),
        order=order,
        is_named=otherwise is not None and _first_order([otherwise]) is order,
    )


def _first_order(boxes: Sequence[CellBoxes]) -> BoxOrder:
    return ORDERS[int(np.concatenate([one.orders for one in boxes])[0])]


def _sizes(
    columns: Mapping[str, ColumnValues],
    taken: Collection[str],
    numbers: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> tuple[tuple[str, str] | None, NDArray[np.float64]]:
    """Return the columns of the images' sizes, and the size for each box.

    Columns with a size that boxes in pixels do not fit are those of another image.
    """
    unknown = np.full((len(numbers), 2), _SIDE_OF_UNKNOWN)
    sides = guess_sizes(columns, taken)
    if sides is None:
        return None, unknown
    found = sizes_of(columns, sides, max((len(one.values) for one in columns.values()), default=0))
    sizes = np.where(np.isfinite(found), found, _SIDE_OF_UNKNOWN)[rows]
    fits = [one for one in fit_formats(numbers, sizes) if one.box_format.unit is _unit(numbers)]
    if not len(numbers) or (fits and fits[0].share >= _FITS):
        return sides, sizes
    return None, unknown


def _read(cell: str, settings: BoxColumns) -> CellBoxes | None:
    try:
        return read_cell(cell, (None, None), settings)
    except NoBoxesError:
        return None


def _first_box(cells: Sequence[str]) -> dict[str, object]:
    """Return the first box that is an object; empty where they are lists."""
    for cell in cells:
        value = cell_value_or_text(cell)
        if isinstance(value, list) and value:
            return value[0] if isinstance(value[0], dict) else {}
    return {}


def _keys_in_boxes(cells: Sequence[str]) -> tuple[str | None, str | None] | None:
    """Return the keys of class and score in boxes that are objects; None where they are lists."""
    first = _first_box(cells)
    if not first:
        return None
    by_plain = {plain_key(key): key for key in first}

    def known(names: Sequence[str]) -> str | None:
        return next((by_plain[one] for one in names if one in by_plain), None)

    return known(_CLASS_KEYS), known(_SCORE_KEYS)


def _lists_beside(
    boxes: ColumnValues, columns: Mapping[str, ColumnValues]
) -> tuple[str | None, str | None]:
    """Return the columns whose lists are as long as those of the boxes: classes and scores."""
    lengths = [_length(one) for one in boxes.values[:_LOOKED_AT]]
    classes: list[tuple[bool, str]] = []
    scores: list[tuple[bool, str]] = []
    for name, column in columns.items():
        lists = [_items(one) for one in column.values[:_LOOKED_AT]]
        alike = [
            items is not None and len(items) == length
            for items, length in zip(lists, lengths, strict=True)
            if length
        ]
        if name == boxes.name or not alike or sum(alike) < _MOST_READ * len(alike):
            continue
        words = set(words_of(name))
        kind = _kind_of([item for one in lists for item in one or () if item is not None])
        if kind in (str, int):
            classes.append((kind is int, name))
        elif kind is float:
            scores.append((not words & {"score", "scores", "confidence", "confidences"}, name))
    return min(classes, default=(False, None))[1], min(scores, default=(False, None))[1]


def _kind_of(items: Sequence[object]) -> type | None:
    """Return what nearly all items of lists are: texts, whole numbers or numbers; else None."""
    texts = sum(isinstance(item, str) for item in items)
    numbers = [item for item in items if isinstance(item, int | float)]
    numbers = [item for item in numbers if not isinstance(item, bool)]
    if items and texts >= _MOST_READ * len(items):
        return str
    if not numbers or len(numbers) < _MOST_READ * len(items):
        return None
    return int if all(isinstance(item, int) for item in numbers) else float


def _length(cell: str | None) -> int:
    return len(_items(cell) or ())


def _items(cell: str | None) -> list[object] | None:
    value = None if cell is None else cell_value_or_text(cell)
    return value if isinstance(value, list) else None


def _order(numbers: NDArray[np.float64], sizes: NDArray[np.float64]) -> tuple[BoxOrder, str]:
    """Return the order that fits best, and which others fit as well."""
    unit = _unit(numbers)
    fits = [one for one in fit_formats(numbers, sizes) if one.box_format.unit is unit]
    if not fits:
        return BoxOrder.XYXY, "The numbers of the boxes do not tell their format."
    near = [one.box_format.order for one in fits if fits[0].share - one.share < _AS_GOOD]
    # Corners in order are no chance: widths and heights are smaller than places about as often.
    order = next(one for one in BoxOrder if one in near)
    others = ", ".join(one.value for one in near if one is not order)
    doubt = (
        f"The boxes fit {others} as well as {order.value}: look which it is. A run's page draws "
        "them over the pictures: in the wrong order they lie beside the things. True boxes beside "
        "the log would tell it."
    )
    return order, doubt if others else ""


def _unit(numbers: NDArray[np.float64]) -> BoxUnit:
    known = numbers[np.isfinite(numbers).all(axis=1)]
    in_one = (np.abs(known) <= _LARGEST_SHARE).all(axis=1)
    return BoxUnit.SHARES if len(known) and in_one.mean() >= _NEAR_ALL else BoxUnit.PIXELS


def _in_columns(columns: Mapping[str, ColumnValues]) -> BoxGuess | None:
    numeric = [name for name, one in columns.items() if one.is_numeric]
    found = named_columns(numeric)
    if found is None:
        return None
    names, order = found
    values = [columns[name].read.values for name in names]
    numbers = np.column_stack(values)
    sides, _ = _sizes(columns, names, numbers, np.arange(len(numbers)))
    doubt = ""
    if order is None:
        order, doubt = BoxOrder.XYWH, "Are x and y the corner (xywh) or the centre (cxcywh)?"
    settings = BoxColumns(
        columns=names,
        format=order.value,
        unit=_unit(numbers).value,
        width=sides[0] if sides else None,
        height=sides[1] if sides else None,
    )
    return BoxGuess(
        settings=settings,
        because="columns called like the parts of a box, with numbers",
        doubt=doubt,
        used=frozenset({*names, *(sides or ())}),
    )
