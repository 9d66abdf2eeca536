"""AP50 of days as the judge of right answers takes it, and what it says as it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from drift.model_quality.detection.judging.day_sampling import DaySampling
from drift.model_quality.judging.evidence import large_enough
from drift.model_quality.judging.judgement import (
    DayScore,
    Judgement,
    JudgeSettings,
)
from reports.findings.model_quality.quality import QualityState
from reports.findings.model_quality.scores import Estimate


def ap50_day(
    start: datetime, end: datetime, images: int, ap50: float, sampling: DaySampling
) -> DayScore:
    """Return a day's AP50 as a share of right images that varies as AP50 does.

    Parameters
    ----------
    images
        How many labelled images the day has, at least 1.
    """
    informative, right, labels = reference_score(images, ap50, sampling)
    return DayScore(start=start, end=end, images=informative, right=right, labels=labels)


def reference_score(images: int, ap50: float, sampling: DaySampling) -> tuple[float, float, float]:
    """Return the same of the reference's labelled images, as a `ReferenceScore`."""
    informative = sampling.informative(images)
    return informative, informative * sampling.unbiased(ap50, images), float(images)


def pooled_judgement(
    judged: Judgement, before: float | None, newest: float | None, settings: JudgeSettings
) -> Judgement:
    """Return a judgement whose drop is that of the scores that are shown beside it.

    The judge compares means of days' scores; what is shown are the scores of all images of a
    stretch together. The drop is that of the latter, with an interval as wide as the judge's. A
    drop is told only where both are large enough.

    Parameters
    ----------
    before, newest
        AP50 of all images together; None where no image has a true box.
    """
    if judged.drop is None or before is None or newest is None:
        return judged
    value = before - newest
    moved = value - judged.drop.value
    drop = Estimate(
        value=value, low=_end(judged.drop.low, moved), high=_end(judged.drop.high, moved)
    )
    if judged.state is QualityState.DROPPED and not large_enough(value, settings):
        return replace(judged, state=QualityState.HOLDS, drop=drop, since=None)
    return replace(judged, drop=drop)


def _end(end: float | None, moved: float) -> float | None:
    return None if end is None else min(max(end + moved, -1.0), 1.0)
