"""A decoded image: the pixels that the features are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


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
    """

    luma: NDArray[np.uint8]
    rgb: NDArray[np.uint8]
    size_bytes: int
    file_format: str
    mode: str

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

    @cached_property
    def histogram(self) -> NDArray[np.int64]:
        """How many pixels of `luma` have each grey level; shape (256,)."""
        return np.bincount(self.luma.ravel(), minlength=256)
