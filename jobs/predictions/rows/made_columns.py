"""What rows of the window get in place of cells that are large, and beside cells that are whole."""

from __future__ import annotations

from jobs.predictions.answers.columns import with_answers
from jobs.predictions.cell_images.digests import with_digests
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.rows.batches import RowBatch
from jobs.times.timestamp_parts import Texts


def with_made_columns(batch: RowBatch, needed: NeededColumns) -> Texts:
    """Return rows with digests in place of images, and with the answers in cells as columns."""
    table = batch.table
    if needed.images is not None and not batch.has_digests:
        table = with_digests(table, needed.images)
    return with_answers(table, needed.named)
