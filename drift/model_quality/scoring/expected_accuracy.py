"""Which accuracy a model's own confidences let one expect, without labels.

Average thresholded confidence (S. Garg and others, "Leveraging unlabeled data to predict
out-of-distribution performance", ICLR 2022): on labelled predictions of the reference a threshold
is found that as many confidences pass as answers are right. The share of a window's confidences
that pass it is the accuracy to expect there. That holds while confidences mean what they meant in
the reference. It does not hold for images that look otherwise, so whoever calls withholds it then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.scoring.intervals import Z
from reports.findings.model_quality.scores import Estimate, EstimatedScore

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

METHOD = "average thresholded confidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceThreshold:
    """What a reference taught.

    Attributes
    ----------
    threshold
        Confidences above it count as right.
    at_threshold
        The part of those equal to it that counts as right, in ``[0, 1]``: confidences that are
        rounded, or that are all 1, tie there.
    labelled
        How many labelled predictions with a confidence taught it.
    variance
        The mean square, over these, of the difference between right (1 or 0) and what is counted.
    """

    threshold: float
    at_threshold: float
    labelled: int
    variance: float

    def passing(self, confidence: Numbers) -> Numbers:
        """Return for each confidence the part of it that counts as right."""
        equal = np.where(confidence == self.threshold, self.at_threshold, 0.0)
        return np.where(confidence > self.threshold, 1.0, equal)


def learn_threshold(confidence: Numbers, right: Flags) -> ConfidenceThreshold | None:
    """Return the threshold of labelled predictions; None where none has a confidence.

    Parameters
    ----------
    confidence
        Of any scale on which more is surer; NaN where missing, and such rows are left out.
    right
        Whether each answer is right.
    """
    known = ~np.isnan(confidence)
    values, hits = confidence[known], right[known]
    if not len(values):
        return None
    ordered = np.sort(values)[::-1]
    passed = int(hits.sum())
    threshold = float(ordered[max(passed, 1) - 1])
    above = int(np.count_nonzero(values > threshold))
    equal = int(np.count_nonzero(values == threshold))
    found = ConfidenceThreshold(
        threshold=threshold,
        at_threshold=(passed - above) / equal,
        labelled=len(values),
        variance=1.0,
    )
    missed = hits - found.passing(values)
    # As if of four answers more two were missed: none of few does not mean that none will be.
    return replace(found, variance=(float((missed**2).sum()) + 2) / (len(values) + 4))


def expected_accuracy(learned: ConfidenceThreshold, confidence: Numbers) -> Estimate | None:
    """Return the accuracy to expect of a window; None where no prediction has a confidence.

    The interval is where the window's true accuracy lies in 95 of 100 windows whose images are
    like the reference's. The true accuracy differs from the estimate by the mean of what the
    threshold misses in the window, less the same mean in the reference, which calibration made 0:
    two independent means of one variance. So it holds the chance in the window and the error of the
    calibration, and takes no draws.
    """
    known = confidence[~np.isnan(confidence)]
    if not len(known):
        return None
    value = math.fsum(learned.passing(known).tolist()) / len(known)
    half = Z * math.sqrt(learned.variance * (1 / learned.labelled + 1 / len(known)))
    return Estimate(value=value, low=max(value - half, 0.0), high=min(value + half, 1.0))


def expected_score(
    learned: ConfidenceThreshold | None, confidence: Numbers, withheld: str = ""
) -> EstimatedScore:
    """Return the estimate of a window as reports hold it.

    Parameters
    ----------
    learned
        None where no labelled prediction of the reference has a confidence.
    withheld
        Why the estimate is not shown, in a sentence, such as that images have drifted; empty where
        it may be shown.
    """
    if withheld:
        return EstimatedScore(method=METHOD, score=None, withheld=withheld)
    if learned is None:
        reason = "No labelled prediction of the reference has a confidence to learn from."
        return EstimatedScore(method=METHOD, score=None, withheld=reason)
    score = expected_accuracy(learned, confidence)
    if score is None:
        reason = "No prediction of the window has a confidence."
        return EstimatedScore(method=METHOD, score=None, withheld=reason)
    return EstimatedScore(method=METHOD, score=score)
