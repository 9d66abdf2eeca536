"""What is kept of matched boxes: enough to score any set of images later, without their boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.boxes import check_codes

THRESHOLDS: NDArray[np.float64] = np.linspace(0.5, 0.95, 10)
"""The intersections over union from which a prediction counts as right, as COCO has them."""
MOST_PER_CLASS = 100
"""So many predictions of a class on one image count, those with the highest scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchTable:
    """Predictions of some images with the thresholds at which they found a true box.

    Tables of single days can be put together with `merge_tables`, and what is computed of that is
    what all the images at once give.

    Attributes
    ----------
    images
        How many images, those without any box included.
    classes
        The names of the classes, in the order of their codes.
    image, class_code
        Of each prediction. They are in order of image, class, and falling score. int32, shape (n,).
    score
        float64, shape (n,).
    hits
        Bit t is set where the prediction found a true box at `THRESHOLDS[t]`. uint16, shape (n,).
    ignored
        Bit t is set where the prediction counts neither as right nor as wrong at `THRESHOLDS[t]`:
        it found a crowd or an object outside of the range of area, or found nothing and is outside
        of that range itself. uint16, shape (n,).
    overlap
        The intersection over union with the true box that it found at the lowest threshold; NaN
        where bit 0 of `hits` is not set. float32, shape (n,).
    truth_image, truth_class, truth_count
        How many true boxes count, by image and class: neither crowds nor outside of the range of
        area; no zeros, in order of image and class. int32, shape (m,).
    left_out
        How many predictions were left out, as others of their class and image have higher scores.
    """

    images: int
    classes: tuple[str, ...]
    image: NDArray[np.int32]
    class_code: NDArray[np.int32]
    score: NDArray[np.float64]
    hits: NDArray[np.uint16]
    ignored: NDArray[np.uint16]
    overlap: NDArray[np.float32]
    truth_image: NDArray[np.int32]
    truth_class: NDArray[np.int32]
    truth_count: NDArray[np.int32]
    left_out: int = 0

    def __post_init__(self) -> None:
        if len({len(getattr(self, name)) for name in _OF_PREDICTIONS}) != 1:
            raise ValueError("the columns of the predictions differ in length.")
        if len({len(getattr(self, name)) for name in _OF_TRUTHS}) != 1:
            raise ValueError("the columns of the true boxes differ in length.")
        for name in ("image", "truth_image"):
            check_codes(name, getattr(self, name), self.images)
        for name in ("class_code", "truth_class"):
            check_codes(name, getattr(self, name), len(self.classes))
        cells = cells_of(self.image, self.class_code, len(self.classes))
        if (np.diff(cells) < 0).any():
            raise ValueError("the predictions are not in order of image and class.")

    def __len__(self) -> int:
        return len(self.image)

    @property
    def ranks(self) -> NDArray[np.int64]:
        """Return the place of each prediction by score within its image and class, from 0."""
        return ranks_within(cells_of(self.image, self.class_code, len(self.classes)))


COLUMNS: dict[str, type[np.generic]] = {
    "image": np.int32,
    "class_code": np.int32,
    "score": np.float64,
    "hits": np.uint16,
    "ignored": np.uint16,
    "overlap": np.float32,
    "truth_image": np.int32,
    "truth_class": np.int32,
    "truth_count": np.int32,
}
"""The columns of a table with the kinds of their numbers."""
_OF_PREDICTIONS = ("image", "class_code", "score", "hits", "ignored", "overlap")
_OF_TRUTHS = ("truth_image", "truth_class", "truth_count")


def are_equal(one: MatchTable, other: MatchTable) -> bool:
    """Tell whether two tables say the same, so that all that is computed of them is the same."""
    counts = [(table.images, table.classes, table.left_out) for table in (one, other)]
    return counts[0] == counts[1] and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=kind is np.float32)
        for name, kind in COLUMNS.items()
    )


def merge_tables(tables: Sequence[MatchTable]) -> MatchTable:
    """All images of the tables, one table's behind the other's.

    Classes are known by name, so that tables of different days may have different ones; those of
    the result are sorted. Where predictions of different images have equal scores, the order of the
    tables decides.
    """
    classes = tuple(sorted({name for table in tables for name in table.classes}))
    offsets = np.cumsum([0, *(table.images for table in tables)])
    parts = [
        _recoded(table, classes, int(offset))
        for table, offset in zip(tables, offsets[:-1], strict=True)
    ]
    return MatchTable(
        images=int(offsets[-1]),
        classes=classes,
        left_out=sum(table.left_out for table in tables),
        **{
            name: np.concatenate([np.empty(0, kind), *(part[name] for part in parts)])
            for name, kind in COLUMNS.items()
        },
    )


def _recoded(
    table: MatchTable, classes: tuple[str, ...], offset: int
) -> dict[str, NDArray[np.generic]]:
    """Give the columns other codes of classes and images, and put them in order again."""
    codes = {name: code for code, name in enumerate(classes)}
    code_of = np.array([codes[name] for name in table.classes], np.int32)
    shift = np.int32(offset)
    class_code = code_of[table.class_code] if len(table) else table.class_code
    truth_class = code_of[table.truth_class] if len(table.truth_class) else table.truth_class
    order = np.lexsort((class_code, table.image))
    truth_order = np.lexsort((truth_class, table.truth_image))
    return {
        "image": table.image[order] + shift,
        "class_code": class_code[order],
        "score": table.score[order],
        "hits": table.hits[order],
        "ignored": table.ignored[order],
        "overlap": table.overlap[order],
        "truth_image": table.truth_image[truth_order] + shift,
        "truth_class": truth_class[truth_order],
        "truth_count": table.truth_count[truth_order],
    }


def cells_of(
    image: NDArray[np.integer], class_code: NDArray[np.integer], classes: int
) -> NDArray[np.int64]:
    """One number for each pair of image and class, in order of image and class."""
    return image.astype(np.int64) * max(classes, 1) + class_code


def ranks_within(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each element among its equals, from 0; equals lie side by side."""
    index = np.arange(len(cells))
    starts = np.ones(len(cells), bool)
    starts[1:] = cells[1:] != cells[:-1]
    return index - np.maximum.accumulate(np.where(starts, index, 0))
