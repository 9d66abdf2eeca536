"""What a detector answered, image by image, from the rows of a log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from drift.model_quality.joining.image_names import image_names
from jobs.images.locations import ImageLocator
from jobs.predictions.rows.rows import PredictionRows
from jobs.predictions.values.class_names import canonical_classes
from jobs.times.timestamp_parts import Flags, Integers


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

    def __len__(self) -> int:
        return len(self.moments)


def detected_images(
    rows: PredictionRows, locator: ImageLocator | None, log_url: str
) -> DetectedImages:
    """Return the images of a window with the boxes that were predicted in them.

    Parameters
    ----------
    rows
        Rows that were read with `predictions.columns.boxes`.
    locator
        Where the images are; None in a job without images, whose labels are for ids.
    log_url
        The log as users know it.

    Raises
    ------
    ObjectError
        If `images.path` names a column that the log does not have.
    """
    boxes = rows.boxes
    if boxes is None:
        raise ValueError("the rows have no boxes: predictions.columns.boxes is not set.")
    images, first, of_row = np.unique(boxes.image_of_row, return_index=True, return_inverse=True)
    moments = rows.fields["timestamp"].dt.as_unit("us").astype("int64").to_numpy()
    names = pa.nulls(len(images), pa.string())
    if locator is not None:
        there = [one for one in locator.columns_used() if one in rows.raw]
        columns = {one: pa.array(rows.raw[one].iloc[first], pa.string()) for one in there}
        names = image_names(columns, len(images), locator, log_url)
    return DetectedImages(
        moments=moments[first],
        names=names,
        ids=_texts(rows, "id").take(pa.array(first)),
        readable=np.isfinite(boxes.counts[images]),
        sizes=boxes.sizes[images],
        image=of_row[boxes.row].astype(np.int64),
        corners=boxes.corners,
        in_shares=boxes.in_shares,
        classes=canonical_classes(_texts(rows, "prediction").take(pa.array(boxes.row))),
        scores=_scores(rows)[boxes.row],
    )


def _texts(rows: PredictionRows, name: str) -> pa.StringArray:
    """Return a field as texts, blank ones as null."""
    if name not in rows.fields:
        return pa.nulls(len(rows), pa.string())
    found = pa.array(rows.fields[name].astype(object), pa.string(), from_pandas=True)
    texts = pc.utf8_trim_whitespace(found)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _scores(rows: PredictionRows) -> NDArray[np.float64]:
    if "confidence" not in rows.fields:
        return np.full(len(rows), np.nan)
    found: NDArray[np.float64] = rows.fields["confidence"].to_numpy(np.float64)
    return found
