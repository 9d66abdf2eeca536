"""The tables about a detector's quality on a run's page, ready for the template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.findings.model_quality.detection import (
    BoxConfidences,
    DetectedClassScore,
    DetectorPoint,
    DetectorScores,
)
from reports.findings.model_quality.quality import ModelQuality, QualityBasis
from reports.findings.model_quality.scores import Estimate
from reports.history.run_detector import lost_boxes
from reports.pages.run.plots import share_bars_svg
from reports.pages.run.quality_tables import (
    MOST_CLASSES,
    MOST_VERSIONS,
    Cell,
    MeasureRow,
    ScoresTable,
    VersionRow,
    VersionsTable,
    cell,
)
from reports.words.numbers import NOTHING
from reports.words.of_quality.counts import labels_words
from reports.words.of_quality.detectors import boxes_counted
from reports.words.of_quality.scores import calendar_day, days_of, score_words

_MEASURES = (
    ("ap50", "AP50", "average precision, boxes that overlap by at least half"),
    ("ap", "AP", "the same over overlaps of 0.50 to 0.95: how well boxes fit counts too"),
    ("ap75", "AP75", "the same at an overlap of 0.75"),
    ("ar1", "AR1", "true boxes found by the surest box of an image and class"),
    ("ar10", "AR10", "true boxes found by the 10 surest"),
    ("ar100", "AR100", "true boxes found by the 100 surest"),
    ("mean_iou", "Mean IoU", "how well the boxes fit that found a true one"),
)
_CONFIDENCES = (
    ("lowest", "Lowest"),
    ("mean", "Mean"),
    ("highest", "Highest"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApRow:
    """One class; `mark` says what is odd about it, `bars` shows AP50 before above now."""

    name: str
    mark: str
    bars: Markup
    ap50: Cell
    before: str
    ap75: str
    ar100: str
    boxes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidencesTable:
    """The scores that the model gave, now, before and in the window, in rows of plain words."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def detector_scores_table(quality: ModelQuality) -> ScoresTable | None:
    """Return all measures now, before and of the reference; None without a newest stretch."""
    found, newest = quality.detection, quality.newest
    if found is None or newest is None or found.newest is None:
        return None
    sides = [("Now", days_of(newest), found.newest)]
    if quality.before is not None and found.before is not None:
        sides.append(("Before", days_of(quality.before), found.before))
    if found.reference is not None:
        title = "Reference" if quality.basis is not QualityBasis.REFERENCE else "Before"
        sides.append((title, "the reference", found.reference))
    rows = tuple(
        MeasureRow(
            name=name, meaning=meaning, cells=tuple(_measure(key, scores) for _, _, scores in sides)
        )
        for key, name, meaning in _MEASURES
        if any(getattr(scores, key) is not None for _, _, scores in sides)
    )
    columns = tuple(
        (title, f"{what}, {labels_words(scores.labelled, quality.kind)}")
        for title, what, scores in sides
    )
    return ScoresTable(columns=columns, rows=rows) if rows else None


def confidences_table(quality: ModelQuality) -> ConfidencesTable | None:
    """Return the scores that the model gave its boxes; None where no box has one."""
    found = quality.detection
    if found is None:
        return None
    sides = [
        (title, one)
        for title, one in (
            ("Now", found.newest_confidences),
            ("Before", found.before_confidences),
            ("This window", found.window_confidences),
        )
        if one is not None
    ]
    if all(one.mean is None for _, one in sides):
        return None
    rows = [
        (name, tuple(score_words(getattr(one, key)) for _, one in sides))
        for key, name in _CONFIDENCES
    ]
    if any(one.cut is not None for _, one in sides):
        rows.append(("Left out below", tuple(score_words(one.cut) for _, one in sides)))
    rows.append(("Boxes an image", tuple(_boxes_an_image(one) for _, one in sides)))
    rows.append(("Images", tuple(f"{one.images:,}" for _, one in sides)))
    return ConfidencesTable(columns=tuple(title for title, _ in sides), rows=tuple(rows))


def ap_rows(classes: Sequence[DetectedClassScore], *, fallen_first: bool) -> tuple[ApRow, ...]:
    """Return the classes in their order, or those that fell most first; unlabelled ones last."""
    ordered = sorted(
        classes, key=lambda one: (not one.true_boxes, -lost_boxes(one) if fallen_first else 0)
    )
    return tuple(map(_class_row, ordered[:MOST_CLASSES]))


def detector_versions_table(quality: ModelQuality) -> VersionsTable | None:
    """Return the versions side by side; None where there are fewer than two."""
    found = quality.detection
    if found is None or len(found.versions) < 2:
        return None
    shown = found.versions[:MOST_VERSIONS]
    rows = tuple(
        VersionRow(
            name="without a name" if one.version is None else one.version,
            labels=f"{one.scores.labelled:,} of {one.scores.predictions:,}",
            cells=tuple(_measure(key, one.scores) for key, _, _ in _MEASURES),
        )
        for one in shown
    )
    return VersionsTable(
        columns=tuple(name for _, name, _ in _MEASURES),
        rows=rows,
        left_out=len(found.versions) - len(shown),
    )


def confidence_rows(days: Sequence[DetectorPoint]) -> tuple[tuple[str, ...], ...]:
    """Return day, lowest, mean and highest score and the boxes of each day, the newest first."""
    return tuple(
        (
            calendar_day(one.start),
            score_words(one.confidences.lowest),
            score_words(one.confidences.mean),
            score_words(one.confidences.highest),
            f"{one.confidences.boxes:,}",
        )
        for one in reversed(days)
        if one.confidences.mean is not None
    )


def measure_rows(days: Sequence[DetectorPoint]) -> tuple[tuple[str, ...], ...]:
    """Return day, AP, AP75 and AR100 of each day that has them, the newest first."""
    return tuple(
        (
            calendar_day(one.start),
            *(cell(value).value for value in (one.scores.ap, one.scores.ap75, one.scores.ar100)),
        )
        for one in reversed(days)
        if one.scores.ap50 is not None
    )


def _measure(key: str, scores: DetectorScores) -> Cell:
    estimate: Estimate | None = getattr(scores, key)
    return cell(estimate)


def _boxes_an_image(one: BoxConfidences) -> str:
    return f"{one.boxes / one.images:,.1f}" if one.images else NOTHING


def _class_row(one: DetectedClassScore) -> ApRow:
    bars = Markup()
    if one.ap50 is not None:
        bars = Markup(  # noqa: S704 - numbers only
            share_bars_svg(one.ap50_before or 0.0, one.ap50.value, 1.0)
        )
    return ApRow(
        name=one.name,
        mark="".join(_marks(one)),
        bars=bars,
        ap50=cell(one.ap50),
        before=score_words(one.ap50_before),
        ap75=score_words(one.ap75),
        ar100=score_words(one.ar100),
        boxes=f"{boxes_counted(one.true_boxes, 'true')}, {one.predicted_boxes:,} predicted",
    )


def _marks(one: DetectedClassScore) -> Iterator[str]:
    if one.true_boxes and not one.known_to_model:
        yield "the model never says so"
    elif not one.true_boxes:
        yield "no label says so"
