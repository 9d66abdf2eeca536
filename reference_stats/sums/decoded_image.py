"""A decoded image: the pixels that the features are computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_stats.file_facts.facts import FileFacts, is_deep
from reference_stats.pixels.pil_pixels import as_colour, is_scaled_mode
from reference_stats.pixels.scaling import scaled_plane
from reference_stats.pixels.turning import is_mirrored, turn
from reference_stats.sums.channels import ChannelSums
from reference_stats.sums.colour import ColourSums
from reference_stats.sums.detail import DetailSums
from reference_stats.sums.layout import LayoutSums
from reference_stats.sums.levels import LevelSums, sum_levels
from reference_stats.sums.once import once
from reference_stats.sums.peaks import Peaks
from reference_stats.sums.picture import PictureSums, sum_picture


@dataclass(frozen=True, kw_only=True)
class DecodedImage:
    """The first frame of an image file as 8-bit pixels, turned as its EXIF tag says.

    Attributes
    ----------
    luma
        uint8 of shape (height, width), rows one after the other in memory: PIL's ``convert("L")``
        of the file's own mode. A 16-bit image is clipped at 255 by that definition; floating-point
        samples from 0 to 1 are scaled to 255.
    pixels
        uint8 of shape (rows, columns, 3), red first, *as in the file*, not turned. A 16-bit image
        is scaled by 1/257, not clipped. Of a grey image the three channels are one memory.
    size_bytes
        The size of the file; 0 where the pixels never were a file.
    mode
        PIL's mode of the file before any conversion.
    orientation
        The EXIF orientation, 1 to 8, that `luma` was turned by and `rgb` is.
    file
        What the file is; None where the pixels never were a file.
    frame_pixels
        The pixels of all frames of the file; 0 where the pixels never were a file.
    transparent_pixels
        How many pixels are transparent, if only partly; None where the pixels never were a file.
    """

    luma: NDArray[np.uint8]
    pixels: NDArray[np.uint8]
    size_bytes: int
    mode: str
    orientation: int = 1
    file: FileFacts | None = None
    frame_pixels: int = 0
    transparent_pixels: int | None = None

    @property
    def height(self) -> int:
        """Rows of pixels as displayed."""
        return int(self.luma.shape[0])

    @property
    def width(self) -> int:
        """Columns of pixels as displayed."""
        return int(self.luma.shape[1])

    @property
    def pixel_count(self) -> int:
        """How many pixels are displayed."""
        return int(self.luma.size)

    @property
    def is_deep(self) -> bool:
        """Whether the file holds whole numbers of more than 8 bits, which `luma` clips."""
        return is_deep(self.mode)

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The pixels as displayed, shape (height, width, 3): a view."""
        return turn(self.pixels, self.orientation)

    def scaled(self, shorter_side: int) -> DecodedImage:
        """Return the grey levels as an image whose shorter side has so many pixels, or fewer.

        It is made once for each size. A smaller image stays as it is; in any case what belongs to
        the file (its size, its blocks) and the colours are lost.
        """
        if shorter_side not in self._scaled:
            self._scaled[shorter_side] = DecodedImage(
                luma=scaled_plane(self.luma, shorter_side),
                pixels=as_colour(scaled_plane(self.grey, shorter_side)),
                size_bytes=0,
                mode=self.mode,
            )
        return self._scaled[shorter_side]

    @once
    def _scaled(self) -> dict[int, DecodedImage]:
        return {}

    @once
    def grey(self) -> NDArray[np.uint8]:
        """Return the grey levels of `rgb`: `luma`, but scaled, not clipped, for a deep image."""
        if not is_scaled_mode(self.mode):
            return self.luma
        # Machine code is compiled for memory that can be written to; that of `as_colour` cannot.
        return np.require(self.rgb[:, :, 0], requirements=["C", "W"])

    @once
    def level_sums(self) -> LevelSums:
        """Return the sums over `luma` that its features share."""
        return sum_levels(self.luma)

    @once
    def colour_sums(self) -> ColourSums:
        """Return the sums that the colour features share."""
        return self._picture_sums.colours

    @once
    def channel_sums(self) -> ChannelSums:
        """Return the jumps between neighbouring samples."""
        return self._picture_sums.channels

    @once
    def detail_sums(self) -> DetailSums:
        """Return the sums over `grey` that the features of sharpness, noise and detail share."""
        return self._picture_sums.detail

    @once
    def layout_sums(self) -> LayoutSums:
        """Return the sums of the rows and columns of `grey`, and its flat borders."""
        return self._picture_sums.layout

    @once
    def peaks(self) -> Peaks:
        """Return the peaks of the rows and of the levels' frequencies."""
        return self._picture_sums.peaks

    @once
    def _picture_sums(self) -> PictureSums:
        return sum_picture(
            self.pixels,
            self.grey,
            rows_from_below=is_mirrored(self.orientation, axis=0),
            columns_from_right=is_mirrored(self.orientation, axis=1),
        )
