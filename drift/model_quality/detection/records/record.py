"""What is kept of one day of a detector, made of its images and their true boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.joining.choosing import images_of
from drift.model_quality.detection.joining.detected import DetectedImages
from drift.model_quality.detection.joining.joined import JoinedBoxes
from drift.model_quality.detection.match_table import are_equal, merge_tables
from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.records.part_of_table import (
    MOST_KEPT,
    drawn_images,
    images_of_table,
)
from drift.model_quality.detection.records.worst_images import worst_images
from drift.model_quality.detection.stretch_scores import detector_scores
from drift.model_quality.detection.sums import (
    ConfidenceSums,
    DetectorDay,
    DetectorSums,
)
from drift.model_quality.whole_days import WholeDay
from drift.run_request import as_text
from jobs.times.timestamps import to_datetime

NOT_KEPT = (
    f"of a day with more than {MOST_KEPT:,} boxes: its own scores count it, those of several days "
    "do not"
)
_MOST_CLASSES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorRecord:
    """One day: a pure function of its rows in the log, of their labels, and of settings.

    Attributes
    ----------
    quality
        The day.
    labels
        How many different labels its images took.
    left_out, noted
        As in `JoinedBoxes`.
    newest
        The time of the newest image that is scored, ISO 8601; None without any.
    """

    quality: DetectorDay
    labels: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    noted: Mapping[str, int] = field(default_factory=dict)
    newest: str | None = None

    @property
    def day(self) -> WholeDay:
        """Which day it is."""
        return WholeDay(start=self.quality.start, end=self.quality.end)

    @property
    def labelled(self) -> int:
        """How many images are scored."""
        return self.quality.scores.labelled

    @property
    def predictions(self) -> int:
        """How many images were asked for, with and without a label."""
        return self.quality.scores.predictions

    @property
    def is_kept(self) -> bool:
        """Whether there are images: the scores that the model gave need no label."""
        return bool(self.predictions)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedImages:
    """Images with their matched boxes, by version of the model.

    Attributes
    ----------
    versions
        By version; those of which no image has a label among them.
    images
        Of each version, which of the joined images the table's are.
    """

    versions: Mapping[str | None, DetectorSums]
    images: Mapping[str | None, NDArray[np.int64]]


def match_images(detected: DetectedImages, joined: JoinedBoxes) -> MatchedImages:
    """Match the boxes of images, version by version.

    Parameters
    ----------
    detected
        All images of a stretch.
    joined
        Those of them that have true boxes.
    """
    own = np.array(detected.versions.to_pylist(), dtype=object)
    of_joined = np.array(joined.versions, dtype=object)
    found: dict[str | None, DetectorSums] = {}
    images: dict[str | None, NDArray[np.int64]] = {}
    for version in sorted(set(own.tolist()), key=lambda one: (one is None, one or "")):
        is_own, wanted = _equal(own, version), _equal(of_joined, version)
        images[version] = np.flatnonzero(wanted)
        found[version] = DetectorSums(
            predictions=int(is_own.sum()),
            confidences=confidences_of(detected.scores[is_own[detected.image]]),
            table=match_boxes(images_of(joined.detections, wanted)),
        )
    return MatchedImages(versions=found, images=images)


def confidences_of(scores: NDArray[np.float64]) -> ConfidenceSums:
    """Return the sums of scores; NaN counts nowhere."""
    known = np.sort(scores[np.isfinite(scores)])
    if not len(known):
        return ConfidenceSums()
    return ConfidenceSums(
        count=len(known),
        total=float(known.sum()),
        lowest=float(known[0]),
        highest=float(known[-1]),
    )


def detector_record(
    day: WholeDay,
    detected: DetectedImages,
    joined: JoinedBoxes,
    before: DetectorRecord | None = None,
    most: int = MOST_KEPT,
) -> DetectorRecord:
    """Return what is kept of a day.

    Parameters
    ----------
    detected, joined
        As for `match_images`, of this day.
    before
        The day's record as it was made before: where nothing new was labelled, its scores are these
        scores, and nothing is drawn again for their intervals.
    most
        So many predicted boxes are kept.
    """
    matched = match_images(detected, joined)
    order = np.concatenate([np.zeros(0, np.int64), *matched.images.values()])
    table = merge_tables([one.table for one in matched.versions.values()])
    if before is not None and _are_equal(before, matched, len(detected)):
        scores, classes = before.quality.scores, before.quality.classes
    else:
        scores, classes = detector_scores(table, len(detected))
    kept = drawn_images(table, _keys(joined, order), most)
    versions = _kept_versions(matched, joined, kept) if not kept.all() else matched.versions
    noted = dict(joined.noted)
    if not kept.all():
        noted[NOT_KEPT] = int((~kept).sum())
    worst, worst_boxes = worst_images(table, joined, order)
    newest = joined.moments.max() if len(joined.moments) else None
    return DetectorRecord(
        quality=DetectorDay(
            start=day.start,
            end=day.end,
            versions=versions,
            scores=scores,
            classes=classes[:_MOST_CLASSES],
            worst=worst,
            worst_boxes=worst_boxes,
            lost_boxes=joined.lost_boxes,
            noted_boxes=joined.noted_boxes,
        ),
        labels=joined.labels,
        left_out=joined.left_out,
        noted=dict(sorted(noted.items())),
        newest=None if newest is None else as_text(to_datetime(int(newest))),
    )


def _are_equal(before: DetectorRecord, matched: MatchedImages, predictions: int) -> bool:
    """Tell whether a record was made of these tables; of drawn images that is not known."""
    known, found = before.quality.versions, matched.versions
    return (
        NOT_KEPT not in before.noted
        and before.predictions == predictions
        and known.keys() == found.keys()
        and all(are_equal(known[name].table, found[name].table) for name in found)
    )


def _equal(versions: NDArray[np.object_], wanted: str | None) -> NDArray[np.bool_]:
    return np.array([one == wanted for one in versions.tolist()], np.bool_)


def _keys(joined: JoinedBoxes, order: NDArray[np.int64]) -> list[str]:
    return [f"{joined.names[at]}\n{joined.ids[at]}\n{joined.moments[at]}" for at in order.tolist()]


def _kept_versions(
    matched: MatchedImages, joined: JoinedBoxes, kept: NDArray[np.bool_]
) -> dict[str | None, DetectorSums]:
    """Return the sums with the tables of the images that are kept."""
    given = np.bincount(joined.detections.detected.image, minlength=len(joined.moments))
    found: dict[str | None, DetectorSums] = {}
    first = 0
    for version, sums in matched.versions.items():
        own = kept[first : first + sums.table.images]
        first += sums.table.images
        of_images = int(given[matched.images[version][own]].sum())
        in_table = int(own[sums.table.image].sum())
        table = images_of_table(sums.table, own, of_images - in_table)
        found[version] = replace(sums, table=table)
    return found
