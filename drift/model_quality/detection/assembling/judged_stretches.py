"""The days of a detector as they are judged, and the stretches that the judge compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drift.model_quality.assembling.judging_rules import judge_settings, lies_in, newest_rule
from drift.model_quality.detection.assembling.cached_scores import CachedScores, StretchScores
from drift.model_quality.detection.assembling.gathered import GatheredBoxes
from drift.model_quality.detection.assembling.scored_days import DayStretch, ScoredDay, stretch_of
from drift.model_quality.detection.judging.day_sampling import DaySampling
from drift.model_quality.detection.judging.judged_ap50 import (
    ap50_day,
    pooled_judgement,
    reference_score,
)
from drift.model_quality.detection.sums import DetectorSums
from drift.model_quality.judging.judge import judge
from drift.model_quality.judging.judgement import DayScore, Judgement
from reports.findings.model_quality.quality import QualityBasis

MOST_BEFORE = 60
"""So many of the days that the newest are compared with are scored together, the newest ones."""
_MOST_DRAWN = 50_000
"""With more boxes, what the newest days are compared with has no intervals: they would take longer
than all else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredReference:
    """The reference's images, with the model's classes, and their scores."""

    sums: DetectorSums
    scored: StretchScores


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedStretches:
    """What the judge says.

    Attributes
    ----------
    judged
        With the drop of the scores that are shown.
    newest
        None where there are too few labelled images.
    before
        None where the newest days are compared with the reference, or with nothing.
    compared
        The scores of what they are compared with; None where that is nothing.
    """

    judged: Judgement
    newest: DayStretch | None = None
    before: DayStretch | None = None
    compared: StretchScores | None = None


def judge_stretches(
    gathered: GatheredBoxes,
    days: Sequence[ScoredDay],
    reference: ScoredReference | None,
    cached: CachedScores,
) -> JudgedStretches:
    """Judge AP50 of the newest days, and score what was compared.

    Parameters
    ----------
    days
        All days, the oldest first.
    """
    tables = [day.sums.table for day in days]
    own = [] if reference is None else [reference.sums.table]
    sampling = cached.sampling([*own, *tables])
    settings = judge_settings(gathered.job)
    judged = judge(
        [one for day in days for one in _day_scores(day, gathered, sampling)],
        None if reference is None else _of_reference(reference, sampling),
        settings,
        newest_rule(gathered.job, gathered.window, gathered.days, gathered.since),
    )
    if not judged.newest:
        return JudgedStretches(judged=judged)
    newest = stretch_of(_between(days, judged.newest), "newest", cached)
    before = None
    if judged.before:
        chosen = _chosen(days, judged.before)[-MOST_BEFORE:]
        before = stretch_of(chosen, "before", cached, most_drawn=_MOST_DRAWN)
    compared = None if before is None else before.scored
    if judged.basis is QualityBasis.REFERENCE and reference is not None:
        compared = reference.scored
    pooled = pooled_judgement(judged, _ap50(compared), _ap50(newest.scored), settings)
    return JudgedStretches(judged=pooled, newest=newest, before=before, compared=compared)


def _day_scores(
    day: ScoredDay, gathered: GatheredBoxes, sampling: DaySampling
) -> Sequence[DayScore]:
    """Return a day as it is judged; nothing where none of its images has a true box."""
    if day.ap50 is None:
        return ()
    start, end, marks = day.record.start, day.record.end, gathered.marks
    return (
        replace(
            ap50_day(start, end, day.record.scores.labelled, day.ap50, sampling),
            teaches=not lies_in(start, end, marks.rejected),
            accepted=lies_in(start, end, marks.accepted),
        ),
    )


def _of_reference(
    reference: ScoredReference, sampling: DaySampling
) -> tuple[float, float, float] | None:
    ap50 = _ap50(reference.scored)
    if ap50 is None:
        return None
    return reference_score(reference.sums.labelled, ap50, sampling)


def _chosen(days: Sequence[ScoredDay], chosen: Sequence[DayScore]) -> list[ScoredDay]:
    starts = {one.start for one in chosen}
    return [day for day in days if day.record.start in starts]


def _between(days: Sequence[ScoredDay], chosen: Sequence[DayScore]) -> list[ScoredDay]:
    """Return the chosen days and those without labels between them."""
    first, end = chosen[0].start, chosen[-1].end
    starts = {one.start for one in chosen}
    return [
        day
        for day in days
        if day.record.start in starts
        or (first < day.record.start < end and not day.record.scores.labelled)
    ]


def _ap50(scored: StretchScores | None) -> float | None:
    found = None if scored is None else scored.scores.ap50
    return None if found is None else found.value
