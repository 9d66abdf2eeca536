"""What is kept of the reference's labels."""

from __future__ import annotations

from dataclasses import dataclass

from drift.model_quality.sums import ClassifierSums


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceQuality:
    """The reference's labelled predictions.

    Attributes
    ----------
    sums
        Over all of them, whatever their version.
    right, wrong
        The confidences of its right and of its wrong answers, each in ascending order: what
        confidences let one expect is calibrated on them. Of very many, evenly spaced ones.
    """

    sums: ClassifierSums
    right: tuple[float, ...] = ()
    wrong: tuple[float, ...] = ()
