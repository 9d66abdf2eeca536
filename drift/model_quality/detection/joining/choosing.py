"""Some of the images with their boxes, in another order or more than once."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from drift.model_quality.detection.boxes import DetectedBoxes, DetectionSet, TrueBoxes
from drift.model_quality.detection.joining.detected import DetectedImages
from jobs.labels.box_labels import LabelledBoxes
from jobs.times.timestamp_parts import Flags, Integers

Boxes = TypeVar("Boxes", DetectedBoxes, TrueBoxes)


def repeated(boxes: LabelledBoxes, images: Integers) -> LabelledBoxes:
    """Return the boxes of images in some order, an image as often as it is asked for."""
    order = np.argsort(boxes.image, kind="stable")
    ends = np.searchsorted(boxes.image[order], np.arange(boxes.images + 1))
    starts, counts = ends[:-1][images], np.diff(ends)[images]
    image = np.repeat(np.arange(len(images)), counts)
    within = np.arange(len(image)) - np.repeat(np.cumsum(counts) - counts, counts)
    taken = order[np.repeat(starts, counts) + within]
    return LabelledBoxes(
        image=image,
        corners=boxes.corners[taken],
        classes=boxes.classes.take(pa.array(taken)),
        crowd=boxes.crowd[taken],
        in_shares=boxes.in_shares[images],
        sizes=boxes.sizes[images],
    )


def images_of(detections: DetectionSet, wanted: Flags) -> DetectionSet:
    """Return some of the images as a set of their own, with all classes."""
    place = np.cumsum(wanted) - 1

    def of(boxes: Boxes) -> Boxes:
        kept = wanted[boxes.image]
        columns = {name: getattr(boxes, name)[kept] for name in boxes.__slots__}
        return replace(boxes, **columns | {"image": place[columns["image"]]})

    return replace(
        detections,
        images=int(wanted.sum()),
        detected=of(detections.detected),
        true=of(detections.true),
    )


def in_order(detected: DetectedImages, wanted: Flags) -> Integers:
    """Return the wanted images by name, time and id, which no order of the log changes."""
    rows = np.flatnonzero(wanted)
    names = [
        np.unique(np.array(pc.fill_null(one, "").to_pylist(), dtype=object), return_inverse=True)[1]
        for one in (detected.ids, detected.names)
    ]
    found: Integers = rows[np.lexsort((names[0][rows], detected.moments[rows], names[1][rows]))]
    return found


def take_images(detected: DetectedImages, images: Integers) -> DetectedImages:
    """Return some of the predicted images in this order, each at most once."""
    place = np.full(len(detected), -1)
    place[images] = np.arange(len(images))
    moved = place[detected.image]
    kept = np.flatnonzero(moved >= 0)
    kept = kept[np.argsort(moved[kept], kind="stable")]
    rows = pa.array(images)
    return DetectedImages(
        moments=detected.moments[images],
        names=detected.names.take(rows),
        ids=detected.ids.take(rows),
        readable=detected.readable[images],
        sizes=detected.sizes[images],
        image=moved[kept],
        corners=detected.corners[kept],
        in_shares=detected.in_shares,
        classes=detected.classes.take(pa.array(kept)),
        scores=detected.scores[kept],
        versions=detected.versions.take(rows),
    )
