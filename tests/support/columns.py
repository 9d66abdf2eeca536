"""Columns to compare, made from arrays."""

from typing import Any

import numpy as np
import pandas as pd

from drift.comparison.columns.columns import AlignedRows, Column, ColumnKind, ColumnRole, LinedUp


def numeric(
    name: str, reference: Any, current: Any, role: ColumnRole = ColumnRole.FEATURE
) -> Column:
    return Column(
        name=name,
        unit="grey levels",
        kind=ColumnKind.NUMERIC,
        role=role,
        reference=pd.Series(np.asarray(reference, dtype="float64")),
        current=pd.Series(np.asarray(current, dtype="float64")),
        supply="Supply it.",
    )


def classes(name: str, reference: Any, current: Any) -> Column:
    return Column(
        name=name,
        unit="share",
        kind=ColumnKind.CLASSES,
        role=ColumnRole.PREDICTION,
        reference=pd.Series(list(reference), dtype="str"),
        current=pd.Series(list(current), dtype="str"),
        supply="Supply it.",
    )


def lined_up(*columns: Column) -> LinedUp:
    """Line columns up row by row; shorter ones miss values at the end."""
    rows = {}
    for role in ColumnRole:
        ours = [column for column in columns if column.role is role]
        rows[role] = AlignedRows(
            reference=pd.DataFrame({column.name: column.reference for column in ours}),
            current=pd.DataFrame({column.name: column.current for column in ours}),
        )
    return LinedUp(columns=columns, rows=rows)
