"""Label Studio's JSON export, and its shorter JSON-MIN: a list of tasks, boxes in per cent."""

from __future__ import annotations

import math
import re
from urllib.parse import parse_qs, unquote, urlsplit

from jobs.boxes.formats import BoxFormat, BoxOrder, BoxUnit
from jobs.labels.box_labels import NO_BOX, NOT_LABELLED, SKIPPED, TURNED
from jobs.labels.exports.exported import (
    ExportedImages,
    ExportObject,
    UnreadableExportError,
    number_of,
    object_of,
    objects_in,
)

BOX_FORMAT = BoxFormat(order=BoxOrder.XYWH, unit=BoxUnit.SHARES)
_SHAPES = ("polygon", "brush", "ellipse", "keypoint", "vector", "bitmask", "magicwand")
_USUAL = ("image", "img", "photo", "picture", "url")
_IMAGE = re.compile(r"\.(?:jpe?g|png|webp|bmp|tiff?|gif|heic|avif)\b", re.IGNORECASE)
_UPLOADED = re.compile(r"/data/upload/(?:\d+/)?[0-9a-f]{8}-")
_ABOUT_TASK = frozenset({"annotator", "annotation_id", "created_at", "updated_at", "agreement"})


def is_label_studio(export: ExportObject) -> bool:
    """Tell whether an object is a list of tasks."""
    if not export.is_json:
        return False
    first = next(iter(objects_in(export.json)), {})
    return isinstance(first.get("data"), dict) or "annotation_id" in first


def read_label_studio(export: ExportObject, images: ExportedImages) -> None:
    """Read tasks; of several annotations of one task each is a label of its own time.

    Raises
    ------
    UnreadableExportError
        If it holds no task.
    """
    tasks = objects_in(export.json)
    if not tasks:
        raise UnreadableExportError(
            "there is no task in it. Expected Label Studio's JSON or JSON-MIN export."
        )
    for line, task in enumerate(tasks, start=1):
        if isinstance(task.get("data"), dict):
            _read_task(line, task, images)
        else:
            _read_short(line, task, images)


def _read_task(line: int, task: dict[str, object], images: ExportedImages) -> None:
    key = _image_of(object_of(task.get("data")))
    given = objects_in(task.get("annotations", task.get("completions")))
    done = [one for one in given if not one.get("was_cancelled")]
    if not done:
        images.leave_out(line, key, SKIPPED if given else NOT_LABELLED)
    for one in done:
        results = objects_in(one.get("result"))
        _read_results(line, key, results, one, images)


def _read_short(line: int, task: dict[str, object], images: ExportedImages) -> None:
    """Read a task of JSON-MIN, in which each tag's boxes are a list of their own."""
    texts = {name: one for name, one in task.items() if name not in _ABOUT_TASK}
    boxes = [box for one in task.values() for box in objects_in(one)]
    results = [
        {**box, "type": "rectanglelabels" if "rectanglelabels" in box else "other", "value": box}
        for box in boxes
    ]
    _read_results(line, _image_of(texts), results, task, images)


def _read_results(
    line: int,
    key: str,
    results: list[dict[str, object]],
    annotation: dict[str, object],
    images: ExportedImages,
) -> None:
    if not key:
        images.leave_out(line, "", "task without an image")
        return
    kinds = [str(one.get("type", "")).lower() for one in results]
    sized = next((one for one in results if "original_width" in one), {})
    size = (sized.get("original_width"), sized.get("original_height"))
    time = annotation.get("updated_at") or annotation.get("created_at")
    image = images.add_image(line, key, size, time if isinstance(time, str) else None)
    names = _names_of_regions(results)
    for one, kind in zip(results, kinds, strict=True):
        if kind in {"rectanglelabels", "rectangle"}:
            name = names.get(str(one.get("id")))
            images.add_box(image, _numbers(one, image, images), _name(one) or name)
        elif kind.startswith(_SHAPES):
            images.lose(image, NO_BOX)


def _names_of_regions(results: list[dict[str, object]]) -> dict[str, str]:
    """Return the class of each region whose class stands in an entry of its own."""
    named = {str(one.get("id")): _name(one) for one in results if "id" in one}
    found = {}
    for one in results:
        name = _name(one) or named.get(str(one.get("id")))
        if name is not None and "id" in one:
            found[str(one["id"])] = name
    return found


def _name(one: dict[str, object]) -> str | None:
    value = object_of(one.get("value"))
    names = value.get("rectanglelabels") or value.get("labels")
    first = names[0] if isinstance(names, list) and names else None
    return first if isinstance(first, str) else None


def _numbers(one: dict[str, object], image: int, images: ExportedImages) -> list[float]:
    """Return left, top, width and height in shares, of a turned box those of the box around it."""
    value = object_of(one.get("value"))
    left, top, width, height = (
        number_of(value.get(name)) / 100 for name in ("x", "y", "width", "height")
    )
    angle = number_of(value.get("rotation"))
    if not math.isfinite(angle) or angle % 360 == 0:
        return [left, top, width, height]
    images.noted[TURNED] += 1
    sides = images.sizes[image]
    across, down = (1.0, 1.0) if math.isnan(sides[0]) else sides
    turn = math.radians(angle)
    # Around its upper left corner, clockwise as one sees it.
    ends = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    places = [(one_x * across, one_y * down) for one_x, one_y in ends]
    xs = [(x * math.cos(turn) - y * math.sin(turn)) / across for x, y in places]
    ys = [(x * math.sin(turn) + y * math.cos(turn)) / down for x, y in places]
    return [left + min(xs), top + min(ys), max(xs) - min(xs), max(ys) - min(ys)]


def _image_of(data: dict[str, object]) -> str:
    """Return the name of a task's image; empty where it has none."""
    texts = {name: one for name, one in data.items() if isinstance(one, str) and one.strip()}
    usual = [texts[name] for name in _USUAL if name in texts]
    likely = [one for one in texts.values() if _IMAGE.search(one)]
    return _file_name(next(iter([*usual, *likely]), "").strip())


def _file_name(address: str) -> str:
    """Return an image's name in its bucket as far as Label Studio's address of it tells."""
    parts = urlsplit(address)
    local = parse_qs(parts.query).get("d")
    if "local-files" in parts.path and local:
        return local[0]
    uploaded = _UPLOADED.search(parts.path)
    if uploaded:
        return unquote(parts.path[uploaded.end() :])
    if parts.scheme in {"http", "https"}:
        return unquote(parts.path).lstrip("/")
    return address
