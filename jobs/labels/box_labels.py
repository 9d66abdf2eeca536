"""The true boxes of a job's images, each image once, and what was found wrong with the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from jobs.boxes.image_boxes import OtherFormat
from jobs.labels.given import GivenLabels, joined
from jobs.labels.labels import LeftOutLabel
from jobs.times.timestamp_parts import Flags, Integers

BOX_COLUMNS = ("key", "image", "moment", "source", "line")

# Boxes that are used, with a remark.
NO_NAME = "box of a class id without a name: the number is the class"
CLASS_NOT_KNOWN = "box whose class labels.no_class names: it has no class"
TURNED = "turned box: the upright box around it is taken"
OUTLINE = "outline: the box around it is taken"
# Boxes that are left out.
NO_BOX = "shape that is no box"
NO_IMAGE = "box of an image that the export does not list"
NO_NUMBERS = "line or entry that cannot be read as a box"
# Images that are left out.
NOT_LABELLED = "not labelled yet"
SKIPPED = "skipped by who labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledBoxes:
    """True boxes as flat arrays; boxes that cannot be used are left out.

    Attributes
    ----------
    image
        The labelled image of each box, from 0. Shape (n,).
    corners
        Left, top, right, bottom of each box, not clipped to the image. Shape (n, 4), float64.
    classes
        The class of each box in its one form; null where it has none.
    crowd
        Which boxes hold a crowd that nobody drew one by one. Shape (n,).
    in_shares
        Whether the boxes of each image are shares of its width and height, or pixels.
        Shape (images,).
    sizes
        Width and height in pixels of each image, where the labels say them; else NaN.
        Shape (images, 2).
    """

    image: NDArray[np.int64]
    corners: NDArray[np.float64]
    classes: pa.StringArray
    crowd: Flags
    in_shares: Flags
    sizes: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.image)

    @property
    def images(self) -> int:
        """How many images are labelled, those without objects among them."""
        return len(self.in_shares)

    @property
    def have_no_class(self) -> bool:
        """Whether there are boxes, and none of them has a class."""
        return len(self) > 0 and self.classes.null_count == len(self)

    def take(self, images: Integers) -> LabelledBoxes:
        """Return some of the images in this order, each at most once."""
        place = np.full(self.images, -1)
        place[images] = np.arange(len(images))
        moved = place[self.image]
        kept = np.flatnonzero(moved >= 0)
        kept = kept[np.argsort(moved[kept], kind="stable")]
        return LabelledBoxes(
            image=moved[kept],
            corners=self.corners[kept],
            classes=self.classes.take(pa.array(kept)),
            crowd=self.crowd[kept],
            in_shares=self.in_shares[images],
            sizes=self.sizes[images],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBoxes:
    """Images with their true boxes as they were given, any number for one key.

    Attributes
    ----------
    given
        The keys, times and places of the images, a row each; its classes mean nothing.
    boxes
        Their boxes.
    """

    given: GivenLabels
    boxes: LabelledBoxes

    def take(self, wanted: Flags) -> GivenBoxes:
        """Return some of the images."""
        return GivenBoxes(
            given=self.given.take(wanted), boxes=self.boxes.take(np.flatnonzero(wanted))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBoxLabels:
    """What lay below ``labels.path``, where labels are boxes.

    Attributes
    ----------
    by_id, by_image
        One row a labelled image that counts, each key once, sorted by key. Columns: ``key`` and
        ``moment``, ``source``, ``line`` as in `ReadLabels`, and ``image`` (int64), its place in
        `boxes`. An image with both keys stands in both.
    boxes
        The boxes of the images that count, those without objects among them.
    url, objects, passed_over, listing_digest, examples
        As in `ReadLabels`.
    rows
        How many labelled images were read, those that are left out among them.
    digest
        SHA-256 in hex over keys, times and boxes of the images that count, in whichever order
        they came.
    left_out, noted
        How many images are left out, or used with a remark, by reason.
    lost_boxes, noted_boxes
        The same of single boxes; their images count without them.
    other_format
        Where the boxes do not fit the job file's format, or that of the export, and fit another.
    """

    by_id: pd.DataFrame
    by_image: pd.DataFrame
    boxes: LabelledBoxes
    url: str
    objects: int
    rows: int
    digest: str
    listing_digest: str
    left_out: Mapping[str, int] = field(default_factory=dict)
    noted: Mapping[str, int] = field(default_factory=dict)
    lost_boxes: Mapping[str, int] = field(default_factory=dict)
    noted_boxes: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[LeftOutLabel, ...] = ()
    passed_over: int = 0
    other_format: OtherFormat | None = None


def joined_boxes(parts: Sequence[GivenBoxes], names: Sequence[str]) -> GivenBoxes:
    """Return all parts as one."""
    boxes = [one.boxes for one in parts]
    firsts = np.cumsum([0, *(one.images for one in boxes)])[:-1].tolist()

    def together(empty: NDArray[np.generic], field_name: str) -> NDArray[np.generic]:
        return np.concatenate([empty, *(getattr(one, field_name) for one in boxes)])

    places = [one.image + first for one, first in zip(boxes, firsts, strict=True)]
    return GivenBoxes(
        given=joined([one.given for one in parts], names),
        boxes=LabelledBoxes(
            image=np.concatenate([np.zeros(0, np.int64), *places]),
            corners=together(np.zeros((0, 4)), "corners").astype(np.float64),
            classes=pa.chunked_array([one.classes for one in boxes], pa.string()).combine_chunks(),
            crowd=together(np.zeros(0, np.bool_), "crowd").astype(np.bool_),
            in_shares=together(np.zeros(0, np.bool_), "in_shares").astype(np.bool_),
            sizes=together(np.zeros((0, 2)), "sizes").astype(np.float64),
        ),
    )
