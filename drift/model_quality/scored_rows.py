"""Predictions with what was true of them, row by row."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

COLUMNS = ("moment", "image", "id", "predicted", "true", "confidence", "probability", "version")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRows:
    """Predictions of a stretch of the log, in order of time, with the label where there is one.

    Attributes
    ----------
    table
        One row a prediction, index 0..n-1. Columns: ``moment`` (int64, microseconds since
        1970-01-01 UTC), ``image`` (str or missing: its path in the bucket or its full URI), ``id``
        (str, empty where the log has none), ``predicted`` (str), ``true`` (str or missing, spelled
        as the model spells its classes), ``confidence`` (float64, NaN where missing),
        ``probability`` (float64: that of the true class; NaN where there is no label or the log
        has no probability of it) and ``version`` (str or missing).
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        if tuple(self.table.columns) != COLUMNS:
            raise ValueError(f"columns {list(self.table.columns)}. Expected {list(COLUMNS)}.")

    def __len__(self) -> int:
        return len(self.table)

    @property
    def labelled(self) -> pd.DataFrame:
        """The rows that have a label."""
        return self.table[self.table["true"].notna()]
