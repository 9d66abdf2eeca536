"""What a detector answered, image by image, from the rows of a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from drift.model_quality.joining.image_names import image_names
from jobs.boxes.image_boxes import ImageBoxes
from jobs.images.locations import ImageLocator
from jobs.job_file.prediction_settings import LogColumns
from jobs.predictions.rows.rows import PredictionRows
from jobs.predictions.values.class_names import canonical_classes
from jobs.predictions.values.numbers import read_numbers
from jobs.times.timestamp_parts import Flags, Integers, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedImages:
    """Images of single requests with their predicted boxes.

    Attributes
    ----------
    moments
        When each image was asked for, in microseconds since 1970-01-01 UTC. Shape (images,).
    names, ids
        The image's name in the bucket or its full URI, and the request's id; null where there is
        none.
    readable
        Whether the boxes of each image could be read. Shape (images,).
    sizes
        Width and height in pixels as the log says them; NaN where it does not. Shape (images, 2).
    image
        The image of each box, from 0. Shape (n,).
    corners, in_shares
        As in `ImageBoxes`.
    classes
        In their one form; null where a box has none.
    scores
        NaN where a box has none. Shape (n,).
    versions
        The version of the model that each image was asked of; null where there is none.
    """

    moments: Integers
    names: pa.StringArray
    ids: pa.StringArray
    readable: Flags
    sizes: NDArray[np.float64]
    image: Integers
    corners: NDArray[np.float64]
    in_shares: bool
    classes: pa.StringArray
    scores: NDArray[np.float64]
    versions: pa.StringArray

    def __len__(self) -> int:
        return len(self.moments)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNames:
    """What names a log's images and the versions of the model.

    Attributes
    ----------
    columns
        The job file's `predictions.columns`.
    locator
        Where the images are; None in a job without images, whose labels are for ids.
    url
        The log as users know it.
    version
        The job file's `quality.version`.
    """

    columns: LogColumns
    locator: ImageLocator | None
    url: str
    version: str | None = None

    @property
    def of_images(self) -> list[str]:
        """The columns that name the image."""
        return [] if self.locator is None else self.locator.columns_used()

    @property
    def of_rows(self) -> tuple[str, ...]:
        """The columns that are used of rows of one box each."""
        named = self.columns
        own = (named.id, named.prediction, named.confidence, self.version, *self.of_images)
        return tuple(dict.fromkeys(name for name in own if name))

    @property
    def of_log(self) -> tuple[str, ...]:
        """The columns of the log that images with their boxes are made of."""
        boxes = self.columns.boxes
        of_boxes = sorted(boxes.used) if boxes is not None else []
        return tuple(dict.fromkeys([*self.of_rows, *of_boxes]))


def detected_images(rows: PredictionRows, names: LogNames) -> DetectedImages:
    """Return the images of a window with the boxes that were predicted in them.

    Parameters
    ----------
    rows
        Rows that were read with `predictions.columns.boxes`.

    Raises
    ------
    ObjectError
        If `images.path` names a column that the log does not have.
    """
    if rows.boxes is None:
        raise ValueError("the rows have no boxes: predictions.columns.boxes is not set.")
    there = [one for one in names.of_rows if one in rows.raw]
    texts = {one: pa.array(rows.raw[one], pa.string(), from_pandas=True) for one in there}
    moments = rows.fields["timestamp"].dt.as_unit("us").astype("int64").to_numpy()
    return images_of_texts(moments, texts, rows.boxes, names)


def images_of_texts(
    moments: Integers, texts: Mapping[str, Texts], boxes: ImageBoxes, names: LogNames
) -> DetectedImages:
    """Return images, of rows that hold one box each.

    Parameters
    ----------
    moments, texts
        The times and the columns of the rows.
    """
    missing = pa.nulls(len(moments), pa.string())
    images, first, of_row = np.unique(boxes.image_of_row, return_index=True, return_inverse=True)
    rows = pa.array(first)

    def column(name: str | None) -> Texts:
        return texts.get(name or "", missing)

    image = missing.take(rows)
    if names.locator is not None and len(first):
        own = {one: texts[one].take(rows) for one in names.of_images if one in texts}
        image = image_names(own, len(images), names.locator, names.url)
    of_box = pa.array(boxes.row)
    scores = read_numbers(column(names.columns.confidence).take(of_box), is_share=True)
    return DetectedImages(
        moments=moments[first],
        names=image,
        ids=_trimmed(column(names.columns.id).take(rows)),
        readable=np.isfinite(boxes.counts[images]),
        sizes=boxes.sizes[images],
        image=of_row[boxes.row].astype(np.int64),
        corners=boxes.corners,
        in_shares=boxes.in_shares,
        classes=canonical_classes(column(names.columns.prediction).take(of_box)),
        scores=np.where(np.isfinite(scores.values), scores.values, np.nan),
        versions=_trimmed(column(names.version).take(rows)),
    )


def _trimmed(texts: Texts) -> Texts:
    """Return texts without spaces around them, blank ones as null."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
