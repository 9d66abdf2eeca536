"""Which test a column of each kind gets."""

from __future__ import annotations

from drift.columns import ColumnKind
from drift.methods.chi_square import CHI_SQUARE
from drift.methods.kolmogorov_smirnov import KOLMOGOROV_SMIRNOV
from drift.methods.method import DriftMethod

METHODS: dict[ColumnKind, DriftMethod] = {
    ColumnKind.NUMERIC: KOLMOGOROV_SMIRNOV,
    ColumnKind.CLASSES: CHI_SQUARE,
}
