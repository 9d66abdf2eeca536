"""The tables about the model's quality on a run's page, ready for the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from reports.findings.model_quality.quality import ModelQuality, QualityBasis
from reports.findings.model_quality.scores import (
    ClassifierScores,
    ClassScore,
    Confusion,
    Estimate,
)
from reports.pages.run.plots import share_bars_svg
from reports.words.numbers import NOTHING, percent
from reports.words.of_quality.scores import (
    before_of,
    days_of,
    decimals_of,
    interval_words,
    score_words,
)

CLASSES_FIRST, MOST_CLASSES = 6, 50
CONFUSIONS_FIRST, MOST_CONFUSIONS = 6, 30
MOST_VERSIONS = 20
_MEASURES = (
    ("accuracy", "Accuracy", "right answers of all"),
    ("balanced_accuracy", "Balanced accuracy", "each class counts the same"),
    ("precision", "Precision", "right ones of those called so, mean over classes"),
    ("recall", "Recall", "found ones of those that are so, mean over classes"),
    ("f1", "F1", "precision and recall together, mean over classes"),
    ("calibration_error", "Calibration error", "how far confidence lies from accuracy; 0 is best"),
    ("log_loss", "Log loss", "lower is better"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A score and its interval, apart so that a narrow screen can put them on two lines."""

    value: str
    interval: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure: its name, what it means, and a cell per column of the table."""

    name: str
    meaning: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresTable:
    """All measures of the newest stretch beside those of before and of the reference.

    Attributes
    ----------
    columns
        A title and what it stands for, such as ``Now`` and ``8 to 14 Mar 2025, 300 labels``.
    """

    columns: tuple[tuple[str, str], ...]
    rows: tuple[MeasureRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallRow:
    """One class; `mark` says what is odd about it, `bars` shows recall before above now."""

    name: str
    mark: str
    bars: Markup
    labelled: str
    recall: Cell
    before: str
    precision: str
    f1: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionRow:
    """One confusion: so many of the true class were called another."""

    true: str
    predicted: str
    count: str
    share: str
    before: str
    grew: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version of the model, and its cells in the order of the measures that any of them has."""

    name: str
    labels: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsTable:
    """The versions side by side, with the measures as columns."""

    columns: tuple[str, ...]
    rows: tuple[VersionRow, ...]
    left_out: int


def scores_table(quality: ModelQuality) -> ScoresTable | None:
    """Return the measures that are known; None without a newest stretch."""
    newest = quality.newest
    if newest is None:
        return None
    sides = [("Now", days_of(newest), newest.scores)]
    if quality.before is not None:
        sides.append(("Before", days_of(quality.before), quality.before.scores))
    if quality.reference is not None:
        title = "Reference" if quality.basis is not QualityBasis.REFERENCE else "Before"
        sides.append((title, "the reference", quality.reference))
    rows = [
        MeasureRow(
            name=name,
            meaning=meaning,
            cells=tuple(_measure(key, scores) for _, _, scores in sides),
        )
        for key, name, meaning in _MEASURES
        if any(getattr(scores, key) is not None for _, _, scores in sides)
    ]
    if not rows:
        return None
    columns = tuple((title, f"{what}, {scores.labelled:,} labels") for title, what, scores in sides)
    return ScoresTable(columns=columns, rows=tuple(rows))


def class_rows(quality: ModelQuality) -> tuple[RecallRow, ...]:
    """Return the classes in their order; those without a label come last."""
    ordered = sorted(quality.classes, key=lambda one: not one.labelled)
    return tuple(_class_row(one) for one in ordered[:MOST_CLASSES])


def confusion_rows(quality: ModelQuality) -> tuple[ConfusionRow, ...]:
    """Return the confusions in their order: those that grew, then the most frequent."""
    return tuple(_confusion_row(one) for one in quality.confusions[:MOST_CONFUSIONS])


def versions_table(quality: ModelQuality) -> VersionsTable | None:
    """Return the versions side by side; None where there are fewer than two."""
    if len(quality.versions) < 2:
        return None
    shown = quality.versions[:MOST_VERSIONS]
    measures = [
        (key, name)
        for key, name, _ in _MEASURES
        if any(getattr(one.scores, key) is not None for one in shown)
    ]
    rows = [
        VersionRow(
            name="without a name" if one.version is None else one.version,
            labels=f"{one.scores.labelled:,} of {one.scores.predictions:,}",
            cells=tuple(_measure(key, one.scores) for key, _ in measures),
        )
        for one in shown
    ]
    return VersionsTable(
        columns=tuple(name for _, name in measures),
        rows=tuple(rows),
        left_out=len(quality.versions) - len(shown),
    )


def lost_most(quality: ModelQuality, most: int) -> tuple[ClassScore, ...]:
    """Return the classes that cost the most right answers, the worst first.

    Beside what they were before, or beside all classes together where that is not known.
    """
    usual = before_of(quality)
    losses = [(_loss(one, 1.0 if usual is None else usual), one) for one in quality.classes]
    ordered = sorted((pair for pair in losses if pair[0] > 0), key=lambda pair: -pair[0])
    return tuple(one for _, one in ordered[:most])


def cell(estimate: Estimate | None) -> Cell:
    """Return a score and its interval; a dash for None."""
    if estimate is None:
        return Cell(value=NOTHING)
    return Cell(
        value=score_words(estimate.value, decimals_of(estimate)),
        interval=interval_words(estimate),
    )


def _measure(key: str, scores: ClassifierScores) -> Cell:
    estimate: Estimate | None = getattr(scores, key)
    return cell(estimate)


def _loss(one: ClassScore, usual: float) -> float:
    if one.recall is None:
        return 0.0
    before = usual if one.recall_before is None else one.recall_before.value
    return one.labelled * (before - one.recall.value)


def _class_row(one: ClassScore) -> RecallRow:
    recall, before = one.recall, one.recall_before
    bars = Markup()
    if recall is not None:
        bars = Markup(  # noqa: S704 - numbers only
            share_bars_svg(0.0 if before is None else before.value, recall.value, 1.0)
        )
    return RecallRow(
        name=one.name,
        mark="".join(_class_marks(one)),
        bars=bars,
        labelled=f"{one.labelled:,}",
        recall=cell(recall),
        before=NOTHING if before is None else score_words(before.value),
        precision=cell(one.precision).value,
        f1=cell(one.f1).value,
    )


def _class_marks(one: ClassScore) -> Iterator[str]:
    if one.labelled and not one.known_to_model:
        yield "the model never says so"
    elif not one.labelled:
        yield "no label says so"


def _confusion_row(one: Confusion) -> ConfusionRow:
    return ConfusionRow(
        true=one.true,
        predicted=one.predicted,
        count=f"{one.count:,}",
        share=percent(one.share),
        before=NOTHING if one.share_before is None else percent(one.share_before),
        grew=one.grew,
    )
