"""The bucket of a detector that annotators label days later, with faults where a test wants them.

The world, the detector and the objects are those of ``examples/labelbox``.
"""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from examples.labelbox.make_bucket import write_objects
from examples.labelbox.objects import BucketObject, Layout, seen_on
from examples.labelbox.scenes import World

__all__ = ["Fault", "Layout", "World", "fill_folder", "labelbox_bucket"]

MANY_BOXES = 10_000
STRANGE_ID = "00000000-0000-4000-8000-000000000000"
Bucket = dict[str, bytes]


class Fault(enum.Enum):
    """What is wrong with one object of the bucket, of the newest day that has such an object.

    `RESPELLED_RESULTS` and `RESPELLED_LABELS` call the class "circle" "Circle" in all objects of
    the second half of the days.
    """

    OUTSIDE = "a box outside the image"
    INVERTED = "an inverted box"
    EMPTY = "an empty box"
    NAN = "a box with NaN"
    MANY_BOXES = "ten thousand boxes on one image"
    NO_IMAGE = "a result without its image"
    NO_RESULT = "an image without its result"
    STRANGE_LABEL = "labels of neither an image nor a result"
    RESPELLED_RESULTS = "a class that the model respelled"
    RESPELLED_LABELS = "a class that the annotators respelled"


def labelbox_bucket(
    world: World | None = None,
    layout: Layout | None = None,
    *,
    seen: date | None = None,
    with_images: bool = True,
    faults: Iterable[Fault] = (),
) -> Bucket:
    """Return all objects, by name, as they are at the end of a day: of the last one unless given.

    Objects of one world are the same whatever day they are seen on, so that those of a later day
    hold those of an earlier one. Faults are made in what is seen, each in an object of its own.
    """
    world, layout = world or World(), layout or Layout()
    objects = seen_on(world, layout, seen or world.all_days[-1], with_images=with_images)
    bucket = {one.name: one.data for one in objects}
    for place, fault in enumerate(faults):
        _FAULTS[fault](bucket, place)
    return bucket


def fill_folder(folder: Path, bucket: Bucket) -> None:
    """Write objects as files below a folder, but for those that are there."""
    write_objects(folder, (BucketObject(name=name, data=data) for name, data in bucket.items()))


def newest_results(bucket: Bucket) -> list[str]:
    """Return the names of results with boxes, the newest first."""
    results = [(_value(bucket, name), name) for name in bucket if name.startswith("results/")]
    found = [(value["timestamp"], name) for value, name in results if value["boxes"]]
    return [name for _, name in sorted(found, reverse=True)]


def _change_box(box: list[float]) -> Callable[[Bucket, int], None]:
    def change(bucket: Bucket, place: int) -> None:
        name = newest_results(bucket)[place]
        value = _value(bucket, name)
        value["boxes"][0] = box
        bucket[name] = json.dumps(value).encode()

    return change


def _add_many_boxes(bucket: Bucket, place: int) -> None:
    name = newest_results(bucket)[place]
    random = np.random.default_rng(place)
    corners = random.uniform(0, 0.8, (MANY_BOXES, 2))
    boxes = np.concatenate([corners, corners + random.uniform(0.05, 0.2, (MANY_BOXES, 2))], axis=1)
    value = _value(bucket, name) | {
        "boxes": boxes.round(6).tolist(),
        "scores": random.uniform(0.3, 0.6, MANY_BOXES).round(4).tolist(),
        "class_names": ["circle"] * MANY_BOXES,
    }
    bucket[name] = json.dumps(value).encode()


def _drop_image(bucket: Bucket, place: int) -> None:
    name = newest_results(bucket)[place]
    bucket.pop(name.replace("results/", "images/").replace(".json", ".jpg"), None)


def _drop_result(bucket: Bucket, place: int) -> None:
    del bucket[newest_results(bucket)[place]]


def _add_strange_label(bucket: Bucket, place: int) -> None:
    folder = newest_results(bucket)[place].split("/")[1]
    box = {"left": 10, "top": 20, "width": 50, "height": 40}
    value = {"boxes": [box], "class_names": ["circle"]}
    bucket[f"annotations/{folder}/{STRANGE_ID}.json"] = json.dumps(value).encode()


def _respell(prefix: str) -> Callable[[Bucket, int], None]:
    def respell(bucket: Bucket, _: int) -> None:
        days = sorted({_day(name) for name in bucket})
        late = set(days[len(days) // 2 :])
        for name in bucket:
            if name.startswith(prefix) and _day(name) in late:
                bucket[name] = bucket[name].replace(b'"circle"', b'"Circle"')

    return respell


def _day(name: str) -> str:
    """Return the day in a name as YYYYMMDD, which has an order."""
    day, month, year = name.split("/")[1][:10].split("-")
    return year + month + day


def _value(bucket: Bucket, name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(bucket[name])
    return value


_FAULTS: dict[Fault, Callable[[Bucket, int], None]] = {
    Fault.OUTSIDE: _change_box([1.2, 1.3, 1.5, 1.6]),
    Fault.INVERTED: _change_box([0.6, 0.6, 0.2, 0.2]),
    Fault.EMPTY: _change_box([0.3, 0.3, 0.3, 0.3]),
    Fault.NAN: _change_box([0.1, math.nan, 0.5, 0.5]),
    Fault.MANY_BOXES: _add_many_boxes,
    Fault.NO_IMAGE: _drop_image,
    Fault.NO_RESULT: _drop_result,
    Fault.STRANGE_LABEL: _add_strange_label,
    Fault.RESPELLED_RESULTS: _respell("results/"),
    Fault.RESPELLED_LABELS: _respell("annotations/"),
}
