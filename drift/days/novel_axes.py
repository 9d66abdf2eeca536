"""Where images that are new to a model lie, as scores that the reference fixes.

Images of a new class are mostly a little more novel than others, and lie to the same side of what
is known. So each image's direction, along the first axes of the reference, is weighted by how novel
it is: the mean of the weighted directions over a block tells whether something lies to one side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.methods.common_direction import TILT
from drift.comparison.permutation.statistic_key import StatisticKey
from reports.findings.effect_sizes import COMMON_DIRECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class NovelAxes:
    """Which numbers of an image tell how novel it is, and where it lies.

    Attributes
    ----------
    novelty
        The column of novelty.
    axes
        The columns that hold an image's place along each axis; they are no scores of their own.
    """

    novelty: str
    axes: tuple[str, ...]

    @property
    def keys(self) -> list[StatisticKey]:
        """The scores: the weight itself, under the name of all together, and each axis."""
        return [
            StatisticKey(group=self.novelty, method=COMMON_DIRECTION, number=number)
            for number in ("", *self.axes)
        ]

    def scores(self, novelty: NDArray[np.float64], images: pd.DataFrame) -> NDArray[np.float64]:
        """Return the weight of each image, and its place along each axis times that.

        Parameters
        ----------
        novelty
            The normal score of each image's novelty, shape (images,); 0 where it is not known.
        images
            The numbers of the images.

        Returns
        -------
        Shape (images, 1 + axes); a place that is not known is 0, which is the usual one.
        """
        weights = np.exp(TILT * novelty)[:, None]
        along = images.reindex(columns=list(self.axes)).to_numpy(dtype=np.float64)
        return np.hstack([weights, weights * np.nan_to_num(along, nan=0.0)])
