"""A made detector's answers and true boxes, as plain values and as the files that tools write."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import numpy as np

from drift.model_quality.detection.boxes import (
    DetectedBoxes,
    DetectionSet,
    TrueBoxes,
    areas_of,
)

CLASSES = ("car", "Traffic light", "person")
DAY = "04-03-2025"


@dataclass(kw_only=True)
class BoxPicture:
    """An image with its boxes in pixels: class, left, top, right, bottom, and the score."""

    name: str
    width: int
    height: int
    true: list[tuple] = field(default_factory=list)
    found: list[tuple] = field(default_factory=list)


def draw_pictures(seed=0, images=40):
    """Images of different sizes: true boxes, near ones, strangers, images without any."""
    random = np.random.default_rng(seed)
    pictures = []
    for number in range(images):
        width, height = (int(one) for one in random.integers(200, 900, 2))
        picture = BoxPicture(name=f"{number:04}", width=width, height=height)
        for _ in range(int(random.integers(0, 6))):
            box = _box(random, width, height)
            code = int(random.integers(len(CLASSES)))
            picture.true.append((CLASSES[code], *box))
            if random.random() < 0.8:
                near = _inside(np.array(box) + random.uniform(-8, 8, 4), width, height)
                picture.found.append((CLASSES[code], *near, float(random.random())))
        for _ in range(int(random.integers(0, 3))):
            code = int(random.integers(len(CLASSES)))
            box = _box(random, width, height)
            picture.found.append((CLASSES[code], *box, float(random.random() / 2)))
        pictures.append(picture)
    return pictures


def _box(random, width, height):
    left, top = random.integers(0, width - 80), random.integers(0, height - 80)
    return (
        float(left),
        float(top),
        float(left + random.integers(20, 80)),
        float(top + random.integers(20, 80)),
    )


def _inside(box, width, height):
    return tuple(float(one) for one in np.clip(box, 0, [width, height, width, height]))


def set_of(pictures):
    """The same as a set to score, in pixels and in order of the names."""
    found = [(at, *box) for at, one in enumerate(pictures) for box in one.found]
    true = [(at, *box) for at, one in enumerate(pictures) for box in one.true]
    names = sorted(CLASSES)
    corners = np.array([one[2:6] for one in true], float).reshape(-1, 4)
    return DetectionSet(
        images=len(pictures),
        classes=tuple(names),
        detected=DetectedBoxes(
            image=np.array([one[0] for one in found], np.int64),
            class_code=np.array([names.index(one[1]) for one in found], np.int64),
            corners=np.array([one[2:6] for one in found], float).reshape(-1, 4),
            score=np.array([one[6] for one in found], float),
        ),
        true=TrueBoxes(
            image=np.array([one[0] for one in true], np.int64),
            class_code=np.array([names.index(one[1]) for one in true], np.int64),
            corners=corners,
            crowd=np.zeros(len(true), bool),
            area=areas_of(corners),
        ),
    )


def results(pictures, day=DAY, *, with_size=True):
    """One object an image, as an inference service writes them: yxyx in shares."""
    return {
        f"results/{day}/{one.name}.json": json.dumps(_result(one, with_size)) for one in pictures
    }


def _result(one, with_size):
    return {
        "boxes": [
            [top / one.height, left / one.width, bottom / one.height, right / one.width]
            for _, left, top, right, bottom, _ in one.found
        ],
        "class_names": [box[0] for box in one.found],
        "scores": [box[5] for box in one.found],
        "timestamp": "2025-03-04T10:00:00Z",
        **({"image_h": one.height, "image_w": one.width} if with_size else {}),
    }


def annotations(pictures, day=DAY):
    """One object an image, as annotators' labels are exported to a bucket: pixels."""
    return {
        f"annotations/{day}/{one.name}.json": json.dumps(
            {
                "boxes": [
                    {"left": left, "top": top, "width": right - left, "height": bottom - top}
                    for _, left, top, right, bottom in one.true
                ],
                "class_names": [box[0] for box in one.true],
            }
        )
        for one in pictures
    }


def as_coco(pictures):
    return {
        "labels/coco.json": json.dumps(
            {
                "images": [
                    {
                        "id": at,
                        "file_name": f"train/{one.name}.jpg",
                        "width": one.width,
                        "height": one.height,
                    }
                    for at, one in enumerate(pictures)
                ],
                "categories": [{"id": at + 1, "name": name} for at, name in enumerate(CLASSES)],
                "annotations": [
                    {
                        "image_id": at,
                        "category_id": CLASSES.index(name) + 1,
                        "bbox": [left, top, right - left, bottom - top],
                        "iscrowd": 0,
                    }
                    for at, one in enumerate(pictures)
                    for name, left, top, right, bottom in one.true
                ],
            }
        )
    }


def as_yolo(pictures):
    texts = {}
    for one in pictures:
        lines = [
            f"{CLASSES.index(name)} "
            f"{(left + right) / 2 / one.width!r} {(top + bottom) / 2 / one.height!r} "
            f"{(right - left) / one.width!r} {(bottom - top) / one.height!r}"
            for name, left, top, right, bottom in one.true
        ]
        texts[f"labels/train/{one.name}.txt"] = "\n".join(lines)
    names = "".join(f"  {at}: {name}\n" for at, name in enumerate(CLASSES))
    return texts | {"labels/data.yaml": f"nc: 3\nnames:\n{names}train: images\n"}


def as_label_studio(pictures):
    tasks = [
        {
            "id": at,
            "data": {"image": f"/data/upload/1/0a1b2c3d-{one.name}.jpg"},
            "annotations": [
                {
                    "updated_at": "2025-03-06T08:00:00.000000Z",
                    "was_cancelled": False,
                    "result": [_rectangle(one, box) for box in one.true],
                }
            ],
        }
        for at, one in enumerate(pictures)
    ]
    return {"labels/export.json": json.dumps(tasks)}


def _rectangle(one, box):
    name, left, top, right, bottom = box
    return {
        "type": "rectanglelabels",
        "original_width": one.width,
        "original_height": one.height,
        "value": {
            "x": 100 * left / one.width,
            "y": 100 * top / one.height,
            "width": 100 * (right - left) / one.width,
            "height": 100 * (bottom - top) / one.height,
            "rotation": 0,
            "rectanglelabels": [name],
        },
    }


def as_labelbox(pictures):
    return {"labels/export.ndjson": "".join(json.dumps(_row(one)) + "\n" for one in pictures)}


def _row(one):
    objects = [
        {
            "name": name,
            "value": name.lower().replace(" ", "_"),
            "annotation_kind": "ImageBoundingBox",
            "classifications": [],
            "bounding_box": {
                "top": top,
                "left": left,
                "height": bottom - top,
                "width": right - left,
            },
        }
        for name, left, top, right, bottom in one.true
    ]
    label = {
        "label_kind": "Default",
        "label_details": {"created_at": "2025-03-06T08:00:00.000+00:00"},
        "annotations": {"objects": objects, "classifications": [], "relationships": []},
    }
    return {
        "data_row": {
            "id": f"ck{one.name}",
            "global_key": f"key of {one.name}",
            "external_id": f"{one.name}.jpg",
            "row_data": f"https://storage.example/images/{one.name}.jpg?token=x",
        },
        "media_attributes": {"width": one.width, "height": one.height, "mime_type": "image/jpeg"},
        "projects": {"cl0": {"name": "shapes", "labels": [label]}},
    }


def as_cvat(pictures):
    images = "".join(
        f'<image id="{at}" name="{one.name}.jpg" width="{one.width}" height="{one.height}">'
        + "".join(
            f'<box label="{name}" occluded="0" xtl="{left}" ytl="{top}" xbr="{right}" '
            f'ybr="{bottom}"/>'
            for name, left, top, right, bottom in one.true
        )
        + "</image>"
        for at, one in enumerate(pictures)
    )
    head = "<version>1.1</version><meta><dumped>2025-03-06 08:00:00.5+00:00</dumped></meta>"
    return {"labels/annotations.xml": f"<annotations>{head}{images}</annotations>"}


def as_datumaro(pictures):
    items = [
        {
            "id": one.name,
            "image": {"path": f"{one.name}.jpg", "size": [one.height, one.width]},
            "annotations": [
                {
                    "type": "bbox",
                    "label_id": CLASSES.index(name),
                    "bbox": [left, top, right - left, bottom - top],
                }
                for name, left, top, right, bottom in one.true
            ],
        }
        for one in pictures
    ]
    labels = [{"name": name} for name in CLASSES]
    return {
        "labels/datumaro.json": json.dumps(
            {"categories": {"label": {"labels": labels}}, "items": items}
        )
    }
