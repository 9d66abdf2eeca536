"""Collects the images in the log and no rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.predictions.cell_images.digests import with_digests
from jobs.predictions.rows.batches import RowBatch
from jobs.predictions.rows.collector import WindowCollector


@dataclass(slots=True)
class ImageCollector(WindowCollector):
    """Gives the images of some lines to `keep_image`, and keeps no row.

    Attributes
    ----------
    lines
        The lines whose images are wanted; None for all.
    """

    lines: frozenset[int] | None = None

    def add(self, batch: RowBatch) -> None:
        """Give the images of the wanted lines away, unless the reader did so itself."""
        images = self.needed.images
        if images is None or batch.has_digests:
            return
        chosen = batch
        if self.lines is not None:
            lines = np.fromiter(self.lines, np.int64, len(self.lines))
            chosen = batch.take(np.flatnonzero(np.isin(batch.lines, lines)))
        if len(chosen):
            with_digests(chosen.table.select([images]), images, self.keep_image)
