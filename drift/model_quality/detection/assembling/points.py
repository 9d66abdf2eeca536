"""The scores of days and weeks of a detector, for the lines."""

from __future__ import annotations

from collections.abc import Sequence

from drift.model_quality.detection.assembling.scored_days import DayStretch
from drift.run_request import as_text
from reports.findings.model_quality.detection import ClassPoint, DetectorPoint
from reports.findings.model_quality.quality import QualityPoint

_MOST_CLASSES = 12


def quality_point(stretch: DayStretch) -> QualityPoint:
    """Return AP50 of a day or week."""
    return QualityPoint(
        start=as_text(stretch.days[0].record.start),
        end=as_text(stretch.days[-1].record.end),
        labelled=stretch.labelled,
        predictions=stretch.sums.predictions,
        score=stretch.scored.scores.ap50,
    )


def detector_point(stretch: DayStretch, classes: Sequence[str]) -> DetectorPoint:
    """Return all scores of a day or week.

    Parameters
    ----------
    classes
        The names of the classes that are shown, the first ones first.
    """
    known = {one.name: one for one in stretch.scored.classes}
    return DetectorPoint(
        start=as_text(stretch.days[0].record.start),
        end=as_text(stretch.days[-1].record.end),
        scores=stretch.scored.scores,
        confidences=stretch.confidences,
        classes=tuple(
            ClassPoint(name=name, true_boxes=known[name].true_boxes, ap50=known[name].ap50)
            for name in classes[:_MOST_CLASSES]
            if name in known
        ),
    )
