"""What is kept of the reference's labels."""

from __future__ import annotations

from dataclasses import dataclass

from drift.model_quality.scoring.expected_accuracy import ConfidenceThreshold
from drift.model_quality.sums import ClassifierSums


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceQuality:
    """The reference's labelled predictions.

    Attributes
    ----------
    sums
        Over all of them, whatever their version.
    learned
        What its confidences taught of their meaning; None where no labelled prediction has one.
    """

    sums: ClassifierSums
    learned: ConfidenceThreshold | None = None
