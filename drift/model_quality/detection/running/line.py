"""Whether a detector is still right, from true boxes to what the report says."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from drift.model_quality.assembling.remarks import remarks_on_columns
from drift.model_quality.assembling.unread import unread_quality
from drift.model_quality.day_line import WindowRows
from drift.model_quality.detection.assembling.assemble import assemble_detector
from drift.model_quality.detection.assembling.gathered import GatheredBoxes
from drift.model_quality.detection.assembling.newest_days import worst_boxes_of
from drift.model_quality.detection.joining.detected import DetectedImages, detected_images
from drift.model_quality.detection.joining.keys import find_labels
from drift.model_quality.detection.records.documents import DETECTOR_DAYS
from drift.model_quality.detection.records.record import DetectorRecord, match_images
from drift.model_quality.detection.running.detector_days import DetectorDays, ImagesToJoin
from drift.model_quality.detection.running.label_source import BoxSource, box_source
from drift.model_quality.detection.running.reading import (
    ImagesAtHand,
    StretchImages,
    names_of_log,
)
from drift.model_quality.detection.running.reference import detector_reference
from drift.model_quality.detection.running.told_labels import CountedImages, label_input
from drift.model_quality.labelled_images import remark_on_labelled
from drift.model_quality.past_days import DayScoring, records_before
from drift.model_quality.records.store import QualityStore
from drift.model_quality.run_at_hand import FoundQuality, RunAtHand, TrueBoxesAtHand
from drift.model_quality.whole_days import WholeDay, whole_days
from drift.workplace import Workplace
from jobs.labels.labels import UnreadLabels
from reports.conditional_writes import StillAllowed
from reports.words.of_quality.box_classes import names_apart

_MISFIT = "the true boxes look like another format than the job file says"

logger = logging.getLogger(__name__)

_Scoring = DayScoring[StretchImages, ImagesToJoin, DetectorRecord]


@dataclass(frozen=True, slots=True)
class _Cache:
    """Remembers scores beside the records of days."""

    store: QualityStore[DetectorRecord]

    def get(self, name: str) -> bytes | None:
        return self.store.remembered(f"detector-{name}")

    def put(self, name: str, data: bytes) -> None:
        self.store.remember(f"detector-{name}", data)


def detector_quality(place: Workplace, run: RunAtHand, still_allowed: StillAllowed) -> FoundQuality:
    """Return what true boxes say of the model; `labels.path` has to be set.

    Raises
    ------
    DriftError
        If the log cannot be read, or the job's lock was lost.
    """
    job, window = place.job, run.predictions.window
    days = whole_days(window.end, job.labels.wait, job.day_zone)
    since = min([window.start, *(day.start for day in days[:1])])
    store = QualityStore(place, still_allowed, DETECTOR_DAYS)
    source = box_source(place, store, since)
    if isinstance(source, UnreadLabels):
        logger.warning("labels: %s: %s", source.url, source.reason)
        rows = run.predictions.log_rows
        unread = unread_quality(job, window, rows, source.reason, source=source.url)
        return FoundQuality(quality=unread)
    images = ImagesAtHand(detected=detected_images(run.predictions, names_of_log(place)))
    own: StretchImages = images
    scoring = DayScoring(
        place=place,
        store=store,
        line=DetectorDays(place=place, source=source, store=store),
        days=days,
        window=WindowRows(window=window, rows=own),
    )
    scoring.score()
    gathered = _gathered(place, run, scoring, source, images)
    found = assemble_detector(gathered)
    unlike = remark_on_labelled(place, scoring, found.newest, run.predictions, run.window)
    store.save()
    apart = "" if found.detection is None else names_apart(found.detection)
    return FoundQuality(
        quality=replace(found, remarks=(*found.remarks, *filter(None, (apart, unlike)))),
        true_boxes=_true_boxes(source, images.detected, scoring.way),
        worst_boxes=worst_boxes_of(found, gathered.records),
    )


def _gathered(
    place: Workplace, run: RunAtHand, scoring: _Scoring, source: BoxSource, images: ImagesAtHand
) -> GatheredBoxes:
    line = DetectorDays(place=place, source=source, store=scoring.store)
    window, days = run.predictions.window, tuple(scoring.days)
    joined = line.joined(images.detected, scoring.way)
    behind = WholeDay(start=days[-1].end if days else window.start, end=window.end)
    beside = line.joined(images.within(behind), scoring.way)
    records = records_before(scoring.store, window)
    since = days[0].start if days else window.start
    counted = CountedImages(
        since=since,
        waiting=[one for one in records if one.day.start >= since],
        beside=beside,
        lost_images=run.lost_of(pa.array(joined.names, pa.string())),
    )
    reference = detector_reference(place, scoring.store, source.listing)
    labelled = frozenset[str]() if reference is None else reference.classes
    return GatheredBoxes(
        job=place.job,
        labels=label_input(place.job, source, counted),
        window=window,
        days=days,
        records=tuple(one.quality for one in records),
        window_versions=match_images(images.detected, joined).versions,
        reference=None if reference is None else reference.sums,
        model_classes=run.classes_of_reference | labelled,
        marks=run.marks,
        remarks=tuple(_remarks(place, run, source)),
        lost_boxes=joined.lost_boxes,
        noted_boxes=joined.noted_boxes,
        days_digest=DETECTOR_DAYS.digest(records),
        remembered=_Cache(scoring.store),
    )


def _remarks(place: Workplace, run: RunAtHand, source: BoxSource) -> Iterator[str]:
    if source.told.other_format:
        yield source.told.other_format
    yield from remarks_on_columns(place.job, run.predictions)


def _true_boxes(source: BoxSource, detected: DetectedImages, way: int) -> TrueBoxesAtHand:
    """Return the true boxes of the window's images, whose numbers are those of `detected`."""
    found = find_labels(detected, source.labels.keys, way)
    return TrueBoxesAtHand(
        boxes=source.labels.boxes,
        place=found.place,
        misfit=_MISFIT if source.told.other_format else "",
    )
