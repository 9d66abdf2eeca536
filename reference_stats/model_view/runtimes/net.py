"""What every open model can do, whatever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.runtimes.entering import Entry, InputShape
from reference_stats.model_view.viewer import Pictures

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenBatch:
    """What a model says of a batch.

    Attributes
    ----------
    embeddings
        float32 of shape (images, width), of any width.
    outputs
        float32 of shape (images, classes); None where the answer is no row of numbers an image.
    """

    embeddings: Numbers
    outputs: Numbers | None


class Net(Protocol):
    """A model, and how pictures enter it."""

    @property
    def runtime(self) -> str:
        """What computes it, such as ``torch 2.13.0 on cpu``."""

    @property
    def found_layer(self) -> str:
        """Where the embedding comes from, in words; known after the first batch."""

    @property
    def is_output(self) -> bool:
        """Whether that is the model's output, for want of a layer; known after the first batch."""

    @property
    def most_images(self) -> int:
        """How many images it takes at once."""

    def see(self, pictures: Pictures) -> SeenBatch:
        """Return what it says of at most `most_images` pictures.

        Raises
        ------
        ModelError
            If the model fails.
        """

    def attributions(self, picture: Pictures, target: int, steps: int) -> Numbers:
        """Return the integrated gradients of one output for one picture, from black.

        Parameters
        ----------
        picture
            Of shape (1, height, width, channels).
        target
            The place of the output.
        steps
            Of the Riemann sum, taken in the middle of each.

        Returns
        -------
        ndarray
            float32 of shape (height, width, channels), with their signs.

        Raises
        ------
        ModelError
            If the model has no gradients.
        """


class Program(Protocol):
    """A model before it is known how pictures enter it."""

    @property
    def url(self) -> str:
        """The model as the job file names it."""

    @property
    def shape(self) -> InputShape:
        """What it says of its input."""

    def net(self, preprocessing: Preprocessing, entry: Entry, device: str) -> Net:
        """Return it with a way for pictures to enter, on a device as the job file names it.

        Raises
        ------
        ModelError
            If there is no such device.
        """
