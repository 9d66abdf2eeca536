"""The boxes of the images of a window that a page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.window_images import WindowImages
from drift.run_request import as_text
from drift.where.pictures.boxes_in_pictures import BoxesOfImage, Size, boxes_in_picture
from jobs.boxes.image_boxes import ImageBoxes
from reports.findings.remarks import BOXES_BEYOND_IMAGES
from reports.findings.run import RunFindings

TrueBoxes = Callable[[int], BoxesOfImage | None]
"""The labelled boxes of the image of one of the window's rows, by the row's position."""


def with_boxes(
    findings: RunFindings, window: WindowImages, true_boxes: TrueBoxes | None = None
) -> RunFindings:
    """Return the findings with the boxes of images that stand out and of the worst ones.

    Nothing changes where the job has no boxes, or no images to draw them into. Images of days
    before the window are not its own: see `boxes_of_past`.
    """
    if window.boxes is None:
        return findings
    rows = _rows_to_show(findings, window)
    known = _BoxesOfRows(window, window.boxes, misfit_of(findings, window.boxes))
    found = {
        image: boxes_in_picture(
            known.of_row(row), None if true_boxes is None else true_boxes(row), known.displayed(row)
        )
        for image, row in rows.items()
    }
    return replace(findings, boxes=found)


def _rows_to_show(findings: RunFindings, window: WindowImages) -> dict[str, int]:
    """Return the row of each image to show; of one with several rows that which is named."""
    quality = findings.model_quality
    asked = [(one.image, one.id, one.timestamp) for one in findings.offenders]
    if quality is not None:
        asked += [(one.image, one.id, one.timestamp) for one in quality.wrong]
        worst = () if quality.detection is None else quality.detection.worst
        asked += [(one.image, one.id, one.timestamp) for one in worst]
    rows = window.rows[["image", "id", "timestamp"]]
    rows = rows[rows["image"].isin([image for image, _, _ in asked])]
    places: dict[tuple[str, str, str], int] = {}
    for row, image, own_id, moment in rows.itertuples():
        places.setdefault((str(image), str(own_id), as_text(moment)), int(row))
    found: dict[str, int] = {}
    for image, own_id, moment in asked:
        row = places.get((image, own_id, moment.replace("+00:00", "Z")))
        if row is not None:
            found.setdefault(image, row)
    return found


def misfit_of(findings: RunFindings, boxes: ImageBoxes) -> str:
    """Return why the boxes of a run are not where their numbers say; empty where they fit.

    Some of them may lie within their pictures all the same: by chance, and at a wrong place.
    """
    if boxes.other_format is not None:
        return "boxes of this run look like another format than the job file says"
    if any(one.code == BOXES_BEYOND_IMAGES for one in findings.remarks):
        return "boxes of this run do not fit the images as they are stored"
    return ""


class _BoxesOfRows:
    """The boxes of a window, asked for by the position of a row."""

    def __init__(self, window: WindowImages, boxes: ImageBoxes, misfit: str) -> None:
        self._window = window
        self._boxes = boxes
        self._misfit = misfit
        self._image_of_box: NDArray[np.int64] = boxes.image_of_row[boxes.row]

    def of_row(self, row: int) -> BoxesOfImage:
        """Return the boxes of the request that a row belongs to."""
        boxes, image = self._boxes, int(self._boxes.image_of_row[row])
        places = np.flatnonzero(self._image_of_box == image)
        rows, count = self._window.rows.iloc[boxes.row[places]], float(boxes.counts[image])
        scores = rows["confidence"] if "confidence" in rows else pd.Series(np.nan, rows.index)
        classes = rows["prediction"] if "prediction" in rows else pd.Series(None, rows.index)
        return BoxesOfImage(
            corners=boxes.corners[places],
            in_shares=boxes.in_shares,
            size=_size(*boxes.sizes[image].tolist()),
            classes=[None if pd.isna(one) else str(one) for one in classes],
            scores=np.asarray(scores, dtype=np.float64),
            count=None if np.isnan(count) else int(count),
            misfit=self._misfit,
        )

    def displayed(self, row: int) -> Size | None:
        """Return the size of a row's image as it is displayed; None where it was not read."""
        features = self._window.features
        if row not in features.index or not {"width", "height"} <= set(features):
            return None
        size = features.loc[[row], ["width", "height"]].to_numpy(dtype=np.float64)[0]
        return _size(float(size[0]), float(size[1]))


def _size(width: float, height: float) -> Size | None:
    return (width, height) if width > 0 and height > 0 else None
