"""What features are computed from: the sums of one image, or those of many as columns."""

from __future__ import annotations

from typing import Protocol

from reference_stats.sums.arithmetic import Value
from reference_stats.sums.channels import ChannelSums
from reference_stats.sums.colour import ColourSums
from reference_stats.sums.detail import DetailSums
from reference_stats.sums.layout import LayoutSums
from reference_stats.sums.levels import LevelSums
from reference_stats.sums.peaks import Peaks


class ImageSums(Protocol):
    """One image (`DecodedImage`) or the columns of many (`ImageColumns`).

    A formula takes both where it is written with `reference_stats.sums.arithmetic` in place of
    `math`, `max`, `if` and divisions by what may be 0.
    """

    @property
    def height(self) -> Value:
        """Rows of pixels as displayed."""

    @property
    def width(self) -> Value:
        """Columns of pixels as displayed."""

    @property
    def pixel_count(self) -> Value:
        """Their product."""

    @property
    def size_bytes(self) -> Value:
        """The size of the file; 0 where the pixels never were a file."""

    @property
    def frame_pixels(self) -> Value:
        """The pixels of all frames of the file; 0 where the pixels never were a file."""

    @property
    def transparent_pixels(self) -> Value | None:
        """How many are transparent, if only partly; None where they never were a file."""

    @property
    def level_sums(self) -> LevelSums:
        """The sums over the luma."""

    @property
    def colour_sums(self) -> ColourSums:
        """The sums over the colours."""

    @property
    def channel_sums(self) -> ChannelSums:
        """The jumps between neighbouring samples of a channel."""

    @property
    def detail_sums(self) -> DetailSums:
        """The sums over neighbouring grey levels."""

    @property
    def layout_sums(self) -> LayoutSums:
        """The sums of the rows and columns, and the flat borders."""

    @property
    def peaks(self) -> Peaks:
        """The peaks of the rows and of the levels' frequencies."""
