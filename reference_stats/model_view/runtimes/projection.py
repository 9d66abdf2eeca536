"""Embeddings that are too wide, along fixed random directions."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from reference_stats.model_view.definition import MOST_WIDTH
from reference_stats.model_view.runtimes.net import Numbers

MOST_PROJECTED = 1 << 22
"""Numbers of a wider output are no embedding of an image."""
_PLACES = 4
"""In how many of the projected numbers each number enters."""
_SEED = 20


class Projection:
    """A sparse random projection, the same in every process and for every batch.

    Each number enters `_PLACES` of the results, one in each of as many blocks, with a random sign.
    Distances are kept up to about ``sqrt(2 / MOST_WIDTH)``, 3 % (Kane and Nelson, 2014).

    Parameters
    ----------
    width
        How many numbers an embedding has.
    """

    def __init__(self, width: int) -> None:
        # Raw numbers of a bit generator stay the same from one numpy to the next.
        raw = np.random.PCG64(_SEED).random_raw(width * _PLACES)
        block = MOST_WIDTH // _PLACES
        columns = (raw >> np.uint64(32)) % np.uint64(block)
        first = block * np.arange(_PLACES, dtype=np.int32)
        places = columns.reshape(width, _PLACES).astype(np.int32) + first
        signs = np.where(raw & np.uint64(1), 1.0, -1.0) / np.sqrt(_PLACES)
        rows = np.arange(0, width * _PLACES + 1, _PLACES)
        shape = (width, MOST_WIDTH)
        self._matrix = csr_matrix(
            (signs.astype(np.float32), places.ravel(), rows), shape=shape
        ).T.tocsr()

    def of(self, embeddings: Numbers) -> Numbers:
        """Return embeddings of `MOST_WIDTH` numbers; each image's depend on that image alone."""
        projected = self._matrix @ np.ascontiguousarray(embeddings.T)
        return np.ascontiguousarray(projected.T, dtype=np.float32)
