"""A detector's boxes in words."""

from __future__ import annotations

from reports.findings.images import BoxKind, DrawnBox, PictureBoxes
from reports.words.numbers import counted

_NO_CLASS = "no class"


def box_words(box: DrawnBox) -> str:
    """Return class and score of a box: ``dog 0.87``."""
    name = box.class_name or _NO_CLASS
    return name if box.score is None else f"{name} {box.score:.2f}"


def boxes_words(boxes: PictureBoxes) -> str:
    """Return how many boxes an image has, and how many of them are drawn where that is not all.

    ``61 boxes, of which the 24 most certain are drawn``, or ``3 boxes, 2 true boxes``.
    """
    if boxes.predicted is None:
        predicted = "its boxes cannot be read"
    else:
        predicted = _words(boxes, BoxKind.PREDICTED, boxes.predicted, "box")
    parts = [predicted]
    if boxes.true is not None:
        parts.append(_words(boxes, BoxKind.TRUE, boxes.true, "true box"))
    if boxes.not_drawn_because:
        parts.append(f"not drawn: {boxes.not_drawn_because}")
    return ", ".join(parts)


def _words(boxes: PictureBoxes, kind: BoxKind, found: int, noun: str) -> str:
    said = counted(found, noun, f"{noun}es") if found else f"no {noun}"
    drawn = sum(one.kind is kind for one in boxes.drawn)
    if drawn == found or (not drawn and boxes.not_drawn_because):
        return said
    certain = " most certain" if kind is BoxKind.PREDICTED and drawn else ""
    return f"{said} ({drawn}{certain} drawn)"
