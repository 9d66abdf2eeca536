"""The scores of a model's view on both sides: those of the reference, and those of the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.model_view.scale import ViewScale
from reference_stats.model_view.views import ImageViews


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenSides:
    """What the scores of both sides were made from.

    Attributes
    ----------
    scale
        Of the reference.
    views
        What the model saw in the window's images.
    """

    scale: ViewScale
    views: ImageViews

    def directions(
        self, held_out: NDArray[np.int64], current: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the directions of some of the window's images, then of some held-out ones.

        Parameters
        ----------
        held_out, current
            The places among the held-out images, and among the window's.
        """
        scale = self.scale
        return np.concatenate(
            [
                scale.directions(self.views.take(current)),
                scale.directions(scale.held_out_views.take(held_out)),
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ViewSides:
    """The scores of a model's view on both sides.

    Attributes
    ----------
    reference
        One row per unit of the reference that was held out of what images are held against,
        indexed by its image's row in the profile; one float64 column per score, NaN where the
        model says nothing.
    current
        The same columns of the window's images, indexed as its features.
    seen
        What both were made from; None where that is not known.
    """

    reference: pd.DataFrame
    current: pd.DataFrame
    seen: SeenSides | None = None

    @property
    def held_out(self) -> NDArray[np.int64]:
        """The rows of the profile that were held out."""
        return self.reference.index.to_numpy(dtype=np.int64)

    @classmethod
    def of(
        cls,
        scale: ViewScale,
        views: ImageViews,
        index: pd.Index,
        scores: pd.DataFrame | None = None,
    ) -> ViewSides:
        """Return the scores of a window beside those of the reference.

        Parameters
        ----------
        views
            What the model saw in the window's analysed images.
        index
            That of the window's features, in the same order.
        scores
            Those of `views`; None to make them.
        """
        found = scale.scores(views) if scores is None else scores
        return cls(
            reference=scale.reference.set_axis(scale.held_out, axis=0),
            current=found.set_axis(index, axis=0),
            seen=SeenSides(scale=scale, views=views),
        )
