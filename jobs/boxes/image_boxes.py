"""The boxes of a window, image by image, and what is known of the format that they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jobs.boxes.fitting import FormatFit
from jobs.boxes.formats import BoxFormat

_ALL = slice(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFormat:
    """Boxes that do not fit the format that the job file says.

    Attributes
    ----------
    said
        What the job file says.
    fit
        The format that they look like, and the share of them that fit it.
    checked
        How many boxes were looked at.
    """

    said: BoxFormat
    fit: FormatFit
    checked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBoxes:
    """The boxes of a window as flat arrays; boxes that cannot be used are left out.

    "Rows" are those of `PredictionRows.fields`: each holds the class and the score of one box, or
    is that of an image without boxes.

    Attributes
    ----------
    row
        The row of each box. Shape (n,).
    corners
        Left, top, right, bottom of each box, not clipped to the image. Shape (n, 4), float64.
    in_shares
        Whether they are shares of the image's width and height, or pixels of the image that the
        boxes were found in.
    image_of_row
        The image, of one request, that each row is of, from 0, in any order. Shape (rows,).
    sizes
        Width and height in pixels of each image, where the log says them; else NaN.
        Shape (images, 2).
    counts
        How many boxes each image has, also such that cannot be used; NaN where that cannot be
        read. Shape (images,).
    in_cells
        Whether a row of the log holds all boxes of an image; else it holds one.
    empty_cells
        How many images have no boxes because there is nothing at all in their cell.
    other_format
        Where the boxes do not fit the job file's format and fit another; else None.
    """

    row: NDArray[np.int64]
    corners: NDArray[np.float64]
    in_shares: bool
    image_of_row: NDArray[np.int64]
    sizes: NDArray[np.float64]
    counts: NDArray[np.float64]
    in_cells: bool
    empty_cells: int = 0
    other_format: OtherFormat | None = None

    def __len__(self) -> int:
        return len(self.row)

    @property
    def without_boxes(self) -> NDArray[np.bool_]:
        """Which rows are of an image without any box."""
        return np.asarray(self.counts[self.image_of_row] == 0)

    @property
    def first_of_log(self) -> NDArray[np.bool_]:
        """Which rows are the first ones of a row of the log."""
        first = np.ones(len(self.image_of_row), np.bool_)
        if self.in_cells:
            first[1:] = self.image_of_row[1:] != self.image_of_row[:-1]
        return first

    def log_rows(self, rows: NDArray[np.bool_] | NDArray[np.int64] | slice = _ALL) -> int:
        """Return how many rows of the log some of the rows are of."""
        images = self.image_of_row[rows]
        return len(np.unique(images)) if self.in_cells else len(images)

    def take(self, rows: NDArray[np.int64]) -> ImageBoxes:
        """Return the boxes of some of the rows, which are ascending."""
        place = np.full(len(self.image_of_row), -1)
        place[rows] = np.arange(len(rows))
        kept = place[self.row] >= 0
        return replace(
            self,
            row=place[self.row[kept]],
            corners=self.corners[kept],
            image_of_row=self.image_of_row[rows],
        )


def joined(parts: Sequence[ImageBoxes]) -> ImageBoxes:
    """Return the boxes of rows that follow one another; no image is in two of the parts."""
    rows = np.cumsum([0, *(len(part.image_of_row) for part in parts)])[:-1].tolist()
    images = np.cumsum([0, *(len(part.counts) for part in parts)])[:-1].tolist()
    return replace(
        parts[0],
        row=np.concatenate([one.row + first for one, first in zip(parts, rows, strict=True)]),
        corners=np.concatenate([one.corners for one in parts]),
        image_of_row=np.concatenate(
            [one.image_of_row + first for one, first in zip(parts, images, strict=True)]
        ),
        sizes=np.concatenate([one.sizes for one in parts]),
        counts=np.concatenate([one.counts for one in parts]),
        empty_cells=sum(one.empty_cells for one in parts),
    )
