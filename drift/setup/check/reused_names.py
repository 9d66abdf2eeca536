"""Checks for image names that the log uses more than once: each use may overwrite the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.setup.check.result import Check, look
from drift.setup.images.try_templates import TriedTemplate
from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation, ImageLocator, RefusedLocation
from jobs.job_file.image_settings import ImageSettings
from jobs.predictions.rows.rows import PredictionRows
from reference_stats.image_uses import WantedImages, images_of_rows

# Users now and then ask about one picture twice. Where names are reused, most names are.
_MANY = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ReusedNames:
    """The number of image names that rows use, and of names used at more than one time."""

    names: int = 0
    reused: int = 0

    @classmethod
    def of(cls, images: WantedImages) -> ReusedNames:
        """Count the image names of some rows."""
        return cls(names=len(images.locations), reused=len(images.reused_paths))

    @property
    def are_many(self) -> bool:
        """Whether each use of a name is likely of another picture."""
        return self.reused > _MANY * self.names

    def __str__(self) -> str:
        return f"{self.reused:,} of {self.names:,} image names are used at more than one time"


def reused_names(
    table: pd.DataFrame,
    moments: NDArray[np.int64],
    template: TriedTemplate,
    bucket_url: str,
    day_first: bool | None,
) -> ReusedNames:
    """Return the numbers of image names, and of reused ones, in a sample of the log.

    Parameters
    ----------
    table, moments
        The sampled rows, and the time of each row: 0 or less for a row without a time.
    """
    if template.column is not None:
        return ReusedNames()
    settings = ImageSettings(path=template.path, allowed_prefixes=template.allowed_prefixes)
    locator = ImageLocator(bucket_url=bucket_url, settings=settings, day_first=day_first)
    timed = moments > 0
    if len(moments) != len(table) or not timed.any():
        return ReusedNames()
    try:
        places = locator.locate(table[timed].reset_index(drop=True), bucket_url)
    except ObjectError:
        return ReusedNames()
    named = np.array([isinstance(place, ImageLocation) for place in places], dtype=bool)
    images = [place for place in places if isinstance(place, ImageLocation)]
    return ReusedNames.of(WantedImages.of(images, moments[timed][named]))


def check_reused_names(
    rows: PredictionRows, located: Sequence[ImageLocation | RefusedLocation]
) -> list[Check]:
    """Say if many names of a window are used more than once."""
    found = ReusedNames.of(images_of_rows(rows, located))
    if not found.are_many:
        return []
    return [
        look(
            "reused names",
            f"{found} in the window",
            "If a name stands for another picture each time, only the last one is still there, and "
            "a run says nothing of the others: store each picture under a name of its own. Runs "
            "look such names up before they believe remembered numbers.",
        )
    ]
