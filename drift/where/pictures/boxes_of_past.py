"""The boxes of worst images of days before a run's window, as records of these days keep them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from drift.observations.window_images import WindowImages
from drift.where.pictures.boxes_in_pictures import BoxesOfImage, Size, boxes_in_picture
from drift.where.pictures.boxes_of_window import misfit_of
from jobs.boxes.kept_boxes import KeptBoxes, KeptImage
from reports.findings.run import RunFindings


def with_past_boxes(
    findings: RunFindings,
    window: WindowImages,
    kept: Mapping[str, KeptImage],
    displayed: Mapping[str, Size],
    true_misfit: str = "",
) -> RunFindings:
    """Return the findings with the boxes of worst images that the window does not hold.

    Nothing changes where the job has no boxes, or no images to draw them into.

    Parameters
    ----------
    kept
        The boxes of worst images, by image.
    displayed
        The size of stored images as they are displayed, as far as it is known.
    true_misfit
        As in `BoxesOfImage`, of true boxes.
    """
    if window.boxes is None or not kept:
        return findings
    misfit, known = misfit_of(findings, window.boxes), findings.boxes or {}
    found = {
        image: boxes_in_picture(
            _as_read(boxes.predicted, misfit),
            _as_read(boxes.true, true_misfit),
            displayed.get(image),
        )
        for image, boxes in kept.items()
        if image not in known
    }
    return replace(findings, boxes={**known, **found})


def needs_displayed(boxes: KeptImage) -> bool:
    """Whether the size of the stored image decides where boxes are drawn, or whether they are.

    Shares of an image of unknown size are drawn wherever they say.
    """
    return any(
        one.corners and not (one.in_shares and one.size is None)
        for one in (boxes.predicted, boxes.true)
    )


def _as_read(boxes: KeptBoxes, misfit: str) -> BoxesOfImage:
    scores = [np.nan if one is None else one for one in boxes.scores]
    return BoxesOfImage(
        corners=np.array(boxes.corners, dtype=np.float64).reshape(-1, 4),
        in_shares=boxes.in_shares,
        size=boxes.size,
        classes=boxes.classes,
        scores=np.array(scores, dtype=np.float64),
        count=boxes.count,
        misfit=misfit,
    )
