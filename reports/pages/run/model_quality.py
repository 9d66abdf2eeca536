"""What a run's page says of the model: on its first screen, and in a section of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import (
    ModelKind,
    ModelQuality,
    QualityPoint,
    QualityState,
)
from reports.findings.model_quality.scores import (
    ClassScore,
    EstimatedScore,
    ReliabilityBin,
    WrongImage,
)
from reports.findings.run import RunFindings
from reports.history.run_detector import classes_that_fell
from reports.pages.boxes.view import BoxesView, boxes_view
from reports.pages.links import ImageLinks
from reports.pages.page import picture_source
from reports.pages.run.cards import ColumnCard
from reports.pages.run.detector.view import DetectorView, detector_view
from reports.pages.run.quality_plots import MOST_DAYS, day_plot, reliability_plot
from reports.pages.run.quality_tables import (
    CLASSES_FIRST,
    CONFUSIONS_FIRST,
    ConfusionRow,
    RecallRow,
    ScoresTable,
    VersionsTable,
    class_rows,
    confusion_rows,
    lost_most,
    scores_table,
    versions_table,
)
from reports.words.harmless_text import shortened
from reports.words.numbers import NOTHING, moment, percent
from reports.words.of_quality.counts import predictions_words
from reports.words.of_quality.detectors import fallen_class_words
from reports.words.of_quality.one_test import one_test_words
from reports.words.of_quality.scores import (
    before_of,
    calendar_day,
    estimate_words,
    score_words,
)
from reports.words.of_quality.sentences import STATE_WORDS, coverage_counts

CLASSES_ON_TOP, WRONG_ON_TOP = 3, 4
_LONGEST_NAME = 40
WRONG_FIRST = 4
_ONE = {ModelKind.CLASSIFIER: "a prediction", ModelKind.DETECTOR: "an image"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongShot:
    """A wrong answer, with its picture and the link to its image where there are any."""

    wrong: WrongImage
    name: str
    confidence: str
    source: str | None
    link: str | None
    boxes: BoxesView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many predictions have a label, as a part and in sentences."""

    part: float
    words: str
    window: str
    reach: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LostClass:
    """A class that got worse, in a few words: ``31 % recognised, 91 % before``."""

    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityView:
    """The model's quality, ready for the page.

    Attributes
    ----------
    label
        The state in words, such as ``still right``.
    place
        Where the section stands: ``first`` where the model is the news, ``middle`` where a drift
        is told before it, ``last`` otherwise.
    lost
        The classes that cost the most right answers; only of a model that is worse.
    strip
        The wrong answers with pictures for the first screen; only of a model that is worse.
    days_shown
        The days behind `day_plot` that have a score, newest first: date, score, labels.
    test
        The rate of the test and what it could have seen; empty where nothing was compared.
    detector
        What the page shows of a detector instead of classes, confusions and reliability; None for
        a classifier.
    """

    quality: ModelQuality
    label: str
    place: str
    coverage: Coverage
    lost: tuple[LostClass, ...]
    strip: tuple[WrongShot, ...]
    wrong: tuple[WrongShot, ...]
    more_wrong: tuple[WrongShot, ...]
    day_plot: Markup
    days_shown: tuple[tuple[str, str, str], ...]
    scores: ScoresTable | None
    classes: tuple[RecallRow, ...]
    more_classes: tuple[RecallRow, ...]
    classes_left_out: int
    confusions: tuple[ConfusionRow, ...]
    more_confusions: tuple[ConfusionRow, ...]
    reliability: Markup
    reliability_rows: tuple[tuple[str, str, str, str], ...]
    versions: VersionsTable | None
    estimate: str
    test: str
    detector: DetectorView | None = None

    @property
    def shows_worst(self) -> bool:
        """Whether the first screen shows where the model got worse."""
        return bool(self.lost) or (self.detector is not None and self.detector.dropped)

    @property
    def has_before(self) -> bool:
        """Whether there is anything to compare the newest labels with."""
        return before_of(self.quality) is not None

    @property
    def has_recall_before(self) -> bool:
        """Whether the recall of any class is known from before."""
        return any(one.recall_before is not None for one in self.quality.classes)

    @property
    def any_grew(self) -> bool:
        """Whether any of the confusions on the page grew."""
        return any(one.grew for one in (*self.confusions, *self.more_confusions))

    @property
    def withheld(self) -> str:
        """Why no accuracy is estimated; empty where it is, or where nobody asked."""
        return "" if self.quality.estimate is None else self.quality.estimate.withheld


def quality_view(
    findings: RunFindings,
    pictures: Mapping[str, bytes] | None = None,
    links: ImageLinks | None = None,
    moved: Sequence[ColumnCard] = (),
) -> QualityView | None:
    """Return what the page says of the model; None where the job names no labels.

    Parameters
    ----------
    pictures
        JPEG thumbnails by the path of a wrong image; an image without one is shown by name.
    moved
        The image features that moved, which a detector's section names.
    """
    quality = findings.model_quality
    if quality is None:
        return None
    shots = tuple(_shot(one, findings, pictures or {}, links) for one in quality.wrong)
    dropped = quality.state is QualityState.DROPPED
    classes, confusions = class_rows(quality), confusion_rows(quality)
    first_classes = _first(len(classes), CLASSES_FIRST)
    first_confusions = _first(len(confusions), CONFUSIONS_FIRST)
    detector = detector_view(findings, pictures or {}, links, moved)
    return QualityView(
        quality=quality,
        label=STATE_WORDS[quality.state],
        place=_place(findings.verdict) if dropped else "last",
        coverage=_coverage(quality),
        lost=_lost_classes(quality) if dropped else (),
        strip=tuple(one for one in shots if one.source)[:WRONG_ON_TOP] if dropped else (),
        wrong=shots[:WRONG_FIRST],
        more_wrong=shots[WRONG_FIRST:],
        # Plots escape their titles; everything else in them is numbers.
        day_plot=detector.day_plot if detector else Markup(day_plot(quality)),  # noqa: S704
        days_shown=_days_shown(quality),
        scores=scores_table(quality),
        classes=classes[:first_classes],
        more_classes=classes[first_classes:],
        classes_left_out=len(quality.classes) - len(classes),
        confusions=confusions[:first_confusions],
        more_confusions=confusions[first_confusions:],
        reliability=Markup(reliability_plot(quality.reliability)),  # noqa: S704
        reliability_rows=tuple(map(_bin_row, quality.reliability)),
        versions=versions_table(quality),
        estimate=_estimate_words(quality.estimate),
        test=one_test_words(quality),
        detector=detector,
    )


def _place(verdict: Verdict) -> str:
    return "middle" if verdict is Verdict.DRIFT else "first"


def _first(rows: int, first: int) -> int:
    """Return how many rows are shown at once; a single row more is not worth a fold."""
    return rows if rows <= first + 1 else first


def _shot(
    one: WrongImage, findings: RunFindings, pictures: Mapping[str, bytes], links: ImageLinks | None
) -> WrongShot:
    data = pictures.get(one.image) if one.image else None
    return WrongShot(
        wrong=one,
        name=one.image or one.id,
        confidence="" if one.confidence is None else f"{percent(one.confidence)} sure",
        source=None if data is None else picture_source(data),
        link=None if links is None or not one.image else links.to(one.image),
        boxes=boxes_view(findings.boxes, one.image, data),
    )


def _coverage(quality: ModelQuality) -> Coverage:
    labelled, predictions = coverage_counts(quality)
    window, newest = quality.window, quality.labels.newest
    return Coverage(
        part=labelled / predictions if predictions else 0.0,
        words=f"{labelled:,} of {predictions_words(predictions, quality.kind)} since "
        f"{calendar_day(quality.labels.since)} {'has' if labelled == 1 else 'have'} a label",
        window=f"of this window, {window.labelled:,} of {window.predictions:,}",
        reach=""
        if newest is None
        else f"the newest is of {_ONE[quality.kind]} of {moment(newest)}",
    )


def _lost_classes(quality: ModelQuality) -> tuple[LostClass, ...]:
    if quality.detection is not None:
        fallen = classes_that_fell(quality.detection.classes)[:CLASSES_ON_TOP]
        return tuple(
            LostClass(name=shortened(one.name, _LONGEST_NAME), words=fallen_class_words(one))
            for one in fallen
        )
    return tuple(map(_lost, lost_most(quality, CLASSES_ON_TOP)))


def _lost(one: ClassScore) -> LostClass:
    now = NOTHING if one.recall is None else percent(one.recall.value)
    before = one.recall_before
    was = "" if before is None else f", {percent(before.value)} before"
    return LostClass(name=shortened(one.name, _LONGEST_NAME), words=f"{now} recognised{was}")


def _days_shown(quality: ModelQuality) -> tuple[tuple[str, str, str], ...]:
    scored = [one for one in quality.days[-MOST_DAYS:] if one.score is not None]
    return tuple(map(_day_row, reversed(scored)))


def _day_row(day: QualityPoint) -> tuple[str, str, str]:
    labels = f"{day.labelled:,} of {day.predictions:,}"
    return calendar_day(day.start), estimate_words(day.score), labels


def _bin_row(one: ReliabilityBin) -> tuple[str, str, str, str]:
    return (
        f"{one.low:g} to {one.high:g}",
        f"{one.count:,}",
        score_words(one.mean_confidence),
        estimate_words(one.accuracy),
    )


def _estimate_words(estimate: EstimatedScore | None) -> str:
    if estimate is None or estimate.score is None:
        return ""
    return estimate_words(estimate.score)
