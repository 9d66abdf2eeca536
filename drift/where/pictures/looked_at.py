"""What the model looked at in the images that a page explains."""

from __future__ import annotations

import logging

import numpy as np

from drift.observations.window_images import WindowImages
from drift.where.pictures.thumbnail_reading import files_now, sizes_now
from drift.workplace import Workplace
from jobs.errors import ModelError
from reference_stats.extraction.image_reading import image_limits
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.processes import DECODERS
from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.preprocessing import Picture
from reports.findings.model_view import ModelView
from reports.pages.run.model_view.pictures import Attributions

# Each image takes up to eight seconds on a slow core; what is not done by then is left out.
_MOST_S = 90.0

logger = logging.getLogger(__name__)


def looked_at(
    workplace: Workplace, seen: ModelView | None, window: WindowImages
) -> Attributions | None:
    """Return which pixels counted in the images that are explained; None where none are.

    Nothing of it is in ``report.json``: it is made anew for each page, and what fails or takes too
    long is only missing there.

    Parameters
    ----------
    seen
        What the model's view found; None where the job names no model.
    window
        What the images were measured as: one that was overwritten since is not explained.
    """
    viewer = workplace.viewer
    if seen is None or not seen.explained or viewer is None:
        return None
    how = viewer.definition.preprocessing
    pictures = _pictures(workplace, [one.image for one in seen.explained], window, how)
    if not pictures:
        return None
    try:
        shown = viewer.explain(np.stack(list(pictures.values())), _MOST_S)
    except ModelError as error:
        logger.warning("no image is explained: %s", error)
        return None
    if len(shown.attributions) < len(pictures):
        logger.warning(
            "%d of %d images explained in %.0f s", len(shown.attributions), len(pictures), _MOST_S
        )
    # Some of the first ones, where there was no time for all.
    pairs = zip(pictures, shown.attributions, strict=False)
    explained = {image: pixels for image, pixels in pairs if not np.isnan(pixels).any()}
    return Attributions(of_images=explained, preprocessing=how) if explained else None


def _pictures(
    workplace: Workplace, images: list[str], window: WindowImages, how: Preprocessing
) -> dict[str, Picture]:
    """Return what enters the model of each image that is still there."""
    read = files_now(workplace, images, sizes_now(window, images))
    files = {image: file for image, file in read if file is not None}
    order = Order(names=(), limits=image_limits(workplace.job.image_rules), picture=how)
    made = DECODERS.picture_many(list(files.values()), order)
    return {
        image: one.picture
        for image, one in zip(files, made, strict=True)
        if one.picture is not None
    }
