"""What is said of a detector: judged days, scores, and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from drift.model_quality.assembling.assemble import in_words
from drift.model_quality.assembling.gathered import summed
from drift.model_quality.assembling.judging_rules import told_drop
from drift.model_quality.assembling.points import by_week
from drift.model_quality.assembling.remarks import remarks_on_joining
from drift.model_quality.detection.assembling.cached_scores import CachedScores
from drift.model_quality.detection.assembling.detector_classes import DetectorClasses
from drift.model_quality.detection.assembling.gathered import GatheredBoxes
from drift.model_quality.detection.assembling.judged_stretches import (
    JudgedStretches,
    ScoredReference,
    judge_stretches,
)
from drift.model_quality.detection.assembling.newest_days import (
    versions_of,
    with_before,
    worst_cut_of,
    worst_of,
)
from drift.model_quality.detection.assembling.one_spelling import in_one_spelling
from drift.model_quality.detection.assembling.points import detector_point, quality_point
from drift.model_quality.detection.assembling.remarks import (
    remarks_on_drawn,
    remarks_on_sizes,
    remarks_on_unknown,
    without_sizes,
)
from drift.model_quality.detection.assembling.scored_days import (
    DayStretch,
    ScoredDay,
    stretch_of,
)
from drift.model_quality.detection.score_range import find_cut
from drift.model_quality.detection.stretch_scores import (
    box_confidences,
    detector_scores,
    merged_sums,
)
from drift.run_request import as_text
from reports.findings.model_quality.detection import (
    DetectorQuality,
    DetectorScores,
    boxes_hardly_meet,
)
from reports.findings.model_quality.quality import (
    ModelKind,
    ModelQuality,
    QualityBasis,
    QualityState,
    ScoredStretch,
)
from reports.findings.model_quality.scores import ClassifierScores
from reports.words.of_quality.detectors import cut_words


def assemble_detector(gathered: GatheredBoxes) -> ModelQuality:
    """Return what true boxes say of the model.

    Scores of several days are those of all their images together. What the newest days are compared
    with are at most the newest 60 of the days that the judge compares them with.
    """
    gathered = in_one_spelling(gathered)
    classes, cached = DetectorClasses.of(gathered), CachedScores(gathered.remembered)
    days = [ScoredDay.of(one, classes) for one in gathered.records]
    waiting = [day for day in days if day.record.start >= gathered.since]
    reference = _reference(gathered, cached)
    own = _window(gathered, cached)
    found = ModelQuality(
        kind=ModelKind.DETECTOR,
        state=QualityState.UNKNOWN,
        headline="",
        summary="",
        labels=gathered.labels,
        window=_counts(own.window),
        reference=None if reference is None else _counts(reference.scored.scores),
        min_labels=gathered.job.labels.min_labels,
        days_digest=gathered.days_digest,
        detection=replace(
            own,
            reference=None if reference is None else reference.scored.scores,
            lost_boxes=_boxes(gathered.lost_boxes, [day.record.lost_boxes for day in waiting]),
            noted_boxes=_boxes(gathered.noted_boxes, [day.record.noted_boxes for day in waiting]),
        ),
    )
    tables = [day.sums.table for day in waiting]
    if classes.know_none(tables):
        judged = None
        found = _with_all_classes(found, waiting, classes)
    else:
        judged = judge_stretches(gathered, days, reference, cached)
        found = _with_judgement(found, gathered, judged, reference)
        found = _unless_beside(_with_newest(found, judged, classes, cached))
    found = _with_points(found, gathered, days, waiting, cached)
    remarks = [
        *gathered.remarks,
        *remarks_on_sizes(gathered.labels),
        *remarks_on_joining(without_sizes(gathered.labels)),
        *_remarks(found, classes, waiting, days),
    ]
    return in_words(replace(found, remarks=tuple(remarks)))


def _window(gathered: GatheredBoxes, cached: CachedScores) -> DetectorQuality:
    sums = merged_sums(gathered.window_versions.values())
    scores = cached.scores("window", sums.table, sums.predictions).scores
    return DetectorQuality(
        window=scores,
        window_confidences=box_confidences(sums, find_cut(sums.table.score)),
    )


def _reference(gathered: GatheredBoxes, cached: CachedScores) -> ScoredReference | None:
    sums = gathered.reference
    if sums is None or not sums.labelled:
        return None
    scored = cached.scores("reference", sums.table, sums.predictions)
    return ScoredReference(sums=sums, scored=scored)


def _with_all_classes(
    found: ModelQuality, waiting: Sequence[ScoredDay], classes: DetectorClasses
) -> ModelQuality:
    """Add the classes of all days, of which the model knows none; nothing is judged then."""
    sums = merged_sums([day.sums for day in waiting])
    _, scores = detector_scores(sums.table, sums.predictions, draws=0)
    shown = classes.marked(scores)
    return replace(found, detection=replace(_detection(found), classes=shown))


def _with_judgement(
    found: ModelQuality,
    gathered: GatheredBoxes,
    told: JudgedStretches,
    reference: ScoredReference | None,
) -> ModelQuality:
    judged = told.judged
    if told.newest is None:
        return replace(found, state=judged.state)
    detection = replace(
        _detection(found),
        newest=told.newest.scored.scores,
        newest_confidences=told.newest.confidences,
    )
    if told.before is not None:
        scores, confidences = told.before.scored.scores, told.before.confidences
        detection = replace(detection, before=scores, before_confidences=confidences)
    elif judged.basis is QualityBasis.REFERENCE and reference is not None:
        scores, sums = reference.scored.scores, reference.sums
        confidences = box_confidences(sums, find_cut(sums.table.score))
        detection = replace(detection, before=scores, before_confidences=confidences)
    return replace(
        found,
        state=judged.state,
        newest=_stretch(told.newest),
        basis=judged.basis,
        before=None if told.before is None else _stretch(told.before),
        drop=told_drop(judged, gathered.job, "ap50"),
        detection=detection,
    )


def _unless_beside(found: ModelQuality) -> ModelQuality:
    """Return what is said, nothing of the model where its boxes never met the true ones."""
    if not boxes_hardly_meet(_detection(found)):
        return found
    return replace(found, state=QualityState.UNKNOWN, drop=None)


def _with_newest(
    found: ModelQuality, told: JudgedStretches, classes: DetectorClasses, cached: CachedScores
) -> ModelQuality:
    """Add classes, versions and the worst images of the newest days."""
    if told.newest is None:
        return found
    return replace(
        found,
        detection=replace(
            _detection(found),
            classes=with_before(classes.marked(told.newest.scored.classes), told.compared),
            versions=versions_of(told.newest, cached),
            worst=worst_of(told.newest),
            worst_cut=worst_cut_of(told.newest),
        ),
    )


def _with_points(
    found: ModelQuality,
    gathered: GatheredBoxes,
    days: Sequence[ScoredDay],
    waiting: Sequence[ScoredDay],
    cached: CachedScores,
) -> ModelQuality:
    """Add the points of days and weeks."""
    of_days = [stretch_of([day], "", cached) for day in waiting]
    of_weeks = [
        stretch_of(week, f"week-{monday}", cached)
        for monday, week in by_week(
            days, lambda day: day.record.start, gathered.job.day_zone
        ).items()
    ]
    names = [one.name for one in _detection(found).classes]
    return replace(
        found,
        days=tuple(quality_point(one) for one in of_days),
        weeks=tuple(quality_point(one) for one in of_weeks),
        detection=replace(
            _detection(found),
            days=tuple(detector_point(one, names) for one in of_days),
            weeks=tuple(detector_point(one, names) for one in of_weeks),
        ),
    )


def _remarks(
    found: ModelQuality,
    classes: DetectorClasses,
    waiting: Sequence[ScoredDay],
    days: Sequence[ScoredDay],
) -> list[str]:
    detection = _detection(found)
    newest = detection.newest_confidences or detection.window_confidences
    tables = [day.sums.table for day in waiting]
    true_boxes = sum(int(one.truth_count.sum()) for one in tables)
    unknown = {} if classes.know_none(tables) else classes.unknown(tables)
    return [
        *filter(None, [cut_words(newest, detection.before_confidences)]),
        *remarks_on_unknown(unknown, true_boxes),
        *remarks_on_drawn(days),
    ]


def _detection(found: ModelQuality) -> DetectorQuality:
    if found.detection is None:
        raise ValueError("the scores of the boxes are missing.")
    return found.detection


def _counts(scores: DetectorScores) -> ClassifierScores:
    return ClassifierScores(labelled=scores.labelled, predictions=scores.predictions)


def _stretch(stretch: DayStretch) -> ScoredStretch:
    return ScoredStretch(
        start=as_text(stretch.days[0].record.start),
        end=as_text(stretch.days[-1].record.end),
        scores=ClassifierScores(labelled=stretch.labelled, predictions=stretch.sums.predictions),
    )


def _boxes(of_window: Mapping[str, int], of_days: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Return counts of boxes of all days that wait for labels; of the window where there are none.

    The window's own days are among the days.
    """
    return summed(list(of_days)) if of_days else summed([of_window])
