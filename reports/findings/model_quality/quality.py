"""Whether the model is still right, and how that is known."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from reports.findings.model_quality.detection import DetectorQuality, DetectorScores, WorstImage
from reports.findings.model_quality.labels import LabelInput
from reports.findings.model_quality.scores import (
    ClassifierScores,
    ClassScore,
    Confusion,
    Estimate,
    EstimatedScore,
    ReliabilityBin,
    VersionScores,
    WrongImage,
)


class QualityState(enum.StrEnum):
    """Whether the model is still as good as before.

    ``dropped`` is the one finding, with a false alarm rate of its own. ``unknown`` covers too few
    labels, and nothing to compare them with.
    """

    HOLDS = "holds"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


class QualityBasis(enum.StrEnum):
    """What the newest labels are compared with."""

    EARLIER = "earlier"
    REFERENCE = "reference"


class ModelKind(enum.StrEnum):
    """What the model answers."""

    CLASSIFIER = "classifier"
    DETECTOR = "detector"


_MEASURES = {ModelKind.CLASSIFIER: "accuracy", ModelKind.DETECTOR: "ap50"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityDrop:
    """The one test: whether the newest labels' score is lower than before.

    Attributes
    ----------
    measure
        Which score it is about: ``accuracy``, or ``ap50``.
    drop
        By how much it is lower than before; negative where it is higher.
    p_value
        The chance of such a score, or a lower one, of a model that is as good as before, with the
        differences between days; of both lengths together where the newest labels are judged at
        two.
    false_alarm_rate, minimum_drop
        ``dropped`` is said where the p-value is below the one and the drop at least the other.
    smallest
        The smallest drop that would have been seen with 80 % power; None where it is not known.
    since
        The first day of the drop that lasts; None where there is none.
    """

    measure: str
    drop: Estimate
    p_value: float
    false_alarm_rate: float
    minimum_drop: float
    smallest: float | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPoint:
    """The score of one day or week, for the line.

    Attributes
    ----------
    start, end
        The day or week in ISO 8601, half-open.
    score
        None without labels.
    """

    start: str
    end: str
    labelled: int
    predictions: int
    score: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredStretch:
    """The stretch of time whose labels were scored, and the scores.

    Attributes
    ----------
    start, end
        ISO 8601, half-open.
    """

    start: str
    end: str
    scores: ClassifierScores


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuality:
    """What labels say of the model.

    Attributes
    ----------
    kind
        What the model answers.
    state
        Stands beside the verdict and never changes it.
    headline
        The state and its numbers in a few words, for the first screen.
    summary
        The same in full sentences.
    labels
        The labels that were read.
    window
        How many of the window's own predictions have a label, with their scores.
    newest
        The newest stretch of whole days with enough labels, which is what `state` is about; None
        where there are too few labels.
    basis, before
        What it is compared with, and its scores; None where there is nothing yet.
    reference
        The scores of the reference, where it has labels.
    drop
        The test; None where nothing could be compared.
    classes
        Of `newest`, the worst recall first.
    confusions
        Of `newest`: those that grew first, then the most frequent.
    reliability
        Of `newest`; empty without confidences.
    versions
        Of `newest`, by version of the model; empty where the log names none.
    wrong
        Of `newest`: the wrong answers that the model was most sure of.
    days, weeks
        The days since `LabelInput.since` that have predictions, the oldest first; and all days that
        a run has scored by week from Monday on, where the first and the last week may hold fewer
        days. Of the days before `LabelInput.since`, only those with a label are known.
    estimate
        What confidences let one expect of the window; None where nothing can be estimated.
    remarks
        What else a person should know of it, such as that labelled images differ from the others.
    min_labels
        The job's `labels.min_labels`: with fewer on whole days nothing is said.
    detection
        The scores of a detector's boxes; None for a classifier. Then `window`, `newest`, `before`
        and `reference` say how many images are labelled and nothing more, and scores of points are
        AP50.
    days_digest
        SHA-256 in hex over the records of all days that the model is judged by, those of days that
        no longer wait for labels among them; empty where labels could not be read.
    """

    kind: ModelKind
    state: QualityState
    headline: str
    summary: str
    labels: LabelInput
    window: ClassifierScores
    newest: ScoredStretch | None = None
    basis: QualityBasis | None = None
    before: ScoredStretch | None = None
    reference: ClassifierScores | None = None
    drop: QualityDrop | None = None
    classes: tuple[ClassScore, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    versions: tuple[VersionScores, ...] = ()
    wrong: tuple[WrongImage, ...] = ()
    days: tuple[QualityPoint, ...] = ()
    weeks: tuple[QualityPoint, ...] = ()
    estimate: EstimatedScore | None = None
    remarks: tuple[str, ...] = ()
    min_labels: int = 50
    days_digest: str = ""
    detection: DetectorQuality | None = None

    @property
    def measure(self) -> str:
        """Which score `state` is about: ``accuracy``, or a detector's ``ap50``."""
        if self.drop is not None:
            return self.drop.measure
        return _MEASURES[self.kind]

    @property
    def shown(self) -> tuple[WrongImage, ...] | tuple[WorstImage, ...]:
        """The images to show: wrong answers, or those on which a detector did worst."""
        return self.wrong if self.detection is None else self.detection.worst

    @property
    def score(self) -> Estimate | None:
        """The score that `state` is about; None where there are too few labels."""
        if self.detection is not None:
            return _ap50(self.detection.newest)
        return None if self.newest is None else self.newest.scores.accuracy

    @property
    def score_before(self) -> float | None:
        """The same score of what the newest labels are compared with; None without any."""
        before, reference = self.scores_compared
        if before is not None:
            return before.value
        if self.basis is None:
            return None
        if self.before is None and reference is not None:
            return reference.value
        if self.score is None or self.drop is None:
            return None
        return self.score.value + self.drop.drop.value

    @property
    def scores_compared(self) -> tuple[Estimate | None, Estimate | None]:
        """The score of earlier days, and that of the reference; None where it is not known."""
        if self.detection is not None:
            return _ap50(self.detection.before), _ap50(self.detection.reference)
        before = None if self.before is None else self.before.scores.accuracy
        return before, None if self.reference is None else self.reference.accuracy


def _ap50(scores: DetectorScores | None) -> Estimate | None:
    return None if scores is None else scores.ap50
