"""Which segment values of a block are looked at by themselves, and which rows are theirs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.segments.segment_values import EMPTY, segment_text
from drift.observations.window_images import WindowImages

MOST_VALUES = 50
"""Of one segment column."""
LONGEST_NAME_BYTES = 128
"""A longer value names no part of the traffic; a log's reader cuts values that are longer still."""
_FEWEST_IMAGES = 5

Rows = NDArray[np.int64]


def frequent_values(images: WindowImages, segments: Sequence[str]) -> dict[str, dict[str, Rows]]:
    """Return the rows of the values that most images have, by segment column and value.

    Of a column at most 50 values count, each with at least five images; of values with equally many
    images those whose names come first. Missing values and blanks are the value ``(empty)``, but
    where no row of the block has another one, nothing is known of the segment.

    Parameters
    ----------
    images
        The rows of a block.
    segments
        The segment columns; the result has all of them, those without a frequent value empty.
    """
    pictures = images.images_of_rows
    return {name: _most_frequent(images, name, pictures) for name in segments}


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of a value in a record."""
    try:
        return 0 < len(text.encode()) <= LONGEST_NAME_BYTES
    except UnicodeEncodeError:
        return False


def _most_frequent(
    images: WindowImages, segment: str, pictures: NDArray[np.int64]
) -> dict[str, Rows]:
    if images.segments is None or segment not in images.segments:
        return {}
    codes, values = pd.factorize(images.segments[segment])
    # The last one is the name of the code -1: a missing value.
    names = np.array([*map(_name, values), EMPTY], dtype=object)
    of_rows, labels = pd.factorize(names[codes])
    if not set(labels) - {EMPTY}:
        return {}
    named = np.flatnonzero(of_rows >= 0)
    pairs = pd.DataFrame({"value": of_rows[named], "picture": pictures[named]}).drop_duplicates()
    counts = np.bincount(pairs["value"], minlength=len(labels))
    frequent = sorted(
        np.flatnonzero(counts >= _FEWEST_IMAGES).tolist(), key=lambda at: (-counts[at], labels[at])
    )
    return {str(labels[at]): np.flatnonzero(of_rows == at) for at in frequent[:MOST_VALUES]}


def _name(value: str) -> str | None:
    # Of the text as the log has it: a reader that cuts long values does not see blanks around them.
    text = segment_text(value)
    return text if is_name(text) and (not value or is_name(value)) else None
