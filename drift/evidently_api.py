"""The names that are used of Evidently 0.7, imported together so that the cost is paid once."""

from evidently import DataDefinition, Dataset, Report
from evidently.legacy.calculations.stattests import StatTest, register_stattest
from evidently.legacy.core import ColumnType
from evidently.metrics import ValueDrift
from evidently.presets import DataSummaryPreset

__all__ = [
    "ColumnType",
    "DataDefinition",
    "DataSummaryPreset",
    "Dataset",
    "Report",
    "StatTest",
    "ValueDrift",
    "register_stattest",
]
