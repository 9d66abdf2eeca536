"""Says which boxes the window's rows hold, and in which format they are read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drift.remarks.boxes import about_boxes
from drift.setup.check.result import Check, is_ok, look
from jobs.job_file.prediction_settings import LogColumns
from jobs.predictions.rows.rows import PredictionRows


def check_boxes(named: LogColumns, rows: PredictionRows) -> Iterator[Check]:
    """Yield how many boxes there are, and whether they fit the format; nothing without boxes."""
    boxes, settings = rows.boxes, named.boxes
    if boxes is None or settings is None or not len(rows):
        return
    counts = boxes.counts[np.isfinite(boxes.counts)]
    compared = "shares of the image" if boxes.in_shares else "pixels"
    none = f", {int((counts == 0).sum()):,} of them without any" * bool((counts == 0).any())
    yield is_ok(
        "boxes",
        f"{int(counts.sum()):,} boxes of {len(boxes.counts):,} images{none}; read as "
        f"{settings.format} in {settings.unit}, compared in {compared}",
    )
    for remark in about_boxes(rows):
        yield look("boxes", remark.text, "")
