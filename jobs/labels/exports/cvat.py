"""CVAT's XML "for images 1.1", and its Datumaro JSON: a list of images with their shapes."""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

from jobs.boxes.formats import BoxFormat, BoxOrder, BoxUnit
from jobs.labels.box_labels import NO_BOX, NO_NAME, NO_NUMBERS, TURNED
from jobs.labels.exports.exported import (
    ExportedImages,
    ExportObject,
    UnreadableExportError,
    number_of,
    object_of,
    objects_in,
)

BOX_FORMAT = BoxFormat(order=BoxOrder.XYXY, unit=BoxUnit.PIXELS)
_SHAPES = ("polygon", "polyline", "points", "cuboid", "mask", "ellipse", "skeleton")


def is_cvat(export: ExportObject) -> bool:
    """Tell whether an object is one of the two."""
    if export.is_json:
        return isinstance(object_of(export.json).get("items"), list)
    return b"<annotations" in export.data[:4096]


def read_cvat(export: ExportObject, images: ExportedImages) -> None:
    """Read images; one without shapes is an image without objects.

    Raises
    ------
    UnreadableExportError
        If it is damaged, is an export of a video, or lists no images.
    """
    if export.is_json:
        _read_datumaro(export, images)
    else:
        _read_xml(export, images)
    if not images.keys:
        raise UnreadableExportError(
            'it lists no images. Expected "CVAT for images 1.1" or "Datumaro 1.0"; an export of a '
            "video names no images, export the task for images instead."
        )


def _read_xml(export: ExportObject, images: ExportedImages) -> None:
    if b"<!DOCTYPE" in export.data or b"<!ENTITY" in export.data:
        raise UnreadableExportError("it declares a document type, which no export of CVAT does.")
    try:
        # Without a document type there are no entities that could grow.
        root = ET.fromstring(export.data)  # noqa: S314
    except ET.ParseError as error:
        raise UnreadableExportError(
            f"it is no XML, or ends too early ({error}). Expected a whole export; write it again."
        ) from None
    time = root.findtext("meta/dumped")
    for line, one in enumerate(root.iter("image"), start=1):
        key = one.get("name", "").strip()
        if not key:
            images.leave_out(line, "", "image without a name")
            continue
        image = images.add_image(line, key, (one.get("width"), one.get("height")), time)
        for shape in one:
            if shape.tag == "box":
                images.add_box(image, _upright(shape, images), shape.get("label"))
            elif shape.tag in _SHAPES:
                images.lose(image, NO_BOX)


def _upright(shape: ET.Element, images: ExportedImages) -> list[float]:
    """Return the corners of a box, of a turned one those of the box around it."""
    corners = [number_of(shape.get(name)) for name in ("xtl", "ytl", "xbr", "ybr")]
    angle = number_of(shape.get("rotation"))
    if not math.isfinite(angle) or angle % 180 == 0:
        return corners
    images.noted[TURNED] += 1
    left, top, right, bottom = corners
    cos, sin = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    # Around its centre.
    across = ((right - left) * cos + (bottom - top) * sin) / 2
    down = ((right - left) * sin + (bottom - top) * cos) / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    return [x - across, y - down, x + across, y + down]


def _read_datumaro(export: ExportObject, images: ExportedImages) -> None:
    whole = object_of(export.json)
    labels = object_of(object_of(whole.get("categories")).get("label")).get("labels")
    names = [one.get("name") for one in objects_in(labels)]
    for line, item in enumerate(objects_in(whole.get("items")), start=1):
        media = object_of(item.get("image")) or object_of(item.get("media"))
        key = media.get("path") or item.get("id")
        if not isinstance(key, str) or not key.strip():
            images.leave_out(line, "", "image without a name")
            continue
        size = media.get("size")
        height, width = size if isinstance(size, list) and len(size) == 2 else (None, None)
        image = images.add_image(line, key.strip(), (width, height))
        for one in objects_in(item.get("annotations")):
            _read_annotation(one, image, names, images)


def _read_annotation(
    one: dict[str, object], image: int, names: list[object], images: ExportedImages
) -> None:
    box = one.get("bbox")
    if one.get("type") != "bbox":
        if str(one.get("type")) not in {"label", "caption"}:
            images.lose(image, NO_BOX)
        return
    if not isinstance(box, list) or len(box) != 4:
        images.lose(image, NO_NUMBERS)
        return
    code = one.get("label_id")
    known = isinstance(code, int) and 0 <= code < len(names)
    if not known and code is not None:
        images.noted[NO_NAME] += 1
    left, top, width, height = (number_of(value) for value in box)
    name = names[code] if isinstance(code, int) and known else code
    images.add_box(image, [left, top, left + width, top + height], name)
