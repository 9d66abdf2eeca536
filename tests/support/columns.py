"""Columns to compare, made from arrays."""

import numpy as np
import pandas as pd

from drift.columns import Column, ColumnKind, ColumnRole


def numeric(name: str, reference, current, role: ColumnRole = ColumnRole.FEATURE) -> Column:
    return Column(
        name=name,
        unit="grey levels",
        kind=ColumnKind.NUMERIC,
        role=role,
        reference=pd.Series(np.asarray(reference, dtype="float64")),
        current=pd.Series(np.asarray(current, dtype="float64")),
        supply="Supply it.",
    )


def classes(name: str, reference, current) -> Column:
    return Column(
        name=name,
        unit="share",
        kind=ColumnKind.CLASSES,
        role=ColumnRole.PREDICTION,
        reference=pd.Series(list(reference), dtype="str"),
        current=pd.Series(list(current), dtype="str"),
        supply="Supply it.",
    )
