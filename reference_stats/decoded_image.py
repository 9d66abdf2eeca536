"""A decoded image: the pixels that the features are computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_stats.colour_sums import ColourSums, sum_colours
from reference_stats.detail_sums import DetailSums, sum_detail
from reference_stats.grey_levels import grey_histogram, luma_of_planes
from reference_stats.once import once


@dataclass(frozen=True, kw_only=True)
class DecodedImage:
    """The first frame of an image file as 8-bit pixels, turned as its EXIF tag says.

    Attributes
    ----------
    luma
        uint8 of shape (height, width): PIL's ``convert("L")`` of the file's own mode. A 16-bit
        image is clipped at 255 by that definition.
    rgb
        uint8 of shape (height, width, 3). A 16-bit image is scaled by 1/257, not clipped.
    size_bytes
        The size of the file; 0 where the pixels never were a file.
    file_format
        PIL's name of the format (``"JPEG"``), or ``""`` where there was no file.
    mode
        PIL's mode of the file before any conversion.
    orientation
        The EXIF orientation, 1 to 8, that was applied to the file's rows and columns.
    """

    luma: NDArray[np.uint8]
    rgb: NDArray[np.uint8]
    size_bytes: int
    file_format: str
    mode: str
    orientation: int = 1

    @property
    def height(self) -> int:
        """Rows of pixels as displayed."""
        return int(self.luma.shape[0])

    @property
    def width(self) -> int:
        """Columns of pixels as displayed."""
        return int(self.luma.shape[1])

    @property
    def is_deep(self) -> bool:
        """Whether the file holds more than 8 bits per sample."""
        return self.mode.startswith("I") or self.mode == "F"

    @property
    def planes(self) -> NDArray[np.uint8]:
        """The pixels of `rgb` as one plane per channel, shape (3, height, width), not copied."""
        return np.moveaxis(self.rgb, 2, 0)

    @once
    def grey(self) -> NDArray[np.uint8]:
        """Return the grey levels of `rgb`: `luma`, but scaled, not clipped, for a deep image."""
        return luma_of_planes(self.planes) if self.is_deep else self.luma

    @once
    def histogram(self) -> NDArray[np.int64]:
        """Return how many pixels of `luma` have each grey level; shape (256,)."""
        return grey_histogram(self.luma)

    @once
    def colour_sums(self) -> ColourSums:
        """Return the sums that the colour features share."""
        return sum_colours(self.planes)

    @once
    def detail_sums(self) -> DetailSums:
        """Return the sums over `grey` that the features of sharpness, noise and detail share."""
        return sum_detail(self.grey)
