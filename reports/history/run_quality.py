"""What a history row keeps of the model's quality: what the index draws, and what was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.findings.model_quality.quality import ModelKind, QualityPoint, QualityState
from reports.findings.model_quality.scores import Estimate
from reports.findings.run import RunFindings
from reports.history.run_detector import (
    DetectorOfRun,
    detector_of_document,
    detector_of_run,
    estimate_of_document,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityOfRun:
    """What labels said of the model when one run was made.

    Attributes
    ----------
    state, headline
        As in `ModelQuality`.
    measure
        Which score it is: ``accuracy``, or ``ap50``.
    labelled, score
        Of the newest stretch with enough labels; 0 and None where there is none.
    newest_end
        The end of that stretch, ISO 8601; empty where there is none.
    before
        The score that it was compared with; None where there was none.
    since
        The first day of the drop that lasts; empty where there is none.
    window_labelled, window_predictions
        How many of the window's own predictions had a label.
    weeks
        As in `ModelQuality`.
    detector
        What else is kept of a detector; None for a classifier, and in rows of older versions.
    """

    state: QualityState
    headline: str = ""
    measure: str = "accuracy"
    labelled: int = 0
    score: Estimate | None = None
    newest_end: str = ""
    before: float | None = None
    since: str = ""
    window_labelled: int = 0
    window_predictions: int = 0
    weeks: tuple[QualityPoint, ...] = ()
    detector: DetectorOfRun | None = None

    @property
    def kind(self) -> ModelKind:
        """What the model answers; a run that could not read its labels knows it by the measure."""
        is_detector = self.detector is not None or self.measure == "ap50"
        return ModelKind.DETECTOR if is_detector else ModelKind.CLASSIFIER


def quality_of_run(findings: RunFindings) -> QualityOfRun | None:
    """Return what the history keeps of a run's labels; None where the job names none."""
    found = findings.model_quality
    if found is None:
        return None
    newest, drop = found.newest, found.drop
    return QualityOfRun(
        state=found.state,
        headline=found.headline,
        measure=found.measure,
        labelled=0 if newest is None else newest.scores.labelled,
        score=found.score,
        newest_end="" if newest is None else newest.end,
        before=found.score_before,
        since="" if drop is None or drop.since is None else drop.since,
        window_labelled=found.window.labelled,
        window_predictions=found.window.predictions,
        weeks=found.weeks,
        detector=detector_of_run(found.detection),
    )


def quality_of_document(document: dict[str, Any] | None) -> QualityOfRun | None:
    """Return the same from a row's JSON; None where it holds none.

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError
        If it is not such a document.
    """
    if document is None:
        return None
    before = document.get("before")
    return QualityOfRun(
        state=QualityState(document["state"]),
        headline=str(document.get("headline", "")),
        measure=str(document.get("measure", "accuracy")),
        labelled=int(document.get("labelled", 0)),
        score=estimate_of_document(document.get("score")),
        newest_end=str(document.get("newest_end", "")),
        before=None if before is None else float(before),
        since=str(document.get("since", "")),
        window_labelled=int(document.get("window_labelled", 0)),
        window_predictions=int(document.get("window_predictions", 0)),
        weeks=tuple(_point(one) for one in document.get("weeks", ())),
        detector=detector_of_document(document.get("detector")),
    )


def _point(document: dict[str, Any]) -> QualityPoint:
    return QualityPoint(
        start=str(document["start"]),
        end=str(document["end"]),
        labelled=int(document["labelled"]),
        predictions=int(document["predictions"]),
        score=estimate_of_document(document["score"]),
    )
