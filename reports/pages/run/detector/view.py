"""What a run's page says of a detector: on its first screen, and in the section on the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.findings.model_quality.detection import DetectorQuality, WorstImage
from reports.findings.model_quality.quality import ModelQuality, QualityState
from reports.findings.run import RunFindings
from reports.history.run_detector import classes_that_fell
from reports.pages.boxes.view import BoxesView, boxes_view
from reports.pages.links import ImageLinks
from reports.pages.page import picture_source
from reports.pages.run.cards import ColumnCard
from reports.pages.run.detector.also_moved import AlsoMoved, also_moved
from reports.pages.run.detector.lines import DetectorPlots, detector_plots
from reports.pages.run.detector.tables import (
    ApRow,
    ConfidencesTable,
    ap_rows,
    confidence_rows,
    confidences_table,
    detector_scores_table,
    detector_versions_table,
    measure_rows,
)
from reports.pages.run.plots import share_bars_svg
from reports.pages.run.quality_plots import MOST_DAYS
from reports.pages.run.quality_tables import CLASSES_FIRST, ScoresTable, VersionsTable
from reports.words.of_quality.detectors import AP50_EXPLAINED, worst_image_words
from reports.words.of_quality.scores import score_words

WORST_FIRST, WORST_ON_TOP = 4, 4
# Scores that fell by less than this part of AP50's drop do not show it.
_HARDLY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstShot:
    """One of the worst images, with its picture, boxes and link where there are any."""

    image: WorstImage
    name: str
    words: str
    source: str | None
    link: str | None
    boxes: BoxesView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeAndNow:
    """A number before and now, with bars for both; `meaning` says in few words what it is."""

    name: str
    meaning: str
    before: str
    now: str
    bars: Markup
    moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorView:
    """A detector's quality, ready for the page.

    Attributes
    ----------
    dropped
        Whether the model is worse.
    pair
        AP50 and the mean score, before and now; empty where either is not known.
    unseen
        That the model's own scores do not show the drop; empty where they do.
    also
        The image features that differ as well; None where the verdict is not drift.
    strip
        The worst images with pictures for the first screen; only of a model that is worse.
    fell
        Whether classes are sorted by how far they fell: only of a model that is worse.
    """

    dropped: bool
    pair: tuple[BeforeAndNow, ...]
    unseen: str
    also: AlsoMoved | None
    plots: DetectorPlots
    scores: ScoresTable | None
    confidences: ConfidencesTable | None
    classes: tuple[ApRow, ...]
    more_classes: tuple[ApRow, ...]
    classes_left_out: int
    has_before: bool
    fell: bool
    versions: VersionsTable | None
    strip: tuple[WorstShot, ...]
    worst: tuple[WorstShot, ...]
    more_worst: tuple[WorstShot, ...]
    confidence_rows: tuple[tuple[str, ...], ...]
    measure_rows: tuple[tuple[str, ...], ...]
    lost_boxes: Mapping[str, int]
    noted_boxes: Mapping[str, int]

    @property
    def explained(self) -> str:
        """What AP50 is, in plain words."""
        return AP50_EXPLAINED

    @property
    def day_plot(self) -> Markup:
        """AP50 by day, and the mean score."""
        return self.plots.ap50


def detector_view(
    findings: RunFindings,
    pictures: Mapping[str, bytes],
    links: ImageLinks | None,
    moved: Sequence[ColumnCard],
) -> DetectorView | None:
    """Return what the page says of a detector; None for a classifier.

    Parameters
    ----------
    pictures
        JPEG thumbnails by the path of an image; an image without one is shown by name.
    moved
        The image features that moved.
    """
    quality = findings.model_quality
    found = None if quality is None else quality.detection
    if quality is None or found is None:
        return None
    shots = tuple(_shot(one, findings, pictures, links) for one in found.worst)
    dropped = quality.state is QualityState.DROPPED
    fell = dropped and bool(classes_that_fell(found.classes))
    rows = ap_rows(found.classes, fallen_first=fell)
    first = len(rows) if len(rows) <= CLASSES_FIRST + 1 else CLASSES_FIRST
    return DetectorView(
        dropped=dropped,
        pair=tuple(_pair(quality, found)),
        unseen=_unseen_words(quality, found),
        also=also_moved(findings, quality, moved),
        plots=detector_plots(quality),
        scores=detector_scores_table(quality),
        confidences=confidences_table(quality),
        classes=rows[:first],
        more_classes=rows[first:],
        classes_left_out=len(found.classes) - len(rows),
        has_before=any(one.ap50_before is not None for one in found.classes),
        fell=fell,
        versions=detector_versions_table(quality),
        strip=tuple(one for one in shots if one.source)[:WORST_ON_TOP] if dropped else (),
        worst=shots[:WORST_FIRST],
        more_worst=shots[WORST_FIRST:],
        confidence_rows=confidence_rows(found.days[-MOST_DAYS:]),
        measure_rows=measure_rows(found.days[-MOST_DAYS:]),
        lost_boxes=found.lost_boxes,
        noted_boxes=found.noted_boxes,
    )


def _shot(
    one: WorstImage, findings: RunFindings, pictures: Mapping[str, bytes], links: ImageLinks | None
) -> WorstShot:
    data = pictures.get(one.image) if one.image else None
    return WorstShot(
        image=one,
        name=one.image or one.id,
        words=worst_image_words(one),
        source=None if data is None else picture_source(data),
        link=None if links is None or not one.image else links.to(one.image),
        boxes=boxes_view(findings.boxes, one.image, data),
    )


def _pair(quality: ModelQuality, found: DetectorQuality) -> Iterator[BeforeAndNow]:
    now, before = found.newest_confidences, found.before_confidences
    score, was = quality.score, quality.score_before
    if score is None or was is None or now is None or before is None:
        return
    if now.mean is None or before.mean is None:
        return
    dropped = quality.state is QualityState.DROPPED
    yield _before_and_now(("AP50", "how well boxes are found"), was, score.value, moved=dropped)
    yield _before_and_now(
        ("Mean score", "how sure the model is"), before.mean, now.mean, moved=False
    )


def _unseen_words(quality: ModelQuality, found: DetectorQuality) -> str:
    now, before = found.newest_confidences, found.before_confidences
    if now is None or before is None or now.mean is None or before.mean is None:
        return ""
    if quality.state is not QualityState.DROPPED or quality.drop is None:
        return ""
    fell = before.mean - now.mean
    if fell > quality.drop.drop.value / _HARDLY:
        return ""
    size = "as" if fell <= 0 else "almost as"
    return f"The model is {size} sure of its boxes as before: its own scores do not show the drop."


def _before_and_now(
    named: tuple[str, str], before: float, now: float, *, moved: bool
) -> BeforeAndNow:
    return BeforeAndNow(
        name=named[0],
        meaning=named[1],
        before=score_words(before),
        now=score_words(now),
        bars=Markup(share_bars_svg(before, now, 1.0)),  # noqa: S704 - numbers only
        moved=moved,
    )
