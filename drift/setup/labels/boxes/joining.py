"""True boxes read as a run reads them, some of them, and joined with the images looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pyarrow.compute as pc

from drift.model_quality.detection.joining.classes import BoxClasses
from drift.model_quality.detection.joining.detected import DetectedImages
from drift.model_quality.detection.joining.joined import JoinedBoxes, join_boxes
from drift.model_quality.detection.joining.keys import JoinedKeys, find_labels
from drift.model_quality.detection.joining.labels import BoxLabels
from drift.setup.labels.boxes.guess import TrueBoxSource
from jobs.buckets.bucket import Bucket
from jobs.errors import DriftError
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.box_labels import ReadBoxLabels
from jobs.labels.boxes.reading import list_box_labels, read_listed_boxes
from jobs.labels.labels import UnreadLabels
from jobs.predictions.selection.choose import NamedObject

_MOST_OBJECTS = 400
_MOST_BYTES = 64 << 20
_WORKERS = 16
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_STRANGE_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedLabels:
    """Labels that were read, and which image of the log each of them is for.

    Attributes
    ----------
    named
        The same labels by their keys.
    way
        By how much of their names images are joined.
    """

    read: ReadBoxLabels
    keys: JoinedKeys
    named: BoxLabels
    way: int

    @classmethod
    def of(cls, detected: DetectedImages, read: ReadBoxLabels, bucket_url: str) -> JoinedLabels:
        """Join labels with the images of a log.

        Parameters
        ----------
        bucket_url
            The job's own bucket.
        """
        named = BoxLabels.read(read, bucket_url)
        way = named.keys.way_of(detected.names)
        keys = find_labels(detected, named.keys, way)
        return cls(read=read, keys=keys, named=named, way=way)

    def scored(self, detected: DetectedImages) -> JoinedBoxes:
        """Return the same images that have true boxes, as a run scores them."""
        return join_boxes(detected, self.named, self.way)

    @property
    def labelled(self) -> int:
        """How many of the images have true boxes."""
        return int((self.keys.place >= 0).sum())

    @property
    def by(self) -> str:
        """What joined them."""
        joined = self.keys.place >= 0
        by_id = int((joined & self.keys.by_id).sum())
        way = self.keys.way.removeprefix("joined ")
        if 0 < by_id < int(joined.sum()):
            return f"by id and {way}"
        return "by id" if by_id else way

    def strange_classes(self, detected: DetectedImages) -> tuple[tuple[str, ...], float]:
        """Return classes of true boxes that no predicted one has, and their share of the boxes."""
        true = self.read.boxes.classes
        classes = BoxClasses.of(detected.classes, true)
        if classes.is_one or not len(true):
            return (), 0.0
        known = np.unique(classes.detected)
        codes = Counter(classes.true[~np.isin(classes.true, [*known.tolist(), -1])].tolist())
        ranked = sorted(codes, key=lambda code: (-codes[code], classes.names[code]))
        shown = tuple(classes.names[code] for code in ranked[:_STRANGE_SHOWN])
        return shown, codes.total() / len(true)


def join_source(
    bucket: Bucket, source: TrueBoxSource, detected: DetectedImages, day_first: bool | None
) -> JoinedLabels | None:
    """Return the labels of the images looked at; None where none can be read.

    Parameters
    ----------
    day_first
        `predictions.day_first`, by which times of labels are read too.
    """
    settings = source.settings()
    predictions = PredictionSettings(path=source.path, day_first=day_first)
    try:
        listing = list_box_labels(bucket, lambda _: bucket, settings, predictions)
        if isinstance(listing, UnreadLabels):
            return None
        listing = replace(listing, objects=tuple(_some(listing.objects, detected)))
        read = read_listed_boxes(listing, settings, predictions, since=_EVER, workers=_WORKERS)
    except DriftError:
        return None
    if isinstance(read, UnreadLabels):
        return None
    return JoinedLabels.of(detected, read, bucket.url)


def _some(objects: Sequence[NamedObject], detected: DetectedImages) -> list[NamedObject]:
    """Return the objects that are read: of very many those called like the images looked at."""
    if len(objects) > _MOST_OBJECTS:
        texts = pc.unique(detected.names).to_pylist() + pc.unique(detected.ids).to_pylist()
        wanted = {_stem(text) for text in texts if text} | {text for text in texts if text}
        named = [one for one in objects if _stem(one.name) in wanted]
        objects = (named or list(objects))[:_MOST_OBJECTS]
    kept: list[NamedObject] = []
    size = 0
    for one in objects:
        size += one.info.size_bytes
        if size > _MOST_BYTES and kept:
            break
        kept.append(one)
    return kept


def _stem(name: str) -> str:
    last = name.rpartition("/")[2]
    return last.rpartition(".")[0] or last
