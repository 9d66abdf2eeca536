"""One box as it stands in a list of boxes: four numbers, or an object that names its parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jobs.boxes.formats import BoxOrder

_SIGNS = re.compile(r"[^a-z0-9]")
# Keys without their capitals and signs: x_min, xMin and xmin are one.
_PARTS: tuple[tuple[tuple[str, str, str, str], BoxOrder | None], ...] = (
    (("left", "top", "width", "height"), BoxOrder.LTWH),
    (("left", "top", "right", "bottom"), BoxOrder.XYXY),
    (("xmin", "ymin", "xmax", "ymax"), BoxOrder.XYXY),
    (("x0", "y0", "x1", "y1"), BoxOrder.XYXY),
    (("x1", "y1", "x2", "y2"), BoxOrder.XYXY),
    (("xtl", "ytl", "xbr", "ybr"), BoxOrder.XYXY),
    (("cx", "cy", "w", "h"), BoxOrder.CXCYWH),
    (("cx", "cy", "width", "height"), BoxOrder.CXCYWH),
    (("xcenter", "ycenter", "width", "height"), BoxOrder.CXCYWH),
    (("centerx", "centery", "width", "height"), BoxOrder.CXCYWH),
    # Of the corner or of the centre: the job file's format says it.
    (("x", "y", "width", "height"), None),
    (("x", "y", "w", "h"), None),
)
_INSIDE = (
    "bbox", "box", "boundingbox", "bndbox", "xyxy", "xyxyn", "xywh", "xywhn", "coordinates",
    "coords", "rect", "rectangle", "boxes",
)  # fmt: skip
_WITH_SIZES = frozenset({BoxOrder.XYWH, BoxOrder.LTWH, BoxOrder.CXCYWH})


class NoBoxesError(Exception):
    """The argument is why a cell cannot be read, in words that follow on "5 boxes"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How objects of the same keys name a box: its parts, or the key that holds it."""

    parts: tuple[str, ...] = ()
    order: BoxOrder | None = None
    inside: str | None = None


def numbers_of(box: object, said: BoxOrder) -> tuple[list[object], BoxOrder] | None:
    """Return the four numbers of a box as they are written, and their order; None where it is none.

    Parameters
    ----------
    said
        The order that the job file says; an object that names the parts has its own.
    """
    if isinstance(box, list | tuple):
        is_flat = len(box) >= 4 and not any(isinstance(one, list | dict) for one in box[:4])
        return (list(box[:4]), said) if is_flat else None
    if not isinstance(box, dict):
        return None
    layout = _layout(tuple(key for key in box if isinstance(key, str)))
    if layout.inside is not None:
        inner = box[layout.inside]
        return numbers_of(inner, said) if isinstance(inner, list | tuple | dict) else None
    if not layout.parts:
        return None
    own = said if said in _WITH_SIZES else BoxOrder.XYWH
    return [box[key] for key in layout.parts], layout.order or own


def named_columns(
    names: Sequence[str],
) -> tuple[tuple[str, str, str, str], BoxOrder | None] | None:
    """Return the four columns that are called like the parts of a box, and their order.

    All four may begin alike, as in ``bbox_x1``. The order is None where it may be that of the
    corner or of the centre.
    """
    by_plain = {plain_key(name): name for name in names}
    for (first, *others), order in _PARTS:
        for name in by_plain:
            before = name.removesuffix(first)
            if name == before + first and all(before + one in by_plain for one in others):
                found = [by_plain[before + one] for one in (first, *others)]
                return (found[0], found[1], found[2], found[3]), order
    return None


def is_box(value: Mapping[str, object]) -> bool:
    """Tell whether an object is one box, and not lists side by side."""
    layout = _layout(tuple(key for key in value if isinstance(key, str)))
    if layout.inside is None:
        return bool(layout.parts)
    inner = value[layout.inside]
    if isinstance(inner, dict):
        return True
    if not isinstance(inner, list | tuple) or not inner:
        return False
    return not isinstance(inner[0], list | tuple | dict)


def plain_key(key: str) -> str:
    """Return a key without capitals and signs."""
    return _SIGNS.sub("", key.lower())


@lru_cache(maxsize=4096)
def _layout(keys: tuple[str, ...]) -> _Layout:
    by_plain = {plain_key(key): key for key in keys}
    for parts, order in _PARTS:
        if all(one in by_plain for one in parts):
            return _Layout(parts=tuple(by_plain[one] for one in parts), order=order)
    return _Layout(inside=next((by_plain[one] for one in _INSIDE if one in by_plain), None))


def value_of(box: object, key: str) -> object:
    """Return what a box says beside its numbers; None where it does not.

    Parameters
    ----------
    key
        A key of its object, with points between those of objects in objects, or the place of a
        number in its list.
    """
    if isinstance(box, list | tuple):
        return box[int(key)] if key.isdecimal() and int(key) < len(box) else None
    value: object = box
    for part in [key] if isinstance(box, dict) and key in box else key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value
