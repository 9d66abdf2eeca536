"""The worst images of a day and their boxes as JSON's values, read again with nothing on trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from drift.model_quality.detection.sums import MOST_WORST, DetectorDay
from drift.model_quality.records.values import (
    count_in,
    list_in,
    lists_in,
    moment_in,
    number_in,
    table_in,
    text_in,
    text_or_none,
)
from jobs.boxes.kept_boxes import MOST_BOXES, KeptBoxes, KeptImage
from reports.findings.model_quality.detection import WorstImage


def worst_documents(quality: DetectorDay) -> list[dict[str, object]]:
    """Return the worst images of a day, each with its boxes."""
    return [
        {
            **asdict(image),
            "boxes": {"predicted": _document(boxes.predicted), "true": _document(boxes.true)},
        }
        for image, boxes in zip(quality.worst, quality.worst_boxes, strict=True)
    ]


def worst_in(value: object) -> tuple[tuple[WorstImage, ...], tuple[KeptImage, ...]]:
    """Return the worst images of a day and their boxes from JSON's values.

    Raises
    ------
    ValueError, TypeError, KeyError
        If they are none.
    """
    documents = [table_in(one) for one in list_in(value)[:MOST_WORST]]
    return tuple(map(_image, documents)), tuple(map(_boxes, documents))


def _document(boxes: KeptBoxes) -> dict[str, object]:
    rows = zip(boxes.corners, boxes.classes, boxes.scores, strict=True)
    return {
        "in_shares": boxes.in_shares,
        "size": None if boxes.size is None else list(boxes.size),
        "count": boxes.count,
        "kept": [[*corners, name, score] for corners, name, score in rows],
    }


def _image(document: Mapping[str, object]) -> WorstImage:
    moment_in(document["timestamp"])
    return WorstImage(
        image=text_in(document["image"]),
        id=text_in(document["id"]),
        timestamp=text_in(document["timestamp"]),
        true_boxes=count_in(document["true_boxes"]),
        found=count_in(document["found"]),
        missed=count_in(document["missed"]),
        strangers=count_in(document["strangers"]),
        f1=number_in(document["f1"]),
    )


def _boxes(document: Mapping[str, object]) -> KeptImage:
    sides = table_in(document["boxes"])
    return KeptImage(
        predicted=_side(table_in(sides["predicted"])), true=_side(table_in(sides["true"]))
    )


def _side(document: Mapping[str, object]) -> KeptBoxes:
    rows = lists_in(document["kept"], 6)
    count = count_in(document["count"])
    if len(rows) > min(count, MOST_BOXES):
        raise ValueError("an image has more boxes than it says")
    in_shares = document["in_shares"]
    if not isinstance(in_shares, bool):
        raise TypeError("it is not said what the numbers of boxes are")
    return KeptBoxes(
        corners=tuple(_corners(one[:4]) for one in rows),
        in_shares=in_shares,
        size=_size(document["size"]),
        classes=tuple(text_or_none(one[4]) for one in rows),
        scores=tuple(None if one[5] is None else number_in(one[5]) for one in rows),
        count=count,
    )


def _corners(values: list[object]) -> tuple[float, float, float, float]:
    left, top, right, bottom = map(number_in, values)
    return left, top, right, bottom


def _size(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    ((width, height),) = lists_in([value], 2)
    size = number_in(width), number_in(height)
    if min(size) <= 0:
        raise ValueError("an image has no area")
    return size
