"""What scoring a detector costs: matching, scores, and bootstrap draws, in CPU seconds and memory.

Run as ``python -m benchmarks.detection_scores --images 100000``. The boxes are drawn: as many true
ones as predicted ones on an image, most of them found, with duplicates and strangers among them.
The comparison is pycocotools on the first of the images, where it is installed.
"""

from __future__ import annotations

import argparse
import resource
import time
from importlib.util import find_spec

import numpy as np

from benchmarks.detection_scores_parts.coco import evaluate_with_pycocotools
from drift.model_quality.detection.bootstrap import draw_scores
from drift.model_quality.detection.boxes import (
    DetectedBoxes,
    DetectionSet,
    TrueBoxes,
    areas_of,
)
from drift.model_quality.detection.matching import ALL_AREAS, LARGE, MEDIUM, SMALL, match_boxes
from drift.model_quality.detection.scores import score_detections

_SIDE = 640


def draw_boxes(images: int, per_image: int, classes: int, seed: int = 0) -> DetectionSet:
    """Images with as many true boxes as predictions; eight of ten predictions are near one."""
    random = np.random.default_rng(seed)
    count = images * per_image
    start = random.uniform(0, _SIDE * 0.8, (count, 2))
    size = random.uniform(12, _SIDE / 4, (count, 2))
    image = np.repeat(np.arange(images), per_image)
    code = random.integers(0, classes, count)
    near = random.random(count) < 0.8
    shift = np.where(near[:, None], random.normal(0, 0.07, (count, 2)) * size, 3 * size)
    corners = np.hstack([start, start + size])
    found = np.hstack([start + shift, start + shift + size * random.uniform(0.9, 1.1, (count, 2))])
    return DetectionSet(
        images=images,
        classes=tuple(f"class {number:04}" for number in range(classes)),
        detected=DetectedBoxes(
            image=image,
            class_code=code,
            corners=found,
            score=np.clip(random.normal(np.where(near, 0.75, 0.3), 0.15), 0.001, 1.0),
        ),
        true=TrueBoxes(
            image=image,
            class_code=code,
            corners=corners,
            crowd=random.random(count) < 0.01,
            area=areas_of(corners),
        ),
    )


def _first_images(boxes: DetectionSet, images: int) -> DetectionSet:
    mine, theirs = boxes.detected.image < images, boxes.true.image < images
    detected, true = boxes.detected, boxes.true
    return DetectionSet(
        images=images,
        classes=boxes.classes,
        detected=DetectedBoxes(
            image=detected.image[mine],
            class_code=detected.class_code[mine],
            corners=detected.corners[mine],
            score=detected.score[mine],
        ),
        true=TrueBoxes(
            image=true.image[theirs],
            class_code=true.class_code[theirs],
            corners=true.corners[theirs],
            crowd=true.crowd[theirs],
            area=true.area[theirs],
        ),
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print what each step takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--boxes", type=int, default=10, help="on each image")
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--compared", type=int, default=500, help="images given to pycocotools")
    chosen = parser.parse_args()
    boxes = draw_boxes(chosen.images, chosen.boxes, chosen.classes)
    print(f"{chosen.images} images, {len(boxes.detected)} predictions, {chosen.classes} classes")
    print(f"drawn: {_peak_mb():.0f} MB at most so far")
    began = time.process_time()
    table = match_boxes(boxes)
    matched = time.process_time()
    scores = score_detections(table)
    scored = time.process_time()
    print(f"matched in {matched - began:.1f} CPU s, scored in {scored - matched:.1f} more")
    print(f"AP {scores.ap:.4f}, AP50 {scores.ap50:.4f}; {_peak_mb():.0f} MB at most")
    drawn = draw_scores(table, draws=chosen.draws)
    took = time.process_time() - scored
    print(f"{chosen.draws} draws in {took:.1f} CPU s; {_peak_mb():.0f} MB at most")
    print(f"AP50 in {drawn.interval('ap50')}")
    if find_spec("pycocotools") and chosen.compared:
        _compare(_first_images(boxes, min(chosen.compared, chosen.images)))


def _compare(boxes: DetectionSet) -> None:
    theirs = evaluate_with_pycocotools(boxes)
    began = time.process_time()
    # Pycocotools always scores all four ranges of area.
    mine, *_ = (
        score_detections(match_boxes(boxes, areas)).ap
        for areas in (ALL_AREAS, SMALL, MEDIUM, LARGE)
    )
    ratio = theirs.cpu_s / (time.process_time() - began)
    print(f"{boxes.images} images: pycocotools takes {ratio:.0f} times as long")
    print(f"AP {mine:.8f}, of pycocotools {theirs.figures[0]:.8f}")


if __name__ == "__main__":
    main()
