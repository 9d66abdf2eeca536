"""The days of a detector: its images, joined with true boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.model_quality.detection.joining.detected import DetectedImages, detected_images
from drift.model_quality.detection.joining.joined import JoinedBoxes, join_boxes
from drift.model_quality.detection.joining.keys import find_labels
from drift.model_quality.detection.records.record import DetectorRecord, detector_record
from drift.model_quality.detection.running.label_source import BoxSource
from drift.model_quality.detection.running.reading import (
    StretchImages,
    images_of_days,
    names_of_log,
)
from drift.model_quality.records.store import QualityStore
from drift.model_quality.whole_days import WholeDay
from drift.workplace import Workplace
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import to_moment
from jobs.times.windows import TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesToJoin:
    """The images of a stretch, and how labels name them: boxes are joined day by day."""

    images: StretchImages
    way: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorDays:
    """How days of a detector are scored; labels name images in one of `WAYS`.

    Attributes
    ----------
    store
        The records that were made before.
    """

    place: Workplace
    source: BoxSource
    store: QualityStore[DetectorRecord]

    @property
    def digest(self) -> str:
        """The digest of the labels' objects, and of settings."""
        return self.source.digest

    def key(self, day: WholeDay) -> str:  # noqa: ARG002 - as others have it
        """Return the digest of all objects, and of settings: any may hold labels of a day."""
        return self.digest

    def way_of(self, rows: StretchImages) -> int:
        """Return the first way in which labels name any image of the rows; else the last."""
        return self.source.labels.keys.way_of(rows.names)

    def parts(self, days: Sequence[WholeDay]) -> Iterator[tuple[Sequence[WholeDay], StretchImages]]:
        """Yield the rows of days that follow each other."""
        return images_of_days(self.place, days)

    def join(self, rows: StretchImages, way: int) -> ImagesToJoin:
        """Return the images as they are joined."""
        return ImagesToJoin(images=rows, way=way)

    def record(self, day: WholeDay, joined: ImagesToJoin) -> DetectorRecord:
        """Return what is kept of a day."""
        detected = joined.images.within(day)
        before = self.store.unchanged(day.name(self.place.job.day_zone))
        return detector_record(day, detected, self.joined(detected, joined.way), before)

    def joined(self, detected: DetectedImages, way: int) -> JoinedBoxes:
        """Return the images that have true boxes."""
        return join_boxes(detected, self.source.labels, way)

    def labelled_images(
        self, predictions: PredictionRows, way: int, span: TimeWindow
    ) -> frozenset[str]:
        """Return the images of labelled requests in a stretch of time."""
        detected = detected_images(predictions, names_of_log(self.place))
        place = find_labels(detected, self.source.labels.keys, way).place
        moments = detected.moments
        inside = (moments >= to_moment(span.start)) & (moments < to_moment(span.end))
        names = detected.names.filter(inside & (place >= 0)).to_pylist()
        return frozenset(one for one in names if one is not None)
