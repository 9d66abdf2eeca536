"""Labelbox's own export: a row of data a line (NDJSON) or a list of them, boxes in pixels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from jobs.boxes.formats import BoxFormat, BoxOrder, BoxUnit
from jobs.images.endings import IMAGE_ENDINGS
from jobs.labels.box_labels import NO_BOX, NOT_LABELLED, SKIPPED
from jobs.labels.exports.exported import (
    ExportedImages,
    ExportObject,
    UnreadableExportError,
    number_of,
    object_of,
    objects_in,
)

BOX_FORMAT = BoxFormat(order=BoxOrder.XYWH, unit=BoxUnit.PIXELS)
NO_ROW = "line that is no row of data"
_HEAD_BYTES = 4096
_ENDINGS = IMAGE_ENDINGS - {""}
_PARTS = ("left", "top", "width", "height")


def is_labelbox(export: ExportObject) -> bool:
    """Tell whether an object begins with a row of data."""
    return export.is_json and b'"data_row"' in export.data[:_HEAD_BYTES]


def read_labelbox(export: ExportObject, images: ExportedImages) -> None:
    """Read rows; of several labels of one image each is a label of its own time.

    Raises
    ------
    UnreadableExportError
        If no line is a row of data, or a list of them ends too early.
    """
    rows = 0
    for line, row in _rows(export):
        if row is None:
            images.leave_out(line, "", NO_ROW)
            continue
        rows += 1
        _read_row(line, row, images)
    if not rows:
        raise UnreadableExportError(
            "no line of it is a row of data. Expected Labelbox's export: a JSON object a line, "
            "with data_row and projects."
        )


def _rows(export: ExportObject) -> Iterator[tuple[int, dict[str, object] | None]]:
    """Yield rows with their places, from 1; None for what is none."""
    if export.text.lstrip()[:1] == "[":
        for place, row in enumerate(objects_in(export.json), start=1):
            yield place, row if "data_row" in row else None
        return
    for place, line in enumerate(export.text.split("\n"), start=1):
        if line.strip():
            row = object_of(_parsed(line))
            yield place, row if "data_row" in row else None


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read_row(line: int, row: dict[str, object], images: ExportedImages) -> None:
    key = _image_of(object_of(row.get("data_row")))
    if not key:
        images.leave_out(line, "", "row of data without an image")
        return
    projects = object_of(row.get("projects")).values()
    labels = [one for each in projects for one in objects_in(object_of(each).get("labels"))]
    done = [one for one in labels if not object_of(one.get("performance_details")).get("skipped")]
    if not done:
        images.leave_out(line, key, SKIPPED if labels else NOT_LABELLED)
    about = object_of(row.get("media_attributes"))
    for one in done:
        _read_label(line, key, one, (about.get("width"), about.get("height")), images)


def _read_label(
    line: int,
    key: str,
    label: dict[str, object],
    size: tuple[object, object],
    images: ExportedImages,
) -> None:
    details = object_of(label.get("label_details"))
    time = details.get("updated_at") or details.get("created_at")
    image = images.add_image(line, key, size, time if isinstance(time, str) else None)
    for one in objects_in(object_of(label.get("annotations")).get("objects")):
        box = one.get("bounding_box")
        if not isinstance(box, dict):
            images.lose(image, NO_BOX)
            continue
        numbers = [number_of(box.get(part)) for part in _PARTS]
        images.add_box(image, numbers, one.get("name") or one.get("value"))


def _image_of(about: dict[str, object]) -> str:
    """Return the name of a row's image: the first that ends as images do; empty without any."""
    address = about.get("row_data")
    path = unquote(urlsplit(address).path).lstrip("/") if isinstance(address, str) else ""
    given = [about.get(name) for name in ("global_key", "external_id")]
    names = [one.strip() for one in (*given, path) if isinstance(one, str) and one.strip()]
    usual = (one for one in names if PurePosixPath(one).suffix.lower() in _ENDINGS)
    return next(usual, names[0] if names else "")
