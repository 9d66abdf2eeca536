"""The pictures of several image files that are to enter a model."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.preprocessing import (
    Picture,
    picture_of,
    picture_of_pixels,
)
from reference_stats.sums.decoded_image import DecodedImage


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadePictures:
    """Pictures in the order of the files.

    Attributes
    ----------
    how
        What they are.
    pictures
        uint8 of shape (files, height, width, channels); black where there is none.
    made
        bool of shape (files,): where there is one. There is none of a file that could not be read
        or whose picture took more memory than there was.
    """

    how: Preprocessing
    pictures: NDArray[np.uint8]
    made: NDArray[np.bool_]

    @classmethod
    def of(cls, how: Preprocessing, files: int) -> MadePictures:
        """Return a place for the pictures of so many files; none is made yet."""
        shape = (files, how.height, how.width, how.channels)
        return cls(how=how, pictures=np.zeros(shape, np.uint8), made=np.zeros(files, np.bool_))

    def __getitem__(self, place: int) -> Picture | None:
        """Return the picture of a file; None where there is none."""
        return self.pictures[place] if self.made[place] else None

    def put_image(self, place: int, image: DecodedImage) -> None:
        """Make the picture of an image, unless memory runs out."""
        self._put(place, lambda: picture_of(image, self.how))

    def put_pixels(self, place: int, pixels: NDArray[np.uint8]) -> None:
        """Make the picture of pixels, unless memory runs out."""
        self._put(place, lambda: picture_of_pixels(pixels, self.how))

    def _put(self, place: int, make: Callable[[], Picture]) -> None:
        with contextlib.suppress(MemoryError):
            self.pictures[place] = make()
            self.made[place] = True
