"""What is said of the model: judged days, scores, and words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from drift.model_quality.assembling.gathered import GatheredLabels
from drift.model_quality.assembling.judging_rules import (
    judge_settings,
    lies_in,
    newest_rule,
    told_drop,
)
from drift.model_quality.assembling.model_classes import ModelClasses
from drift.model_quality.assembling.points import points_of_days, points_of_weeks, sums_of
from drift.model_quality.assembling.remarks import remarks_on_classes, remarks_on_joining
from drift.model_quality.assembling.told_labels import label_input
from drift.model_quality.judging.judge import judge
from drift.model_quality.judging.judgement import DayScore, Judgement
from drift.model_quality.records.documents import CLASSIFIER_DAYS, sums_document
from drift.model_quality.records.record import DayRecord
from drift.model_quality.scoring.calibration import reliability_of
from drift.model_quality.scoring.classes import classes_of
from drift.model_quality.scoring.confusions import confusions_of
from drift.model_quality.scoring.most_certain import merged_wrong
from drift.model_quality.scoring.scores import scores_of
from drift.model_quality.scoring.summing import merged, merged_by_version, sum_up
from drift.model_quality.sums import ClassifierSums, DayQuality
from drift.run_request import as_text
from reports.findings.model_quality.quality import (
    ModelKind,
    ModelQuality,
    QualityBasis,
    QualityState,
    ScoredStretch,
)
from reports.findings.model_quality.scores import EstimatedScore, VersionScores
from reports.words.of_quality.sentences import quality_headline, quality_summary


def assemble(gathered: GatheredLabels, estimate: EstimatedScore | None) -> ModelQuality:
    """Return what labels say of the model."""
    classes = _model_classes(gathered)
    records = [_respelled(one, classes) for one in gathered.records]
    days = sorted([*records, *gathered.without_labels], key=lambda one: one.start)
    waiting = [one for one in days if one.start >= gathered.since]
    beside = classes.respelled(sum_up(gathered.beside_days.rows))
    seen = merged([sums_of(waiting), beside])
    unknown = classes.unknown(seen)
    labels = label_input(gathered, _digest(gathered), seen, unknown)
    know_none = classes.know_none(seen)
    said = () if know_none else remarks_on_classes(labels, unknown)
    found = ModelQuality(
        kind=ModelKind.CLASSIFIER,
        state=QualityState.UNKNOWN,
        headline="",
        summary="",
        labels=labels,
        window=scores_of(classes.respelled(sum_up(gathered.rows.rows))),
        reference=None if gathered.reference is None else scores_of(gathered.reference.sums),
        days=points_of_days(waiting),
        weeks=points_of_weeks(days, gathered.job.day_zone),
        estimate=estimate,
        remarks=(*gathered.remarks, *remarks_on_joining(labels), *said),
        min_labels=gathered.job.labels.min_labels,
        days_digest=CLASSIFIER_DAYS.digest(gathered.records),
    )
    if know_none:
        found = replace(found, classes=classes_of(seen, None, classes.said))
    else:
        found = _with_judgement(found, gathered, records, classes)
    return in_words(found)


def in_words(found: ModelQuality) -> ModelQuality:
    """Return what was found with its headline and summary."""
    return replace(found, headline=quality_headline(found), summary=quality_summary(found))


def _with_judgement(
    found: ModelQuality,
    gathered: GatheredLabels,
    records: Sequence[DayQuality],
    classes: ModelClasses,
) -> ModelQuality:
    reference = None if gathered.reference is None else gathered.reference.sums
    judged = judge(
        [_day_score(one, gathered) for one in records],
        None if reference is None else (reference.images, reference.right_images),
        judge_settings(gathered.job),
        newest_rule(gathered.job, gathered.window, gathered.days, gathered.since),
    )
    newest = _days_in(records, judged.newest)
    if not newest:
        return replace(found, state=judged.state)
    first, end = newest[0].start, newest[-1].end
    between = [one for one in gathered.without_labels if first < one.start < end]
    sums, before = sums_of([*newest, *between]), sums_of(_days_in(records, judged.before))
    if judged.basis is QualityBasis.REFERENCE and reference is not None:
        before = classes.respelled(reference)
    compared = None if judged.basis is None else before
    versions = merged_by_version([one.versions for one in newest])
    return replace(
        found,
        state=judged.state,
        newest=_stretch(newest, sums),
        basis=judged.basis,
        before=_before(judged, records, before),
        drop=told_drop(judged, gathered.job, "accuracy"),
        classes=classes_of(sums, compared, classes.said),
        confusions=confusions_of(sums, compared),
        reliability=reliability_of(sums) if sums.bins else (),
        versions=_versions(versions),
        wrong=tuple(
            classes.respelled_image(one) for one in merged_wrong(one.wrong for one in newest)
        ),
    )


def _model_classes(gathered: GatheredLabels) -> ModelClasses:
    said = set(gathered.model_classes) | set(gathered.rows.rows.table["predicted"].unique())
    for record in gathered.records:
        for sums in record.quality.versions.values():
            said |= {predicted for _, predicted in sums.confusion}
    if gathered.reference is not None:
        said |= {predicted for _, predicted in gathered.reference.sums.confusion}
    return ModelClasses(said=frozenset(map(str, said)))


def _respelled(record: DayRecord, classes: ModelClasses) -> DayQuality:
    versions = {name: classes.respelled(sums) for name, sums in record.quality.versions.items()}
    return replace(record.quality, versions=versions)


def _day_score(day: DayQuality, gathered: GatheredLabels) -> DayScore:
    sums = list(day.versions.values())
    marks = gathered.marks
    return DayScore(
        start=day.start,
        end=day.end,
        images=sum(one.images for one in sums),
        right=sum(one.right_images for one in sums),
        teaches=not lies_in(day.start, day.end, marks.rejected),
        accepted=lies_in(day.start, day.end, marks.accepted),
    )


def _days_in(days: Sequence[DayQuality], chosen: Sequence[DayScore]) -> list[DayQuality]:
    starts = {one.start for one in chosen}
    return [day for day in days if day.start in starts]


def _stretch(days: Sequence[DayQuality], sums: ClassifierSums) -> ScoredStretch:
    return ScoredStretch(
        start=as_text(days[0].start), end=as_text(days[-1].end), scores=scores_of(sums)
    )


def _before(
    judged: Judgement, records: Sequence[DayQuality], sums: ClassifierSums
) -> ScoredStretch | None:
    days = _days_in(records, judged.before)
    return _stretch(days, sums) if days else None


def _versions(sums: dict[str | None, ClassifierSums]) -> tuple[VersionScores, ...]:
    if set(sums) <= {None}:
        return ()
    return tuple(VersionScores(version=name, scores=scores_of(one)) for name, one in sums.items())


def _digest(gathered: GatheredLabels) -> str:
    """Return the digest of the labels; of the log's own, of what they say day by day."""
    if gathered.given is not None:
        return gathered.given.digest
    told = [
        [as_text(one.quality.start), [[name, sums_document(sums)] for name, sums in _ordered(one)]]
        for one in gathered.waiting
    ]
    rows = sums_document(sum_up(gathered.beside_days.rows))
    return hashlib.sha256(json.dumps([told, rows]).encode()).hexdigest()


def _ordered(record: DayRecord) -> list[tuple[str, ClassifierSums]]:
    return sorted((name or "", sums) for name, sums in record.quality.versions.items())
