"""The names that are used of Evidently 0.7, imported together so that the cost is paid once."""

from __future__ import annotations

from evidently import DataDefinition, Dataset, Report
from evidently.legacy.calculations.stattests import StatTest, register_stattest
from evidently.legacy.core import ColumnType
from evidently.metrics import DriftedColumnsCount, RowCount, ValueDrift
from evidently.presets import DataSummaryPreset

from drift.evidently.registry import shortcuts

__all__ = [
    "ColumnType",
    "DataDefinition",
    "DataSummaryPreset",
    "Dataset",
    "DriftedColumnsCount",
    "Report",
    "RowCount",
    "StatTest",
    "ValueDrift",
    "register_stattest",
    "shortcuts",
]
