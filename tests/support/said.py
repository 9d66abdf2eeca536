"""What a model said of images, as the two sides of a comparison; no image is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.columns.logged.predictions import Said, prediction_columns, prediction_rows
from drift.observations.unit_rows import RowUnits

Boxes = Mapping[str, Sequence[tuple[str | None, float]]]


def said(boxes: Boxes) -> Said:
    """Return what a log says that has one row a box: class and confidence, by image."""
    rows = [(image, *box) for image, found in boxes.items() for box in found]
    images = np.array([row[0] for row in rows], dtype=object)
    table = pd.DataFrame(
        {
            "prediction": pd.Series([row[1] for row in rows], dtype="str"),
            "confidence": np.array([row[2] for row in rows], dtype="float64"),
        }
    )
    return Said.of(table, RowUnits.of(pd.factorize(images)[0]), images)


def one_each(classes: Sequence[str | None], start: str = "") -> Said:
    """Return what a log says that has one row an image."""
    return said({f"{start}{place}": [(one, 0.5)] for place, one in enumerate(classes)})


def lined_up_predictions(reference: Said, current: Said) -> LinedUp:
    """Return the columns of predictions alone."""
    columns = prediction_columns(reference, current)
    rows = {ColumnRole.PREDICTION: prediction_rows(reference, current, columns)}
    return LinedUp(columns=tuple(columns), rows=rows)
