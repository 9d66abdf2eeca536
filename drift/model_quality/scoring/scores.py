"""The scores of a set of predictions, with their intervals.

Values are those of scikit-learn. Intervals are of 95 % and count different images (`information`).
They hold for predictions as they come, one image like another: that days differ is known to the
test of a drop, not to them.
"""

from __future__ import annotations

import numpy as np

from drift.model_quality.scoring.calibration import calibration_error_of
from drift.model_quality.scoring.class_counts import ClassCounts, class_counts, information
from drift.model_quality.scoring.intervals import (
    Numbers,
    among_all,
    mean_of_losses,
    mean_of_shares,
    mean_with_variance,
    share,
)
from drift.model_quality.sums import ClassifierSums
from reports.findings.model_quality.scores import ClassifierScores, Estimate


def scores_of(sums: ClassifierSums) -> ClassifierScores:
    """Return the scores; without a labelled prediction only the counts.

    Accuracy has Wilson's interval. Balanced accuracy, macro precision and recall are means of
    shares that are independent of each other given how many predictions are truly of each class,
    or called so (`mean_of_shares`). Macro F1 has the variance that the delta method gives for
    multinomial counts. The interval of the log loss is the normal one, that of the calibration
    error is described at `calibration_error_of`. None of them draws at random but the last, whose
    seed is fixed: equal sums give equal scores.
    """
    if not sums.labelled:
        return ClassifierScores(labelled=0, predictions=sums.predictions)
    counts, part = class_counts(sums), information(sums)
    loss = sums.loss
    return ClassifierScores(
        labelled=sums.labelled,
        predictions=sums.predictions,
        accuracy=share(sums.right, sums.labelled, part),
        balanced_accuracy=_mean_share(counts.right, counts.labelled, part, every=False),
        precision=_mean_share(counts.right, counts.answered, part, every=True),
        recall=_mean_share(counts.right, counts.labelled, part, every=True),
        f1=_macro_f1(counts, part),
        calibration_error=calibration_error_of(sums)
        if any(one.count for one in sums.bins)
        else None,
        log_loss=(
            mean_of_losses(loss.count, loss.total, loss.squares, part) if loss.count else None
        ),
    )


def _mean_share(right: Numbers, count: Numbers, part: float, *, every: bool) -> Estimate:
    """Return the mean over classes with a share; over `every` class, others count as 0."""
    there = count > 0
    found = mean_of_shares(right[there], count[there], part)
    return among_all(found, float(there.mean())) if every else found


def _macro_f1(counts: ClassCounts, part: float) -> Estimate:
    """Return the mean F1 with the delta method's variance, over the classes that labels name.

    With ``F1_k = 2 T_k / S_k``, where T is the diagonal and S the sum of a class's row and column,
    a prediction more in a cell changes the sum of all F1 by ``2 (1 - F1_k) / S_k`` on the diagonal
    and by ``-F1_i / S_i - F1_j / S_j`` elsewhere. These changes, weighted by the counts, sum to
    zero, so that the variance is the sum of their squares. F1 is concave in the share
    ``q_k = T_k / (S_k - T_k)``, F1 = 2 q / (1 + q), and so too small on average by
    ``2 q (1 - q) / ((1 + q)**3 (S - T))``, which the interval gives back.
    """
    size, there = counts.labelled + counts.answered, counts.labelled > 0
    scores = 2 * counts.right / size
    true, predicted = counts.true, counts.predicted
    lost = scores / size
    change = np.where(
        true == predicted, 2 * (1 - scores[true]) / size[true], -(lost[true] + lost[predicted])
    )
    classes = int(there.sum())
    variance = float((counts.count * change**2).sum()) / classes**2 / part
    alike = classes**2 / float((2 / size[there]).sum()) * part
    mean = float(scores[there].mean())
    tried = size - counts.right
    bias = _bias_of_f1(counts.right[there] * part, tried[there] * part, mean)
    return among_all(mean_with_variance(mean, variance, alike, bias), classes / len(there))


def _bias_of_f1(right: Numbers, tried: Numbers, mean: float) -> float:
    """Return by how much the mean F1 is too large on average: a number <= 0."""
    centre = mean / (2 - mean)
    drawn = (right + centre) / (tried + 1)
    unbiased = 1 - tried / (tried + 1) ** 2
    return -float((2 * drawn * (1 - drawn) / unbiased / ((1 + drawn) ** 3 * tried)).mean())
