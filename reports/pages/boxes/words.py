"""A detector's boxes in words."""

from __future__ import annotations

from reports.findings.images import MOST_BOXES_DRAWN, BoxKind, DrawnBox, PictureBoxes
from reports.words.numbers import counted

_NO_CLASS = "no class"


def box_words(box: DrawnBox) -> str:
    """Return class and score of a box: ``dog 0.87``."""
    name = box.class_name or _NO_CLASS
    return name if box.score is None else f"{name} {box.score:.2f}"


def boxes_words(boxes: PictureBoxes) -> str:
    """Return how many boxes an image has, and how many of them are drawn where that is not all.

    ``61 boxes (the 24 most certain drawn)``, or ``3 boxes, 2 true boxes``.
    """
    if boxes.predicted is None:
        predicted = "its boxes cannot be read"
    else:
        predicted = _words(boxes, BoxKind.PREDICTED, boxes.predicted, "box")
    if boxes.true is None:
        return predicted
    return f"{predicted}, {_words(boxes, BoxKind.TRUE, boxes.true, 'true box')}"


def _words(boxes: PictureBoxes, kind: BoxKind, found: int, noun: str) -> str:
    said = counted(found, noun, f"{noun}es") if found else f"no {noun}"
    drawn = sum(one.kind is kind for one in boxes.drawn)
    if drawn == found:
        return said
    if not drawn and boxes.not_drawn_because:
        return f"{said} (not drawn: {boxes.not_drawn_because})"
    if drawn < MOST_BOXES_DRAWN:
        return f"{said} ({drawn} drawn, the others have no place in the picture)"
    which = "most certain" if kind is BoxKind.PREDICTED else "first"
    return f"{said} (the {drawn} {which} drawn)"
