"""Which images of a block are measured: drawn by their names, so that anybody draws the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Any other key draws as well; another one than before draws other images. 16 bytes.
_KEY = "normal-days-1 ->"


def drawn_rows(names: NDArray[np.object_], most: int) -> NDArray[np.bool_]:
    """Tell which rows name an image that is drawn; all rows of one image are.

    It depends on the names in a block and on nothing else: images are taken in the order of a
    hash (SipHash of the name in UTF-8), which has nothing to do with what they show.

    Parameters
    ----------
    names
        The image of each row.
    most
        How many different images are drawn at most.
    """
    codes, distinct = pd.factorize(names)
    if len(distinct) <= most:
        return np.ones(len(names), dtype=np.bool_)
    keys = name_hashes(distinct)
    chosen = np.zeros(len(distinct), dtype=np.bool_)
    chosen[np.argpartition(keys, most)[:most]] = True
    drawn: NDArray[np.bool_] = chosen[codes]
    return drawn


def name_hashes(names: NDArray[np.object_]) -> NDArray[np.uint64]:
    """Return the hash of each name by which images are drawn."""
    hashed: NDArray[np.uint64] = pd.util.hash_array(
        np.asarray(names, dtype=object), encoding="utf8", hash_key=_KEY, categorize=False
    )
    return hashed
