"""The accuracy that confidences let one expect of a window, and whether it may be shown."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.reference.quality import ReferenceQuality
from drift.model_quality.scoring.expected_accuracy import expected_score
from reports.findings.answers import State
from reports.findings.days import LevelState
from reports.findings.model_quality.scores import EstimatedScore
from reports.findings.run import RunFindings

DRIFTED = (
    "The images look otherwise than the reference's, and there confidences no longer tell how "
    "often the model is right."
)
NOVEL = (
    "The images show the model things that the reference does not, and there confidences no longer "
    "tell how often the model is right."
)
UNSEEN = (
    "This job knows nothing of the images themselves, so it cannot tell whether they look like the "
    "reference's; where they do not, confidences no longer tell how often the model is right."
)


def estimate_of(
    reference: ReferenceQuality | None, confidence: NDArray[np.float64], findings: RunFindings
) -> EstimatedScore | None:
    """Return the estimate; None where the reference has no labelled prediction to learn from.

    Parameters
    ----------
    confidence
        Of the window's predictions; NaN where missing.
    findings
        What the run found: whether the images look like the reference's.
    """
    if reference is None or reference.learned is None:
        return None
    return expected_score(reference.learned, confidence, _withheld(findings))


def _withheld(findings: RunFindings) -> str:
    """Return why the estimate is not shown; empty where it may be."""
    if not findings.features:
        return UNSEEN
    if _shows_new_things(findings):
        return NOVEL
    together = findings.multivariate
    drifted = any(one.state is State.DRIFT for one in findings.features)
    if drifted or (together is not None and together.state is State.DRIFT):
        return DRIFTED
    return DRIFTED if _differs(findings, {one.name for one in findings.features}) else ""


def _shows_new_things(findings: RunFindings) -> bool:
    """Return whether the model's view of the images is not the one that it has of the reference."""
    seen = findings.model_view
    if seen is None:
        return False
    drifted = any(one.state is State.DRIFT for one in findings.view)
    return drifted or bool(seen.novel) or _differs(findings, {one.name for one in findings.view})


def _differs(findings: RunFindings, names: Collection[str]) -> bool:
    """Return whether production has been found to differ from the reference in some columns."""
    level = findings.level
    if level is None or level.state is not LevelState.DIFFERS:
        return False
    return any(one.name in names for one in level.columns)
