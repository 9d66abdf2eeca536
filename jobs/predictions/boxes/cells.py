"""The boxes in one cell: a list of boxes, an object of lists side by side, or one box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.boxes.formats import BoxOrder
from jobs.job_file.box_settings import BoxColumns
from jobs.predictions.answers.cell_values import NoValueError, cell_value
from jobs.predictions.boxes.box_in_cell import (
    NoBoxesError,
    is_box,
    numbers_of,
    plain_key,
    value_of,
)
from jobs.predictions.values.texts import text_of

NOT_READ = "not readable as boxes"
OTHER_LENGTH = "in lists of different lengths"
# What an answer calls its list of boxes.
_LISTS = (
    "boxes", "bboxes", "detectionboxes", "predboxes", "boundingboxes", "detections",
    "predictions", "objects", "instances", "results", "labels", "annotations", "output", "outputs",
    "data", "bbox", "box", "xyxy", "xyxyn", "xywh", "xywhn",
)  # fmt: skip
_DEEPEST = 4
ORDERS = tuple(BoxOrder)
_PLAIN = frozenset({int, float})


@dataclass(frozen=True, slots=True, kw_only=True)
class CellBoxes:
    """The boxes of one cell, in its order.

    Attributes
    ----------
    numbers
        As they are written; NaN for what is no number. Shape (n, 4).
    orders
        The order of each box's numbers, as a place in `ORDERS`. Shape (n,).
    classes
        None where a box has none.
    scores
        NaN where a box has none. Shape (n,).
    """

    numbers: NDArray[np.float64]
    orders: NDArray[np.uint8]
    classes: list[str | None]
    scores: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    boxes: list[object]
    classes: object = None
    scores: object = None


def read_cell(text: str, beside: tuple[str | None, str | None], settings: BoxColumns) -> CellBoxes:
    """Return the boxes in a cell.

    Parameters
    ----------
    beside
        What stands in the columns of classes and of scores in the same row.

    Raises
    ------
    NoBoxesError
        If they cannot be read; the argument says why.
    """
    try:
        listed = _listed(cell_value(text), settings, _DEEPEST)
        sides = [None if one is None else cell_value_or_text(one) for one in beside]
    except (NoValueError, RecursionError):
        raise NoBoxesError(NOT_READ) from None
    numbers, orders = _numbers(listed.boxes, BoxOrder(settings.format))
    classes = _values(listed.boxes, _first(sides[0], listed.classes), settings.classes)
    scores = _values(listed.boxes, _first(sides[1], listed.scores), settings.scores)
    return CellBoxes(
        numbers=numbers,
        orders=orders,
        classes=[one if type(one) is str else _class(one) for one in classes],
        scores=_scores(scores),
    )


def _numbers(boxes: list[object], said: BoxOrder) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return the numbers of boxes, and the order of each."""
    fours = [box for box in boxes if type(box) is list and len(box) == 4]
    if len(fours) == len(boxes) and all(_PLAIN.issuperset(map(type, box)) for box in fours):
        # By far the most common, and twice as fast.
        return _as_floats(fours), np.full(len(boxes), ORDERS.index(said), np.uint8)
    found = [numbers_of(box, said) for box in boxes]
    numbers = [one for one in found if one is not None]
    if len(numbers) < len(found):
        raise NoBoxesError(NOT_READ)
    orders = np.array([ORDERS.index(order) for _, order in numbers], np.uint8)
    return _as_floats([four for four, _ in numbers]), orders


def _scores(values: list[object]) -> NDArray[np.float64]:
    if _PLAIN.issuperset(map(type, values)):
        return _as_floats([values]).ravel() if values else np.zeros(0)
    return np.array([_number(one) for one in values], np.float64)


def _first(one: object, other: object) -> object:
    return other if one is None else one


def cell_value_or_text(text: str) -> object:
    """Return what a cell holds; a text that is nothing else, such as one class, as itself."""
    try:
        return cell_value(text)
    except NoValueError:
        return text


def _listed(value: object, settings: BoxColumns, depth: int) -> _Listed:
    if depth == 0:
        raise NoBoxesError(NOT_READ)
    if isinstance(value, str):
        return _listed(cell_value(value), settings, depth - 1)
    if value is None:
        return _Listed(boxes=[])
    if isinstance(value, dict):
        return _in_object(value, settings, depth)
    if not isinstance(value, list | tuple):
        raise NoBoxesError(NOT_READ)
    is_one = len(value) >= 4 and not any(isinstance(one, list | tuple | dict) for one in value)
    return _Listed(boxes=[list(value)] if is_one else list(value))


def _in_object(value: dict[str, object], settings: BoxColumns, depth: int) -> _Listed:
    if is_box(value):
        return _Listed(boxes=[value])
    by_plain = {plain_key(key): key for key in value if isinstance(key, str)}
    key = next((by_plain[one] for one in _LISTS if one in by_plain), None)
    if key is None:
        raise NoBoxesError(NOT_READ)
    inner = _listed(value[key], settings, depth - 1)
    own = [None if one is None else value_of(value, one) for one in _keys(settings)]
    return _Listed(
        boxes=inner.boxes,
        classes=_first(inner.classes, own[0]),
        scores=_first(inner.scores, own[1]),
    )


def _keys(settings: BoxColumns) -> tuple[str | None, str | None]:
    return settings.classes, settings.scores


def _values(boxes: list[object], beside: object, key: str | None) -> list[object]:
    """Return what each box says under a key, or the list that stands beside the boxes."""
    if key is None:
        return [None] * len(boxes)
    if beside is None:
        return [value_of(box, key) for box in boxes]
    found = list(beside) if isinstance(beside, list | tuple) else [beside]
    if len(found) != len(boxes):
        raise NoBoxesError(OTHER_LENGTH)
    return found


def _as_floats(numbers: list[list[object]]) -> NDArray[np.float64]:
    """Return numbers, as NaN where one is none."""
    if not numbers:
        return np.zeros((0, 4))
    try:
        # By far the most common, and much faster: `None` becomes NaN here.
        return np.array(numbers, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.array([[_number(one) for one in four] for four in numbers], np.float64)


def _number(value: object) -> float:
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        return np.nan
    text = value.strip() if isinstance(value, str) else ""
    try:
        if text.endswith("%"):
            return float(text.removesuffix("%")) / 100
        return float(value)
    except (ValueError, OverflowError):
        return np.nan


def _class(value: object) -> str | None:
    """Return a class as text, one without a name by its number."""
    return None if value is None or isinstance(value, list | dict) else text_of(value)
