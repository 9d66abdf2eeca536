"""The scores of a window's views: of each image once, however many parts of it are looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reference_stats.model_view.view_scores import VIEW_SCORES
from reference_stats.model_view.views import ImageViews

_NAMES = [score.name for score in VIEW_SCORES]


class ScoresViews(Protocol):
    """Turns views of images into the numbers that are tested: `ViewScale`."""

    @property
    def reference(self) -> pd.DataFrame:
        """The scores of the reference's held-out units, one row each."""

    @property
    def held_out_views(self) -> ImageViews:
        """What the model saw in these units."""

    def scores(self, views: ImageViews) -> pd.DataFrame:
        """Return the scores of images, one row each; NaN where they are not known.

        Those of an image do not depend on the others.
        """

    def directions(self, views: ImageViews) -> NDArray[np.float32]:
        """Return where images lie to the model, the widest axis first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredViews:
    """Views that are scored when somebody first asks for them, beside one reference.

    Attributes
    ----------
    scale
        What scores them.
    views
        Those of the whole window.
    places
        Which of them these are, in their order.
    """

    scale: ScoresViews
    views: ImageViews
    places: NDArray[np.int64]
    # All parts of a window share these: what one of them made, the others find.
    _table: NDArray[np.float64]
    _is_made: NDArray[np.bool_]

    @classmethod
    def of(cls, scale: ScoresViews, views: ImageViews) -> Self:
        """Return the views of a whole window, of which none is scored yet."""
        return cls(
            scale=scale,
            views=views,
            places=np.arange(len(views)),
            _table=np.full((len(views), len(_NAMES)), np.nan),
            _is_made=np.zeros(len(views), dtype=np.bool_),
        )

    def take(self, places: NDArray[np.int64]) -> Self:
        """Return some of these, in the order given."""
        return replace(self, places=self.places[places])

    def scores(self) -> pd.DataFrame:
        """Return the scores of these images as `ScoresViews.scores` does."""
        fresh = np.unique(self.places[~self._is_made[self.places]])
        if len(fresh):
            self._table[fresh] = self.scale.scores(self.views.take(fresh))[_NAMES].to_numpy()
            self._is_made[fresh] = True
        return pd.DataFrame(self._table[self.places], columns=_NAMES)
