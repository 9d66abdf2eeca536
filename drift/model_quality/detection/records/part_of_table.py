"""Some images of a table of matched boxes: those of a day that are kept where they are too many."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from drift.model_quality.detection.match_table import MatchTable

MOST_KEPT = 50_000
"""So many predicted boxes are kept of a day, and so many of its images' true classes."""


def images_of_table(table: MatchTable, kept: NDArray[np.bool_], left_out: int) -> MatchTable:
    """Return some of a table's images.

    Parameters
    ----------
    kept
        Which. Shape (images,).
    left_out
        How many predictions of them were left out.
    """
    place = np.cumsum(kept) - 1
    of_images, of_truths = kept[table.image], kept[table.truth_image]
    return MatchTable(
        images=int(kept.sum()),
        classes=table.classes,
        image=place[table.image[of_images]].astype(np.int32),
        class_code=table.class_code[of_images],
        score=table.score[of_images],
        hits=table.hits[of_images],
        ignored=table.ignored[of_images],
        overlap=table.overlap[of_images],
        truth_image=place[table.truth_image[of_truths]].astype(np.int32),
        truth_class=table.truth_class[of_truths],
        truth_count=table.truth_count[of_truths],
        left_out=left_out,
    )


def drawn_images(table: MatchTable, names: Sequence[str], most: int) -> NDArray[np.bool_]:
    """Return which images are kept: all, or so many as fit, drawn by a hash of their names.

    Parameters
    ----------
    names
        Of the table's images, each once.
    most
        So many predictions are kept, and so many pairs of an image and a class that is in it.
    """
    sizes = [np.bincount(one, minlength=table.images) for one in (table.image, table.truth_image)]
    if max(int(one.sum()) for one in sizes) <= most:
        return np.ones(table.images, np.bool_)
    order = np.array(sorted(range(len(names)), key=lambda at: (_digest(names[at]), names[at])))
    fit = np.ones(table.images, np.bool_)
    for one in sizes:
        fit[order] &= np.cumsum(one[order]) <= most
    return fit


def _digest(name: str) -> bytes:
    return blake2b(name.encode(errors="replace"), digest_size=8).digest()
