"""The same boxes scored by pycocotools, COCO's own evaluation."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.boxes import DetectedBoxes, DetectionSet, TrueBoxes


@dataclass(frozen=True, slots=True, kw_only=True)
class CocoEvaluation:
    """What pycocotools says.

    Attributes
    ----------
    cpu_s
        What it takes without reading the annotations.
    figures
        Its twelve: AP, AP50, AP75, AP of small, medium and large objects, AR at 1, 10 and 100, and
        AR of small, medium and large objects; -1 where there is none. Shape (12,).
    class_ap
        AP of each class; -1 where there is none. Shape (classes,).
    """

    cpu_s: float
    figures: NDArray[np.float64]
    class_ap: NDArray[np.float64]


def evaluate_with_pycocotools(boxes: DetectionSet) -> CocoEvaluation:
    """Score the boxes; needs pycocotools and at least one prediction."""
    # Of the extra "dev", which others who run the benchmark may not have.
    from pycocotools.coco import COCO  # noqa: PLC0415
    from pycocotools.cocoeval import COCOeval  # noqa: PLC0415

    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = _truths(boxes)
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(_results(boxes.detected)), "bbox")
        began = time.process_time()
        evaluation.evaluate()
        evaluation.accumulate()
        took = time.process_time() - began
        evaluation.summarize()
    # By threshold, recall, class, range of area and number of predictions.
    precision = evaluation.eval["precision"][:, :, :, 0, 2]
    return CocoEvaluation(
        cpu_s=took, figures=evaluation.stats, class_ap=precision.mean(axis=(0, 1))
    )


def _truths(boxes: DetectionSet) -> dict[str, list[dict[str, object]]]:
    true = boxes.true
    return {
        "images": [{"id": number} for number in range(boxes.images)],
        "categories": [{"id": number} for number in range(len(boxes.classes))],
        "annotations": [
            # A truth of the number 0 counts as not found.
            {**one, "id": number + 1, "iscrowd": int(crowd), "area": float(area)}
            for number, (one, crowd, area) in enumerate(
                zip(_written(true), true.crowd, true.area, strict=True)
            )
        ],
    }


def _results(detected: DetectedBoxes) -> list[dict[str, object]]:
    return [
        {**one, "score": float(score)}
        for one, score in zip(_written(detected), detected.score, strict=True)
    ]


def _written(boxes: DetectedBoxes | TrueBoxes) -> Iterable[dict[str, object]]:
    for image, code, (x0, y0, x1, y1) in zip(
        boxes.image.tolist(), boxes.class_code.tolist(), boxes.corners.tolist(), strict=True
    ):
        yield {"image_id": image, "category_id": code, "bbox": [x0, y0, x1 - x0, y1 - y0]}
