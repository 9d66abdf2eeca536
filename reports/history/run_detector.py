"""What a history row keeps of a detector's quality, beside its AP50."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reports.findings.model_quality.detection import DetectedClassScore, DetectorQuality
from reports.findings.model_quality.scores import Estimate

# So many classes are kept: those with the most true boxes, and those that fell most.
MOST_CLASSES, MOST_FALLEN = 12, 6
_DECIMALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorOfRun:
    """What true boxes said of a detector when one run was made.

    Attributes
    ----------
    ap, ap75, ar100, mean_iou
        Of the newest stretch with enough labelled images, as in `DetectorScores`.
    images, boxes, lowest, mean, highest
        How many images the window has, how many boxes with a score, and these scores; None
        without any.
    newest_mean, before_mean
        The mean score of the newest stretch, and of what it was compared with.
    mean_by_week
        The mean score of each week of `ModelQuality.weeks` that has boxes, by the week's start.
    classes
        AP50 by class in the newest stretch, of those that have one.
    fallen
        Those of `classes` that fell, the worst first.
    """

    ap: Estimate | None = None
    ap75: Estimate | None = None
    ar100: Estimate | None = None
    mean_iou: Estimate | None = None
    images: int = 0
    boxes: int = 0
    lowest: float | None = None
    mean: float | None = None
    highest: float | None = None
    newest_mean: float | None = None
    before_mean: float | None = None
    mean_by_week: dict[str, float] = field(default_factory=dict)
    classes: dict[str, float] = field(default_factory=dict)
    fallen: tuple[str, ...] = ()


def classes_that_fell(classes: tuple[DetectedClassScore, ...]) -> tuple[DetectedClassScore, ...]:
    """Return the classes that cost the most true boxes, the worst first."""
    fallen = [one for one in classes if lost_boxes(one) > 0]
    return tuple(sorted(fallen, key=lambda one: -lost_boxes(one)))


def lost_boxes(one: DetectedClassScore) -> float:
    """Return by how much a class fell, in true boxes; 0 where that is not known."""
    if one.ap50 is None or one.ap50_before is None:
        return 0.0
    return one.true_boxes * (one.ap50_before - one.ap50.value)


def detector_of_run(found: DetectorQuality | None) -> DetectorOfRun | None:
    """Return what the history keeps of a detector; None for a classifier."""
    if found is None:
        return None
    newest, window = found.newest, found.window_confidences
    fallen = classes_that_fell(found.classes)[:MOST_FALLEN]
    kept = {
        one.name: round(one.ap50.value, _DECIMALS)
        for one in (*found.classes[:MOST_CLASSES], *fallen)
        if one.ap50 is not None
    }
    newest_given, before_given = found.newest_confidences, found.before_confidences
    return DetectorOfRun(
        ap=None if newest is None else newest.ap,
        ap75=None if newest is None else newest.ap75,
        ar100=None if newest is None else newest.ar100,
        mean_iou=None if newest is None else newest.mean_iou,
        images=window.images,
        boxes=window.boxes,
        lowest=window.lowest,
        mean=window.mean,
        highest=window.highest,
        newest_mean=None if newest_given is None else newest_given.mean,
        before_mean=None if before_given is None else before_given.mean,
        mean_by_week={
            week.start: round(week.confidences.mean, _DECIMALS)
            for week in found.weeks
            if week.confidences.mean is not None
        },
        classes=kept,
        fallen=tuple(one.name for one in fallen),
    )


def detector_of_document(document: Mapping[str, Any] | None) -> DetectorOfRun | None:
    """Return the same from a row's JSON; None where it holds none.

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError
        If it is not such a document.
    """
    if document is None:
        return None
    return DetectorOfRun(
        ap=estimate_of_document(document.get("ap")),
        ap75=estimate_of_document(document.get("ap75")),
        ar100=estimate_of_document(document.get("ar100")),
        mean_iou=estimate_of_document(document.get("mean_iou")),
        images=int(document.get("images", 0)),
        boxes=int(document.get("boxes", 0)),
        lowest=_number(document.get("lowest")),
        mean=_number(document.get("mean")),
        highest=_number(document.get("highest")),
        newest_mean=_number(document.get("newest_mean")),
        before_mean=_number(document.get("before_mean")),
        mean_by_week=_numbers(document.get("mean_by_week", {})),
        classes=_numbers(document.get("classes", {})),
        fallen=tuple(map(str, document.get("fallen", ()))),
    )


def estimate_of_document(document: Mapping[str, Any] | None) -> Estimate | None:
    """Return a score with its interval from JSON; None where it holds none."""
    if document is None:
        return None
    ends = {end: document.get(end) for end in ("low", "high")}
    known = {end: None if value is None else float(value) for end, value in ends.items()}
    return Estimate(value=float(document["value"]), **known)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _numbers(values: Mapping[str, float]) -> dict[str, float]:
    return {str(name): float(one) for name, one in values.items()}
