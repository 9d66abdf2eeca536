"""The true boxes of a run's labels, for the pictures of its page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drift.where.pictures.boxes_in_pictures import BoxesOfImage, Size
from drift.where.pictures.boxes_of_window import TrueBoxes
from jobs.boxes.image_boxes import ImageBoxes
from jobs.labels.box_labels import LabelledBoxes


def true_boxes_of(
    window: ImageBoxes, labelled: LabelledBoxes, place: NDArray[np.int64], misfit: str
) -> TrueBoxes:
    """Return what gives the true boxes of the image of one of a window's rows.

    Parameters
    ----------
    window
        The predicted boxes of the window.
    labelled
        The true boxes of labelled images.
    place
        The labelled image of each image of the window; -1 where it has no label.
    misfit
        As in `BoxesOfImage`.
    """

    def of_row(row: int) -> BoxesOfImage | None:
        image = int(window.image_of_row[row])
        own = int(place[image])
        if own < 0:
            return None
        boxes = np.flatnonzero(labelled.image == own)
        return BoxesOfImage(
            corners=labelled.corners[boxes],
            in_shares=bool(labelled.in_shares[own]),
            size=_size(labelled.sizes[own]) or _size(window.sizes[image]),
            classes=labelled.classes.take(boxes).to_pylist(),
            scores=np.full(len(boxes), np.nan),
            count=len(boxes),
            misfit=misfit,
        )

    return of_row


def _size(sides: NDArray[np.float64]) -> Size | None:
    width, height = (float(side) for side in sides)
    return (width, height) if width > 0 and height > 0 else None
