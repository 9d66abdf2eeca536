"""What is shown of the newest days alone: classes, versions, and the images that went worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from drift.model_quality.detection.assembling.cached_scores import CachedScores, StretchScores
from drift.model_quality.detection.assembling.scored_days import DayStretch
from drift.model_quality.detection.image_scores import best_cut
from drift.model_quality.detection.stretch_scores import merged_sums
from drift.model_quality.detection.sums import MOST_WORST, DetectorDay, DetectorSums
from jobs.boxes.kept_boxes import KeptImage
from reports.findings.model_quality.detection import (
    DetectedClassScore,
    DetectorVersionScores,
    WorstImage,
)
from reports.findings.model_quality.quality import ModelQuality


def with_before(
    classes: Sequence[DetectedClassScore], compared: StretchScores | None
) -> tuple[DetectedClassScore, ...]:
    """Return the classes with AP50 of what they are compared with."""
    known = {} if compared is None else {one.name: one.ap50 for one in compared.classes}
    before = {name: one.value for name, one in known.items() if one is not None}
    return tuple(replace(one, ap50_before=before.get(one.name)) for one in classes)


def versions_of(newest: DayStretch, cached: CachedScores) -> tuple[DetectorVersionScores, ...]:
    """Return the scores by version of the model, by name; empty where the log names none."""
    parts: dict[str | None, list[DetectorSums]] = {}
    for day in newest.days:
        for name, sums in day.record.versions.items():
            parts.setdefault(name, []).append(sums)
    if set(parts) <= {None}:
        return ()
    if len(parts) == 1:
        (only,) = parts
        return (DetectorVersionScores(version=only, scores=newest.scored.scores),)
    found = []
    for number, name in enumerate(sorted(parts, key=lambda one: (one is None, one or ""))):
        sums = merged_sums(parts[name])
        scored = cached.scores(f"version-{number}", sums.table, sums.predictions)
        found.append(DetectorVersionScores(version=name, scores=scored.scores))
    return tuple(found)


def worst_of(newest: DayStretch) -> tuple[WorstImage, ...]:
    """Return the images on which the model did worst, of those that each day kept."""
    found = chain.from_iterable(day.record.worst for day in newest.days)
    ranked = sorted(
        found, key=lambda one: (one.f1, -(one.missed + one.strangers), one.timestamp, one.image)
    )
    return tuple(ranked[:MOST_WORST])


def worst_boxes_of(quality: ModelQuality, records: Sequence[DetectorDay]) -> dict[str, KeptImage]:
    """Return the boxes of the images that are shown, by image; of one with several the first's."""
    known = {
        image: boxes
        for record in records
        for image, boxes in zip(record.worst, record.worst_boxes, strict=True)
    }
    worst = () if quality.detection is None else quality.detection.worst
    found: dict[str, KeptImage] = {}
    for one in worst:
        if one.image and one in known:
            found.setdefault(one.image, known[one])
    return found


def worst_cut_of(newest: DayStretch) -> float | None:
    """Return the lowest score that counts for the worst images: each day has its own cut."""
    cuts = [best_cut(day.sums.table) for day in newest.days if day.sums.labelled]
    return min(cuts, default=None)
