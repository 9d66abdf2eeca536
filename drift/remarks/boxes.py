"""Remarks about a detector's boxes: another format than the job file says, cells without any."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from drift.remarks.facts import RunData
from jobs.boxes.formats import BoxOrder, BoxUnit
from jobs.boxes.image_boxes import ImageBoxes, OtherFormat
from jobs.predictions.rows.rows import PredictionRows
from reports.findings.remarks import BOXES_BEYOND_IMAGES, Remark, RemarkWeight
from reports.words.numbers import counted

# Boxes end a pixel behind the last one, and detectors do not clip all of them. They do not fit
# where so large a part of them ends beyond an edge, each as a multiple of the image's side.
_BEYOND = ((1.02, 0.2), (1.1, 0.05))


def box_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what is odd about the window's boxes."""
    yield from about_boxes(data.predictions)
    boxes = data.predictions.boxes
    if boxes is not None and not boxes.in_shares and boxes.other_format is None:
        yield from _beyond_images(boxes, data)


def about_boxes(rows: PredictionRows) -> Iterator[Remark]:
    """Yield in which format the boxes are, where it is another, and how many cells are empty."""
    boxes = rows.boxes
    if boxes is None:
        return
    if boxes.other_format is not None:
        yield _other_format(boxes.other_format)
    if boxes.empty_cells:
        yield Remark(
            code="boxes_empty",
            text=(
                f"In {boxes.empty_cells:,} of {counted(len(boxes.counts), 'row')} the cell of the "
                "boxes is empty. They count as images without boxes; where the model was not "
                "asked, leave such rows out of the log."
            ),
        )


def _other_format(found: OtherFormat) -> Remark:
    fits = found.fit.box_format
    headline = f"The boxes look like {fits}, not {found.said} as the job file says"
    either = ""
    if fits.unit is BoxUnit.SHARES and fits.order in {BoxOrder.XYXY, BoxOrder.YXYX}:
        # Shares have no longer side that would tell them apart.
        either = " They fit xyxy and yxyx equally well."
    return Remark(
        code="boxes_other_format",
        text=(
            f"{headline}: of {found.checked:,} boxes that were looked at, "
            f"{100 * found.fit.share:.0f} % have an area within their image if they are {fits}, "
            f"and far fewer if they are {found.said}.{either} What is said of their area, shape "
            "and place is wrong then. Set predictions.columns.boxes.format = "
            f'"{fits.order.value}" and unit = "{fits.unit.value}" in the job file, or look at what '
            "writes the log."
        ),
        weight=RemarkWeight.NOT_STEADY,
        headline=headline,
    )


def _beyond_images(boxes: ImageBoxes, data: RunData) -> Iterator[Remark]:
    """Yield how many boxes in pixels reach beyond the images as they are stored."""
    features = data.window.features
    if not {"width", "height"} <= set(features):
        return
    place = np.full(len(data.window.rows), -1)
    place[features.index.to_numpy(dtype=np.int64)] = np.arange(len(features))
    if len(place) != len(boxes.image_of_row):
        # Rows whose image must not be read are left out there.
        return
    known = np.flatnonzero(place[boxes.row] >= 0)
    sizes = features[["width", "height"]].to_numpy(dtype=np.float64)[place[boxes.row[known]]]
    ends = (boxes.corners[known, 2:] / sizes).max(axis=1, initial=0.0)
    if ends_beyond_images(ends):
        beyond = int((ends > _BEYOND[0][0]).sum())
        yield Remark(
            code=BOXES_BEYOND_IMAGES,
            text=(
                f"{beyond:,} of {len(known):,} boxes reach beyond the right or lower edge of their "
                "image as it is stored. Was it stored in another size than the model saw? Name the "
                "columns with that size in predictions.columns.boxes.width and height; then boxes "
                "are compared as shares of their image."
            ),
        )


def ends_beyond_images(ends: NDArray[np.float64]) -> bool:
    """Return whether boxes do not fit the images as they are stored.

    That is where more than 20 % of them end more than 2 % of a side beyond the image, or more
    than 5 % of them more than 10 %. Fewer, or nearer, are boxes that a detector has not clipped.

    Parameters
    ----------
    ends
        Where each box ends, as a multiple of the image's side: the larger of its right edge by the
        width and its lower edge by the height. Shape (n,).
    """
    return any(int((ends > limit).sum()) > part * len(ends) for limit, part in _BEYOND)
