"""Whatever looks at images with a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reference_stats.model_view.definition import ViewDefinition
from reference_stats.model_view.views import ImageViews

Pictures = NDArray[np.uint8]
"""Of shape (images, height, width, channels), as `Preprocessing` says, before mean and std."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanations:
    """Which pixels spoke for the class that a model gave to each image.

    Attributes
    ----------
    attributions
        float32 of shape (images, height, width): integrated gradients from black, their absolute
        values summed over the channels; NaN throughout where an image cannot be explained.
    classes, confidences
        The class, as its place among the outputs, and its probability.
    """

    attributions: NDArray[np.float32]
    classes: NDArray[np.int32]
    confidences: NDArray[np.float32]


class Viewer(Protocol):
    """A model that is ready to look at images; used from many threads."""

    @property
    def definition(self) -> ViewDefinition:
        """What the views depend on."""

    def look(self, pictures: Pictures) -> ImageViews:
        """Return what the model sees; unknown, and marked as failed, are images that it fails on.

        Raises
        ------
        ModelError
            If the model fails, takes too long or more memory than there is.
        """

    def explain(self, pictures: Pictures, most_s: float) -> Explanations:
        """Return what the model looked at in the first of some images, in so many seconds.

        Raises
        ------
        ModelError
            As `look`; and where the model has no classes or no gradients.
        """
