"""COCO's annotations: one JSON object of images, annotations and categories."""

from __future__ import annotations

from jobs.boxes.formats import BoxFormat, BoxOrder, BoxUnit
from jobs.labels.box_labels import NO_BOX, NO_IMAGE, NO_NAME, NO_NUMBERS
from jobs.labels.exports.exported import (
    ExportedImages,
    ExportObject,
    UnreadableExportError,
    number_of,
    object_of,
    objects_in,
)

BOX_FORMAT = BoxFormat(order=BoxOrder.XYWH, unit=BoxUnit.PIXELS)


def is_coco(export: ExportObject) -> bool:
    """Tell whether an object is one of annotations, with or without images."""
    return export.is_json and isinstance(object_of(export.json).get("annotations"), list)


def read_coco(export: ExportObject, images: ExportedImages) -> None:
    """Read annotations; an image without any is an image without objects.

    Raises
    ------
    UnreadableExportError
        If it lists no images.
    """
    whole = object_of(export.json)
    place_of: dict[str, int] = {}
    for line, one in enumerate(objects_in(whole.get("images")), start=1):
        key = one.get("file_name")
        if isinstance(key, str) and key.strip():
            size = (one.get("width"), one.get("height"))
            place_of[str(one.get("id"))] = images.add_image(line, key.strip(), size)
        else:
            images.leave_out(line, "", "image without a file_name")
    if not images.keys:
        raise UnreadableExportError(
            "it lists no images with a file_name. Expected COCO's annotations, with images, "
            "annotations and categories; export it again with images."
        )
    names = {str(one.get("id")): one.get("name") for one in objects_in(whole.get("categories"))}
    for one in objects_in(whole.get("annotations")):
        _read_annotation(one, place_of.get(str(one.get("image_id"))), names, images)


def _read_annotation(
    one: dict[str, object],
    image: int | None,
    names: dict[str, object],
    images: ExportedImages,
) -> None:
    box = one.get("bbox")
    if image is None:
        images.lose(-1, NO_IMAGE)
    elif not box:
        images.lose(image, NO_BOX)
    elif not isinstance(box, list) or len(box) != 4:
        images.lose(image, NO_NUMBERS)
    else:
        number = one.get("category_id")
        name = names.get(str(number))
        if name is None and number is not None:
            images.noted[NO_NAME] += 1
        images.add_box(
            image,
            [number_of(value) for value in box],
            number if name is None else name,
            crowd=str(one.get("iscrowd")) in {"1", "True"},
        )
