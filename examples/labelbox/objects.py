"""The objects of the bucket: an image, what the model said of it, and what annotators say later."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from examples.labelbox.detector import detect
from examples.labelbox.scenes import Scene, SceneKey, World, draw, scene_of, scenes_of

MODEL_NAME = "shape-finder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the bucket is written, and when annotators label.

    Attributes
    ----------
    folder_of_each_time
        Folders are called ``DD-MM-YYYY HH:MM:SS`` and not ``DD-MM-YYYY``: the system's newer state.
    labelled_share
        The share of images that annotators label.
    label_days
        The fewest and the most days from an image to its labels.
    model_version
        What each result says.
    """

    folder_of_each_time: bool = False
    labelled_share: float = 0.7
    label_days: tuple[int, int] = (2, 5)
    model_version: str = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketObject:
    """An object and its name."""

    name: str
    data: bytes


def objects_of_day(
    world: World, layout: Layout, day: date, *, with_images: bool = True
) -> Iterator[BucketObject]:
    """Yield what the service writes on a day: of each image itself and the result."""
    for scene in scenes_of(world, day):
        if with_images:
            yield BucketObject(
                name=object_name("images", scene, layout), data=picture_bytes(scene, world)
            )
        yield json_object(object_name("results", scene, layout), result_of(scene, layout))


def labels_of_day(world: World, layout: Layout, day: date) -> Iterator[BucketObject]:
    """Yield what annotators write on a day: the labels of images of earlier days."""
    fewest, most = layout.label_days
    for before in range(fewest, most + 1):
        taken = day - timedelta(days=before)
        if not world.has(taken):
            continue
        for number in range(world.images_per_day):
            if labelled_after(world.key_of(taken, number), layout) == before:
                scene = scene_of(world, taken, number)
                yield json_object(object_name("annotations", scene, layout), annotation_of(scene))


def seen_on(
    world: World, layout: Layout, day: date, *, with_images: bool = True
) -> Iterator[BucketObject]:
    """Yield the whole bucket as it is at the end of a day."""
    days = [one for one in world.all_days if one <= day]
    for one in days:
        yield from objects_of_day(world, layout, one, with_images=with_images)
    if days:
        for number in range((day - days[0]).days + 1):
            yield from labels_of_day(world, layout, days[0] + timedelta(days=number))


def object_name(prefix: str, scene: Scene, layout: Layout) -> str:
    """Return an object's name; the id of an image is in the name alone."""
    kind = "%d-%m-%Y %H:%M:%S" if layout.folder_of_each_time else "%d-%m-%Y"
    ending = "jpg" if prefix == "images" else "json"
    return f"{prefix}/{scene.taken.strftime(kind)}/{scene.id}.{ending}"


def picture_bytes(scene: Scene, world: World) -> bytes:
    """Return the stored image as a JPEG file."""
    buffer = io.BytesIO()
    draw(scene, world.stored_side).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def result_of(scene: Scene, layout: Layout) -> dict[str, Any]:
    """Return what the service writes of an image: top, left, bottom, right as shares of it."""
    found = detect(scene)
    wide, high = scene.width, scene.height
    return {
        "boxes": [
            [
                round(edge, 6)
                for edge in (box.top / high, box.left / wide, box.bottom / high, box.right / wide)
            ]
            for box in found
        ],
        "scores": [box.score for box in found],
        "class_names": [box.name for box in found],
        "timestamp": scene.taken.strftime("%Y-%m-%d %H:%M:%S"),
        "image_h": high,
        "image_w": wide,
        "model_name": MODEL_NAME,
        "model_version": layout.model_version,
    }


def annotation_of(scene: Scene) -> dict[str, Any]:
    """Return what annotators draw: left, top, width, height in pixels of the original image."""
    return {
        "boxes": [
            {"left": one.left, "top": one.top, "width": one.width, "height": one.height}
            for one in scene.shapes
        ],
        "class_names": [one.name for one in scene.shapes],
    }


def labelled_after(key: SceneKey, layout: Layout) -> int | None:
    """Return after how many days an image is labelled; None where it never is."""
    random = np.random.default_rng((*key, 3))
    if random.random() >= layout.labelled_share:
        return None
    fewest, most = layout.label_days
    return int(random.integers(fewest, most + 1))


def json_object(name: str, value: dict[str, Any]) -> BucketObject:
    """Return an object that holds a value as JSON."""
    return BucketObject(name=name, data=json.dumps(value).encode())
