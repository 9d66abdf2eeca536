"""The exports that are read: a new kind is a file beside this one and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jobs.boxes.formats import BoxFormat
from jobs.labels.exports import coco, cvat, label_studio, labelbox, yolo
from jobs.labels.exports.exported import ExportedImages, ExportObject, UnreadableExportError


@dataclass(frozen=True, slots=True)
class ExportKind:
    """A kind of export.

    Attributes
    ----------
    name
        As `labels.export` calls it.
    box_format
        How its boxes are written.
    is_one
        Tells by its content whether an object is one.
    read
        Takes the images of an object in.
    """

    name: str
    box_format: BoxFormat
    is_one: Callable[[ExportObject], bool]
    read: Callable[[ExportObject, ExportedImages], None]


KINDS = (
    # Before those that ask whether the whole object is one JSON value.
    ExportKind("labelbox", labelbox.BOX_FORMAT, labelbox.is_labelbox, labelbox.read_labelbox),
    ExportKind("coco", coco.BOX_FORMAT, coco.is_coco, coco.read_coco),
    ExportKind("yolo", yolo.BOX_FORMAT, yolo.is_yolo, yolo.read_yolo),
    ExportKind(
        "label studio",
        label_studio.BOX_FORMAT,
        label_studio.is_label_studio,
        label_studio.read_label_studio,
    ),
    ExportKind("cvat", cvat.BOX_FORMAT, cvat.is_cvat, cvat.read_cvat),
)


def read_export(export: ExportObject, asked: str) -> ExportedImages:
    """Return the images of an object.

    Parameters
    ----------
    asked
        The job file's `labels.export`: a kind, or ``any``.

    Raises
    ------
    UnreadableExportError
        If it is of no kind, or of another one than was asked for, or damaged.
    """
    if export.data[:2] == b"PK":
        raise UnreadableExportError("it is a zip archive. Unpack it and name its files instead.")
    found = next((kind for kind in KINDS if kind.is_one(export)), None)
    if found is None:
        known = ", ".join(kind.name for kind in KINDS)
        raise UnreadableExportError(
            f"its content is no export that is known. Expected one of these: {known}."
        )
    if asked not in {"any", found.name}:
        raise UnreadableExportError(
            f'it looks like an export of the kind "{found.name}". Expected "{asked}", as '
            "labels.export says; correct labels.export or labels.path."
        )
    images = ExportedImages(box_format=found.box_format)
    found.read(export, images)
    return images
