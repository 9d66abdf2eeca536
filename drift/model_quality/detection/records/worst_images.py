"""The images of a day on which a detector did worst, with their boxes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from drift.model_quality.detection.image_scores import score_images
from drift.model_quality.detection.joining.joined import JoinedBoxes
from drift.model_quality.detection.match_table import MatchTable
from drift.model_quality.detection.sums import MOST_WORST
from drift.run_request import as_text
from jobs.boxes.kept_boxes import KeptBoxes, KeptImage, keep_boxes
from jobs.times.timestamps import to_datetime
from reports.findings.model_quality.detection import WorstImage


def worst_images(
    table: MatchTable, joined: JoinedBoxes, order: NDArray[np.int64]
) -> tuple[tuple[WorstImage, ...], tuple[KeptImage, ...]]:
    """Return the images on which the model did worst, by the best cut of the day, and their boxes.

    Parameters
    ----------
    table
        The matched boxes of the joined images.
    order
        Which of the joined images each of the table's is.
    """
    scored = score_images(table)
    chosen = scored.worst(MOST_WORST).tolist()
    images = tuple(
        WorstImage(
            image=joined.names[order[at]],
            id=joined.ids[order[at]],
            timestamp=as_text(to_datetime(int(joined.moments[order[at]]))),
            true_boxes=int(scored.truths[at]),
            found=int(scored.found[at]),
            missed=int(scored.missed[at]),
            strangers=int(scored.strangers[at]),
            f1=float(scored.f1[at]),
        )
        for at in chosen
    )
    return images, tuple(_boxes_of(joined, int(order[at])) for at in chosen)


def _boxes_of(joined: JoinedBoxes, image: int) -> KeptImage:
    """Return the boxes as they were read: pixels of the size that each side says."""
    own = _size(joined.answers.sizes[image])
    return KeptImage(predicted=_predicted(joined, image, own), true=_true(joined, image, own))


def _predicted(joined: JoinedBoxes, image: int, size: tuple[float, float] | None) -> KeptBoxes:
    answers = joined.answers
    rows = np.flatnonzero(answers.image == image)
    return keep_boxes(
        answers.corners[rows],
        in_shares=answers.in_shares,
        size=size,
        classes=answers.classes.take(pa.array(rows)).to_pylist(),
        scores=answers.scores[rows],
    )


def _true(joined: JoinedBoxes, image: int, size: tuple[float, float] | None) -> KeptBoxes:
    truths = joined.truths
    rows = np.flatnonzero(truths.image == image)
    return keep_boxes(
        truths.corners[rows],
        in_shares=bool(truths.in_shares[image]),
        size=_size(truths.sizes[image]) or size,
        classes=truths.classes.take(pa.array(rows)).to_pylist(),
        scores=np.full(len(rows), np.nan),
    )


def _size(sides: Sequence[float] | NDArray[np.float64]) -> tuple[float, float] | None:
    width, height = (float(side) for side in sides)
    return (width, height) if 0 < width < np.inf and 0 < height < np.inf else None
