"""Boxes over pictures: as paths of an SVG that lies over a thumbnail, and as a list in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.findings.images import BoxKind, DrawnBox, PictureBoxes
from reports.pages.boxes.jpeg_size import jpeg_size
from reports.pages.boxes.words import box_words, boxes_words


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxPath:
    """A box as the data of a path, with its class and score in words."""

    path: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxesView:
    """The boxes of one picture, ready for the page.

    Attributes
    ----------
    size
        Width and height of the thumbnail, which the paths are in; None without one.
    predicted, true
        The paths, large boxes first, so that small ones lie over them.
    words
        How many there are and are drawn.
    predicted_words, true_words
        Class and score of each, the most certain first.
    """

    size: tuple[int, int] | None
    predicted: tuple[BoxPath, ...]
    true: tuple[BoxPath, ...]
    words: str
    predicted_words: tuple[str, ...]
    true_words: tuple[str, ...]


def boxes_view(
    boxes: Mapping[str, PictureBoxes] | None, image: str, thumbnail: bytes | None
) -> BoxesView | None:
    """Return the boxes of an image; None where it is not known which it has.

    Parameters
    ----------
    boxes
        Those of the findings.
    thumbnail
        The picture; None without one: the boxes are then told in words only.
    """
    if not boxes or image not in boxes:
        return None
    found = boxes[image]
    size = None if thumbnail is None else jpeg_size(thumbnail)
    sides = {kind: [one for one in found.drawn if one.kind is kind] for kind in BoxKind}
    predicted, true = sides[BoxKind.PREDICTED], sides[BoxKind.TRUE]
    return BoxesView(
        size=size,
        predicted=_paths(predicted, size),
        true=_paths(true, size),
        words=boxes_words(found),
        predicted_words=tuple(map(box_words, predicted)),
        true_words=tuple(map(box_words, true)),
    )


def _paths(boxes: list[DrawnBox], size: tuple[int, int] | None) -> tuple[BoxPath, ...]:
    if size is None:
        return ()
    large_first = sorted(boxes, key=_area, reverse=True)
    return tuple(BoxPath(path=box_path(one, size), words=_title(one)) for one in large_first)


def box_path(box: DrawnBox, size: tuple[int, int]) -> str:
    """Return the outline of a box in pixels of a picture of that size, to a tenth of one."""
    width, height = size
    left, right = (round(share * width, 1) for share in (box.left, box.right))
    top, bottom = (round(share * height, 1) for share in (box.top, box.bottom))
    return f"M{left:g} {top:g}H{right:g}V{bottom:g}H{left:g}Z"


def _area(box: DrawnBox) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _title(box: DrawnBox) -> str:
    return box_words(box) + (", true" if box.kind is BoxKind.TRUE else "")
