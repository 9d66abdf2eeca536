"""The names that are used of Evidently 0.7, imported together so that the cost is paid once."""

from __future__ import annotations

import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.core.datasets import DatasetColumn
from evidently.legacy.calculations.stattests import StatTest, register_stattest
from evidently.legacy.core import ColumnType
from evidently.legacy.model.widget import BaseWidgetInfo
from evidently.metrics import DriftedColumnsCount, ValueDrift, column_statistics
from evidently.metrics.column_statistics import UniqueValueCount, UniqueValueCountCalculation
from evidently.presets import DataSummaryPreset

__all__ = [
    "ColumnType",
    "DataDefinition",
    "DataSummaryPreset",
    "Dataset",
    "DriftedColumnsCount",
    "Report",
    "StatTest",
    "ValueDrift",
    "register_stattest",
]


def _all_unique_values(
    calculation: UniqueValueCountCalculation, current: Dataset, reference: Dataset | None
) -> dict[object, None]:
    """Return the classes of both sides in a fixed order."""
    metric: UniqueValueCount = calculation.metric
    tables = [side.as_dataframe() for side in (current, reference) if side is not None]
    values = pd.concat([table[metric.column] for table in tables]).unique()
    return dict.fromkeys(sorted(values, key=str))


# Evidently collects the classes in a set, whose order changes with the process's hash seed: its
# page and its JSON would differ between two runs of the same input.
UniqueValueCountCalculation._all_unique_values = _all_unique_values  # noqa: SLF001


_draw = column_statistics.distribution
_SHOWN = ("Minimal value of", "Unique Value Count")


def _draw_if_shown(
    title: str, current: DatasetColumn, reference: DatasetColumn | None
) -> list[BaseWidgetInfo]:
    drawn: list[BaseWidgetInfo] = []
    return _draw(title, current, reference) if title.startswith(_SHOWN) else drawn


# Evidently draws the same chart for each statistic of a column and shows it once: drawing the one
# that is shown gives the same page in less than half of the time.
column_statistics.distribution = _draw_if_shown
