"""How good a set of labelled predictions is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its 95 % interval; both ends are None where none can be given."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """One class.

    Attributes
    ----------
    labelled, predicted
        How many labelled predictions are truly of it, and were called so.
    precision, recall, f1
        None where nothing was called so, or nothing is truly of it.
    recall_before
        The recall of what it is compared with; None where that is not known.
    known_to_model
        Whether the model has ever answered with it.
    """

    name: str
    labelled: int
    predicted: int
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None
    recall_before: Estimate | None = None
    known_to_model: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How often one class was taken for another.

    Attributes
    ----------
    share, share_before
        Of those that are truly `true`, the part that was called `predicted`; before: of what it is
        compared with, None where that is not known.
    grew
        Whether the share is larger than before by more than chance explains.
    """

    true: str
    predicted: str
    count: int
    share: float
    share_before: float | None = None
    grew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """The predictions whose confidence lies in ``(low, high]``; the first bin holds `low` too."""

    low: float
    high: float
    count: int
    mean_confidence: float
    accuracy: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierScores:
    """The scores of a set of labelled predictions.

    Attributes
    ----------
    labelled, predictions
        How many predictions have a label, of how many.
    accuracy
        Right answers among the labelled ones. The others as in scikit-learn: balanced accuracy over
        the classes that labels name, macro precision, recall and F1 over those that labels or
        answers name, where what is not defined counts as 0.
    calibration_error
        The expected calibration error over bins of equal width; None without confidences.
    log_loss
        Of the true class's probability; None where the log has no probabilities.
    """

    labelled: int
    predictions: int
    accuracy: Estimate | None = None
    balanced_accuracy: Estimate | None = None
    precision: Estimate | None = None
    recall: Estimate | None = None
    f1: Estimate | None = None
    calibration_error: Estimate | None = None
    log_loss: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionScores:
    """The scores of one version of the model, as the log names it; None for rows without a name."""

    version: str | None
    scores: ClassifierScores


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedScore:
    """What the model's own confidences let one expect of the whole window, without labels.

    Attributes
    ----------
    method
        Such as ``average thresholded confidence``.
    score
        None where it is withheld.
    withheld
        Why, in a sentence; empty where it is not.
    """

    method: str
    score: Estimate | None
    withheld: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongImage:
    """A wrong answer, of those that the model was most sure of.

    Attributes
    ----------
    image
        Its path in the bucket, or its full URI; empty in a job without images.
    """

    image: str
    id: str
    timestamp: str
    true: str
    predicted: str
    confidence: float | None
