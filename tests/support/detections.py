"""Drawn sets of predicted and true boxes, with what COCO's evaluation has rules for."""

from dataclasses import replace

import numpy as np

from drift.model_quality.detection.boxes import (
    DetectedBoxes,
    DetectionSet,
    TrueBoxes,
    areas_of,
)


def draw_detections(seed, *, images=40, classes=5, scores=None, whole=True, crowds=0.15):
    """Boxes near true ones, duplicates, strangers, and images without any; in no order.

    With `scores`, so many different ones, so that many are equal; else all differ. With `whole`,
    coordinates are whole pixels, so that intersections over union are often equal.
    """
    random = np.random.default_rng(seed)
    counts = random.integers(0, 12, images) * (random.random(images) > 0.2)
    true_image = np.repeat(np.arange(images), counts)
    true = _boxes(random, len(true_image))
    true_class = random.integers(0, classes, len(true))
    found = random.random(len(true)) < 0.8
    near = true[found] + (
        random.integers(-9, 10, (found.sum(), 4))
        if whole
        else random.normal(0, 6, (found.sum(), 4))
    )
    near = np.hstack([np.minimum(near[:, :2], near[:, 2:]), np.maximum(near[:, :2], near[:, 2:])])
    again = random.random(len(near)) < 0.3
    strangers = 2 * images
    image = np.concatenate(
        [true_image[found], true_image[found][again], random.integers(0, images, strangers)]
    )
    code = np.concatenate(
        [true_class[found], true_class[found][again], random.integers(0, classes, strangers)]
    )
    corners = np.concatenate([near, near[again], _boxes(random, strangers)])
    order = random.permutation(len(image))
    return DetectionSet(
        images=images,
        classes=tuple(f"class {number:03}" for number in range(classes)),
        detected=DetectedBoxes(
            image=image[order],
            class_code=code[order],
            corners=corners[order],
            score=(
                random.permutation(len(image)) / len(image)
                if scores is None
                else random.integers(1, scores + 1, len(image)) / scores
            ),
        ),
        true=TrueBoxes(
            image=true_image,
            class_code=true_class,
            corners=true,
            crowd=random.random(len(true)) < crowds,
            area=areas_of(true),
        ),
    )


def chosen_boxes(boxes, chosen):
    """The boxes at the places, or of the mask, in that order."""
    return replace(boxes, **{name: getattr(boxes, name)[chosen] for name in boxes.__slots__})


def chosen_images(detections, images):
    """The images of these numbers as a set of their own, in this order."""
    number = np.full(detections.images, -1)
    number[images] = np.arange(len(images))

    def of(boxes):
        kept = chosen_boxes(boxes, number[boxes.image] >= 0)
        return replace(kept, image=number[kept.image])

    return replace(
        detections, images=len(images), detected=of(detections.detected), true=of(detections.true)
    )


def detections_of(detected, true, *, images=1, classes=("a",)):
    """A set of tuples: image, class, corners and score; image, class and corners."""
    detected = [(image, code, tuple(box), score) for image, code, box, score in detected]
    corners = np.array([box for _, _, box in true], float).reshape(-1, 4)
    return DetectionSet(
        images=images,
        classes=classes,
        detected=DetectedBoxes(
            image=np.array([one[0] for one in detected], np.int64),
            class_code=np.array([one[1] for one in detected], np.int64),
            corners=np.array([one[2] for one in detected], float).reshape(-1, 4),
            score=np.array([one[3] for one in detected], float),
        ),
        true=TrueBoxes(
            image=np.array([one[0] for one in true], np.int64),
            class_code=np.array([one[1] for one in true], np.int64),
            corners=corners,
            crowd=np.zeros(len(true), bool),
            area=areas_of(corners),
        ),
    )


def _boxes(random, count):
    start = random.integers(0, 200, (count, 2)).astype(float)
    return np.hstack([start, start + random.integers(4, 150, (count, 2))])
