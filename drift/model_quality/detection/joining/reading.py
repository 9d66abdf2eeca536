"""From a job's labels and the rows of its log to images that can be scored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drift.model_quality.detection.joining.detected import LogNames, detected_images
from drift.model_quality.detection.joining.joined import JoinedBoxes, join_boxes
from drift.model_quality.detection.joining.labels import BoxLabels
from jobs.buckets.bucket import Bucket
from jobs.images.locations import ImageLocator
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.box_labels import ReadBoxLabels
from jobs.labels.boxes.reading import read_box_labels
from jobs.labels.labels import UnreadLabels
from jobs.predictions.rows.rows import PredictionRows


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxLabelSource:
    """Where a job's true boxes are.

    Attributes
    ----------
    bucket
        The job's own.
    open_bucket
        Opens another bucket, whose URL lies below `labels.allowed_prefixes`.
    labels, predictions
        The job file's ``[labels]`` and ``[predictions]``.
    locator
        Where the job's images are; None where it has none.
    workers
        How many small objects are fetched at once.
    """

    bucket: Bucket
    open_bucket: Callable[[str], Bucket]
    labels: LabelSettings
    predictions: PredictionSettings
    locator: ImageLocator | None
    workers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledDetections:
    """A window's images with true boxes, and what was read for them."""

    joined: JoinedBoxes
    labels: ReadBoxLabels


def read_detections(
    source: BoxLabelSource, rows: PredictionRows
) -> LabelledDetections | UnreadLabels:
    """Return the images of rows that have labels, ready to be scored.

    Parameters
    ----------
    rows
        Rows that were read with `predictions.columns.boxes`.

    Raises
    ------
    ObjectError
        If `images.path` names a column that the log does not have.
    """
    labels = read_box_labels(
        source.bucket,
        source.open_bucket,
        source.labels,
        source.predictions,
        since=rows.window.start,
        workers=source.workers,
    )
    if isinstance(labels, UnreadLabels):
        return labels
    names = LogNames(
        columns=source.predictions.columns,
        locator=source.locator,
        url=source.bucket.url_of(source.predictions.path),
    )
    detected = detected_images(rows, names)
    keyed = BoxLabels.read(labels, source.bucket.url)
    joined = join_boxes(detected, keyed, keyed.keys.way_of(detected.names))
    return LabelledDetections(joined=joined, labels=labels)
