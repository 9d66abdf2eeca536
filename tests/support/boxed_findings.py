"""Findings of a detector's runs: boxes in the images that stand out, and in wrong answers."""

from __future__ import annotations

import dataclasses

from reports.findings.images import BoxKind, DrawnBox, PictureBoxes
from reports.findings.run import RunFindings
from tests.support import findings as examples

CLASSES = ("dog", "person", "traffic light")


def drawn(
    left: float,
    top: float,
    right: float,
    bottom: float,
    name: str = "dog",
    *,
    score: float | None = None,
    kind: BoxKind = BoxKind.PREDICTED,
) -> DrawnBox:
    """Return a box over a picture."""
    return DrawnBox(
        kind=kind, left=left, top=top, right=right, bottom=bottom, class_name=name, score=score
    )


def crowd(number: int) -> tuple[DrawnBox, ...]:
    """Return boxes side by side, the most certain first."""
    return tuple(
        drawn(
            place % 6 / 6,
            place // 6 / 4,
            (place % 6 + 1) / 6,
            (place // 6 + 1) / 4,
            CLASSES[place % len(CLASSES)],
            score=round(0.99 - place / 50, 2),
        )
        for place in range(number)
    )


def found_boxes() -> RunFindings:
    """Return a drift of a detector: images with boxes of either kind, few, none and very many."""
    run = examples.drifted()
    true = drawn(0.25, 0.3, 0.85, 0.95, kind=BoxKind.TRUE)
    of_images = (
        PictureBoxes(predicted=1, true=1, drawn=(drawn(0.2, 0.25, 0.8, 0.9, score=0.87), true)),
        PictureBoxes(predicted=61, true=None, drawn=crowd(24)),
        PictureBoxes(predicted=0, true=1, drawn=(true,)),
        PictureBoxes(predicted=None, true=None, drawn=()),
        PictureBoxes(
            predicted=3,
            true=0,
            drawn=(),
            not_drawn_because="they are in pixels, and the size of the image is not known",
        ),
    )
    names = [one.image for one in run.offenders]
    return dataclasses.replace(run, boxes=dict(zip(names, of_images, strict=False)))


def hostile_boxes() -> RunFindings:
    """Return boxes whose classes are markup, reorder text, or have no place to break."""
    run = examples.drifted()
    names = (
        "</title></svg><script>alert(1)</script>",
        "\"'><img src=x>",
        "\u202egod",
        "a" * 60,
        "",
    )
    boxes = tuple(drawn(0.1, 0.1, 0.9, 0.9, name, score=0.5) for name in names)
    found = PictureBoxes(predicted=len(boxes), true=None, drawn=boxes)
    return dataclasses.replace(run, boxes={run.offenders[0].image: found})
