"""From the images of one export to labels with corners, and why some boxes are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jobs.boxes.formats import BoxUnit
from jobs.boxes.image_boxes import OtherFormat
from jobs.job_file.box_settings import BoxColumns
from jobs.job_file.label_settings import LabelSettings
from jobs.labels.box_labels import GivenBoxes, LabelledBoxes
from jobs.labels.exports.exported import ExportedImages
from jobs.labels.given import GivenLabels, in_no_class, trimmed, true_classes
from jobs.labels.labels import NOT_KNOWN
from jobs.predictions.boxes.cells import ORDERS
from jobs.predictions.boxes.logged import LoggedBoxes
from jobs.predictions.boxes.places import PlacedBoxes, other_format, place_boxes
from jobs.times.timestamp_parts import Integers
from jobs.times.timestamps import TimestampFault, TimestampRules, read_timestamps


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltBoxes:
    """The labels of one export, and what is wrong with its boxes.

    Attributes
    ----------
    images
        The labels.
    faulty
        The images of the boxes that are faulty, by reason.
    class_not_known
        How many boxes have no class as `labels.no_class` names it.
    other_format
        The format that the boxes look like, if it is another than the export's.
    """

    images: GivenBoxes
    faulty: Mapping[str, Integers]
    class_not_known: int
    other_format: OtherFormat | None


def build_boxes(
    found: ExportedImages, source: int, names: Sequence[str], settings: LabelSettings
) -> BuiltBoxes:
    """Return the labels of an export, and what is wrong with its boxes.

    Parameters
    ----------
    source, names
        The place of the export's object among the names of all of them.
    settings
        The job file's `labels`: what classes are called, and which of them are none.
    """
    image = np.array(found.image, np.int64)
    sizes = np.array(found.sizes, np.float64).reshape(-1, 2)
    written = _written(found, image)
    columns = BoxColumns(
        column="boxes", format=found.box_format.order.value, unit=found.box_format.unit.value
    )
    placed = place_boxes(written, sizes[image], columns)
    usable = np.flatnonzero(placed.usable)
    classes = pa.array([found.classes[row] for row in usable.tolist()], pa.string())
    boxes = LabelledBoxes(
        image=image[usable],
        corners=placed.corners[usable],
        classes=true_classes(classes, settings.classes, settings.no_class),
        crowd=np.array(found.crowd, np.bool_)[usable],
        in_shares=np.full(len(found.keys), found.box_format.unit is BoxUnit.SHARES),
        sizes=sizes,
    )
    return BuiltBoxes(
        images=GivenBoxes(given=_given(found, source, names), boxes=boxes),
        faulty=_lost(placed, image),
        class_not_known=int(in_no_class(classes, settings.no_class).sum()),
        other_format=other_format(written, sizes[image], columns),
    )


def _written(found: ExportedImages, image: Integers) -> LoggedBoxes:
    return LoggedBoxes(
        row=image,
        numbers=np.array(found.numbers, np.float64).reshape(-1, 4),
        orders=np.full(len(image), ORDERS.index(found.box_format.order), np.uint8),
        counts=np.bincount(image, minlength=len(found.keys)).astype(np.float64),
    )


def _lost(placed: PlacedBoxes, image: Integers) -> dict[str, Integers]:
    return {reason: image[boxes] for reason, boxes in placed.faults.items()}


def _given(found: ExportedImages, source: int, names: Sequence[str]) -> GivenLabels:
    images = len(found.keys)
    nothing = pa.nulls(images, pa.string())
    times = read_timestamps(pa.array(found.times, pa.string()), TimestampRules())
    return GivenLabels(
        ids=nothing,
        images=trimmed(pa.array(found.keys, pa.string())),
        labels=nothing,
        moments=np.where(times.faults == TimestampFault.NONE, times.moments, NOT_KNOWN),
        sources=np.full(images, source),
        lines=np.array(found.lines, np.int64),
        names=names,
    )
