"""The sums of many images side by side: each formula is computed once for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from reference_stats.sums.arithmetic import Column
from reference_stats.sums.channels import ChannelSums
from reference_stats.sums.colour import ColourSums
from reference_stats.sums.detail import DetailSums
from reference_stats.sums.layout import LayoutSums
from reference_stats.sums.levels import LevelSums
from reference_stats.sums.once import once
from reference_stats.sums.peaks import Peaks
from reference_stats.sums.picture import PictureSums

# All whole numbers, and the products in the features' formulas, are below 2**53 then.
MOST_PIXELS = 250_000


@dataclass(frozen=True, kw_only=True)
class ImageColumns:
    """Of several images what `DecodedImage` says of one; each column is of shape (images,).

    An image has `MOST_PIXELS` at most.

    Attributes
    ----------
    height, width
        Rows and columns of pixels.
    size_bytes
        The sizes of the files.
    frame_pixels
        The pixels of all frames of each file.
    transparent_pixels
        How many pixels are transparent, if only partly.
    level_sums
        The sums over the luma.
    picture_sums
        All other sums.
    """

    height: Column
    width: Column
    size_bytes: Column
    frame_pixels: Column
    transparent_pixels: Column
    level_sums: LevelSums
    picture_sums: PictureSums

    @once
    def pixel_count(self) -> Column:
        """Return how many pixels each image has."""
        return self.height * self.width

    @property
    def colour_sums(self) -> ColourSums:
        """The sums over the colours."""
        return self.picture_sums.colours

    @property
    def channel_sums(self) -> ChannelSums:
        """The jumps between neighbouring samples."""
        return self.picture_sums.channels

    @property
    def detail_sums(self) -> DetailSums:
        """The sums over neighbouring grey levels."""
        return self.picture_sums.detail

    @property
    def layout_sums(self) -> LayoutSums:
        """The sums of the rows and columns, and the flat borders."""
        return self.picture_sums.layout

    @property
    def peaks(self) -> Peaks:
        """The peaks of the rows and of the levels' frequencies."""
        return self.picture_sums.peaks
