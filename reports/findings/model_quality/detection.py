"""How good a detector's boxes are: the content of ``model_quality.detection``."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.findings.model_quality.scores import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorScores:
    """The scores of the labelled images of a stretch of time, as COCO defines them.

    Attributes
    ----------
    labelled, predictions
        How many images have true boxes, of how many that were asked for. An image that was labelled
        as empty is a labelled one.
    true_boxes, predicted_boxes
        How many boxes these labelled images have; true ones without crowds.
    ap, ap50, ap75
        The average precision over intersections over union of 0.5 to 0.95, of 0.5, and of 0.75.
        None where no labelled image has a true box, as are all others of these.
    ar1, ar10, ar100
        The average recall of at most so many boxes an image and class.
    mean_iou
        The mean intersection over union of the boxes that found a true one at 0.5; None where none
        did.
    """

    labelled: int
    predictions: int
    true_boxes: int = 0
    predicted_boxes: int = 0
    ap: Estimate | None = None
    ap50: Estimate | None = None
    ap75: Estimate | None = None
    ar1: Estimate | None = None
    ar10: Estimate | None = None
    ar100: Estimate | None = None
    mean_iou: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxConfidences:
    """The scores that the model gave its boxes, on all images of a stretch, labelled or not.

    Attributes
    ----------
    images, boxes
        How many images were asked for, and how many boxes with a score they have.
    lowest, mean, highest
        None without boxes that have a score.
    cut
        The score below which boxes were left out, where that shows: average precision is truncated
        then. None where it does not show.
    """

    images: int
    boxes: int
    lowest: float | None = None
    mean: float | None = None
    highest: float | None = None
    cut: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedClassScore:
    """One class of boxes.

    Attributes
    ----------
    true_boxes, predicted_boxes
        On the labelled images.
    ap, ap50, ap75, ar100, mean_iou
        As in `DetectorScores`; None where there is no true box of the class.
    ap50_before
        The same of what it is compared with; None where that is not known.
    known_to_model
        Whether the model has ever predicted it.
    """

    name: str
    true_boxes: int
    predicted_boxes: int
    ap: float | None = None
    ap50: Estimate | None = None
    ap75: float | None = None
    ar100: float | None = None
    mean_iou: float | None = None
    ap50_before: float | None = None
    known_to_model: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorVersionScores:
    """The scores of one version of the model, as the log names it; None for rows without a name."""

    version: str | None
    scores: DetectorScores


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstImage:
    """A labelled image of those on which the model did worst.

    Attributes
    ----------
    image, id, timestamp
        As in `WrongImage`.
    true_boxes, found, missed, strangers
        How many true boxes it has, how many of these were found and missed at an intersection over
        union of 0.5, and how many predicted boxes found none.
    f1
        2 found / (2 found + missed + strangers), in [0, 1).
    """

    image: str
    id: str
    timestamp: str
    true_boxes: int
    found: int
    missed: int
    strangers: int
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPoint:
    """The average precision at 0.5 of one class on one day or in one week."""

    name: str
    true_boxes: int
    ap50: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorPoint:
    """One day or week, for the lines.

    Attributes
    ----------
    start, end
        The day or week in ISO 8601, half-open.
    scores, confidences
        Of its labelled images, and of all its images.
    classes
        Those of `DetectorQuality.classes` that come first there, at most 12.
    """

    start: str
    end: str
    scores: DetectorScores
    confidences: BoxConfidences
    classes: tuple[ClassPoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorQuality:
    """What true boxes say of a detector; the test and the state stand in `ModelQuality`.

    Attributes
    ----------
    window, window_confidences
        Of the run's own window.
    newest, newest_confidences
        Of the newest stretch of whole days, which `ModelQuality.newest` names; None where there are
        too few labelled images.
    before, before_confidences
        Of what it is compared with; None where there is nothing yet.
    reference
        Of the reference, where it has true boxes.
    classes
        Of `newest`, those with the most true boxes first.
    versions
        Of `newest`, by version of the model; empty where the log names none.
    worst
        Of `newest`: the images on which the model did worst, the worst first.
    worst_cut
        The lowest score that counts for `worst`; None without labelled images.
    days, weeks
        As in `ModelQuality`.
    lost_boxes, noted_boxes
        How many boxes of labelled images are left out, or used with a remark, by reason.
    """

    window: DetectorScores
    window_confidences: BoxConfidences
    newest: DetectorScores | None = None
    newest_confidences: BoxConfidences | None = None
    before: DetectorScores | None = None
    before_confidences: BoxConfidences | None = None
    reference: DetectorScores | None = None
    classes: tuple[DetectedClassScore, ...] = ()
    versions: tuple[DetectorVersionScores, ...] = ()
    worst: tuple[WorstImage, ...] = ()
    worst_cut: float | None = None
    days: tuple[DetectorPoint, ...] = ()
    weeks: tuple[DetectorPoint, ...] = ()
    lost_boxes: dict[str, int] = field(default_factory=dict)
    noted_boxes: dict[str, int] = field(default_factory=dict)


NEARLY_NOTHING = 0.05
"""An AP50 below it is that of boxes beside the things, rather than of a bad detector."""


def boxes_hardly_meet(detection: DetectorQuality) -> bool:
    """Tell whether predicted boxes hardly met true ones, before as now: no score says anything."""
    stretches = (detection.newest, detection.before)
    scores = [None if one is None or one.ap50 is None else one.ap50.value for one in stretches]
    return all(one is not None and one < NEARLY_NOTHING for one in scores)
