"""A detector's reference joined with its true boxes: computed once, and remembered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa

from drift.model_quality.detection.joining.detected import DetectedImages, images_of_texts
from drift.model_quality.detection.joining.joined import join_boxes
from drift.model_quality.detection.records.documents import sums_document, sums_in
from drift.model_quality.detection.records.record import DetectorRecord, match_images
from drift.model_quality.detection.running.label_source import (
    BoxSource,
    detector_digest,
    read_boxes_below,
)
from drift.model_quality.detection.running.reading import images_of_days, names_of_log
from drift.model_quality.detection.stretch_scores import merged_sums
from drift.model_quality.detection.sums import DetectorSums
from drift.model_quality.records.store import QualityStore
from drift.model_quality.reference.reading import span_of
from drift.model_quality.reference.remembered import ReferenceScoring, remembered_reference
from drift.workplace import Workplace
from jobs.errors import ObjectError
from jobs.labels.labels import UnreadLabels
from jobs.labels.listing import LabelListing
from reference_stats.profiles.from_rows import read_reference_log

_VERSION = 1
# Another name than any that scores are remembered by, which begin with "detector-".
_REMEMBERED = "reference-boxes"
_ALL_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorReference:
    """The reference's images with true boxes, and the classes that the model found there."""

    sums: DetectorSums
    classes: frozenset[str]


def detector_reference(
    place: Workplace, store: QualityStore[DetectorRecord], listing: LabelListing
) -> DetectorReference | None:
    """Return how good the model's boxes are on its reference; None where that has no true boxes.

    It is computed once for the objects that the reference and its labels lie in, and remembered.
    A reference that cannot be read now is logged.
    """
    kind = ReferenceScoring(
        name=_REMEMBERED,
        settings=detector_digest(place.job),
        to_bytes=reference_document,
        parse=parse_reference,
        read=partial(_read, place),
    )
    found = remembered_reference(place, store, listing, kind)
    return found if found is not None and found.sums.labelled else None


def reference_document(found: DetectorReference, key: str) -> bytes:
    """Return what is remembered."""
    document = {
        "version": _VERSION,
        "key": key,
        "sums": sums_document(found.sums),
        "classes": sorted(found.classes),
    }
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()


def parse_reference(data: bytes, key: str) -> DetectorReference | None:
    """Return what was remembered under a key; None where it is anything else."""
    try:
        document = json.loads(data)
        if document["version"] != _VERSION or document["key"] != key:
            return None
        classes = frozenset(str(one) for one in document["classes"])
        return DetectorReference(sums=sums_in(document["sums"]), classes=classes)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _read(place: Workplace, listing: LabelListing) -> DetectorReference:
    window = place.job.reference.window
    if window is not None:
        span = span_of(window, place.job)
        since = span.start
        parts = [one.within(span) for _, one in images_of_days(place, [span])]
    else:
        since = _ALL_TIME
        parts = _images_of_log(place, str(place.job.reference.log))
    labels = read_boxes_below(place, listing, since)
    if isinstance(labels, UnreadLabels):
        # They may be there: nothing may remember that the reference has none.
        raise ObjectError(labels.url, labels.reason)
    return _scored(parts, labels)


def _scored(parts: list[DetectedImages], labels: BoxSource) -> DetectorReference:
    sums: list[DetectorSums] = []
    classes: set[str] = set()
    for detected in parts:
        way = labels.labels.keys.way_of(detected.names)
        joined = join_boxes(detected, labels.labels, way)
        sums += match_images(detected, joined).versions.values()
        classes |= set(detected.classes.drop_null().unique().to_pylist())
    return DetectorReference(sums=merged_sums(sums), classes=frozenset(classes))


def _images_of_log(place: Workplace, path: str) -> list[DetectedImages]:
    """Return the images of `reference.log`, which may be a plain table without times."""
    found = read_reference_log(place.source_context, path)
    if found.boxes is None:
        return []
    names = names_of_log(place)
    texts = {
        one: pa.array(_texts(found.raw[one]), pa.string())
        for one in names.of_rows
        if one in found.raw
    }
    return [images_of_texts(np.zeros(len(found.raw), np.int64), texts, found.boxes, names)]


def _texts(column: pd.Series) -> list[str | None]:
    return [None if pd.isna(one) else str(one) for one in column.tolist()]
