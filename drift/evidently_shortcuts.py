"""What Evidently 0.7 computes again and again while it makes a report, computed once.

Version 0.7.23 tests every column a second time to count those that drifted, draws one chart for
each statistic of a column and shows one of them, copies the whole table for each column, compares
all pairs of columns through pandas, and builds its pictures through Plotly's checks. The page, the
numbers and the snapshot stay the same but for the looks of traces that no picture has; a test
compares them with what Evidently makes by itself.

`drift.evidently_registry` says what each of these functions stands in for. Evidently's insides are
imported where they are used: the source text that was compared before names them, so they exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from drift.evidently_figures import (
    BARS,
    LINES,
    Band,
    Json,
    PlainFigure,
    histogram,
    line_over_band,
    used_looks,
)

if TYPE_CHECKING:
    from evidently.core.datasets import ColumnStats, Dataset, DatasetColumn, PandasDataset
    from evidently.core.metric_types import CountValue
    from evidently.core.report import Context
    from evidently.legacy.metric_results import HistogramData
    from evidently.legacy.model.widget import BaseWidgetInfo
    from evidently.legacy.options import ColorOptions
    from evidently.metrics.column_statistics import (
        DriftedColumnCalculation,
        QuantileValueCalculation,
        UniqueValueCount,
        UniqueValueCountCalculation,
    )

_FIRST_ROWS = 64
# Of a column's statistics those whose chart the data summary shows.
_SHOWN = ("Minimal value of", "Unique Value Count")


def no_statistics(_table: PandasDataset, _kind: object, _values: pd.Series) -> ColumnStats:
    """Return no statistics of a column: the metrics of a report compute their own."""
    from evidently.core import datasets  # noqa: PLC0415 - see above

    return datasets.ColumnStats(
        general_stats=datasets.GeneralColumnStats(missing_values=datasets.StatCountValue(0, 0)),
        numerical_stats=None,
        categorical_stats=None,
    )


def all_unique_values(
    calculation: UniqueValueCountCalculation, current: Dataset, reference: Dataset | None
) -> dict[object, None]:
    """Return the classes of both sides in a fixed order.

    Evidently's set has an order that changes with the process's hash seed: its page and its JSON
    would differ between two runs of the same input.
    """
    metric: UniqueValueCount = calculation.metric
    tables = [side.as_dataframe() for side in (current, reference) if side is not None]
    values = pd.concat([table[metric.column] for table in tables]).unique()
    return dict.fromkeys(sorted(values, key=str))


def draw_if_shown(
    draw: Callable[[str, DatasetColumn, DatasetColumn | None], list[BaseWidgetInfo]],
    title: str,
    current: DatasetColumn,
    reference: DatasetColumn | None,
) -> list[BaseWidgetInfo]:
    """Return the chart of a statistic where the page shows it, and nothing elsewhere."""
    return draw(title, current, reference) if title.startswith(_SHOWN) else []


def count_drifted(
    calculation: DriftedColumnCalculation,
    context: Context,
    _current: Dataset,
    _reference: Dataset | None,
) -> CountValue:
    """Return how many columns drifted, from the report's own metric of each."""
    from evidently.metrics import ValueDrift  # noqa: PLC0415 - see above

    metrics = [one for one in context.configuration.items() if isinstance(one, ValueDrift)]
    scores = [context.calculate_metric(one.to_calculation()).value for one in metrics]
    drifted = sum(score < one.threshold for score, one in zip(scores, metrics, strict=True))
    return calculation.result(drifted, drifted / len(metrics))


def quantile(calculation: QuantileValueCalculation, column: DatasetColumn) -> float:
    """Return a quantile of the values that are known."""
    values = column.data.to_numpy()
    return float(np.quantile(values[~np.isnan(values)], calculation.metric.quantile))


def duplicated_columns(table: pd.DataFrame) -> int:
    """Return how many pairs of columns are equal, missing values included."""
    columns = [column for _, column in table.items()]
    # Columns that are not equal mostly differ at once.
    first = [column.iloc[:_FIRST_ROWS] for column in columns]
    return sum(
        first[one].equals(first[other]) and columns[one].equals(columns[other])
        for one, other in combinations(range(len(columns)), 2)
    )


def constant_columns(table: pd.DataFrame) -> int:
    """Return how many columns have one value at most, missing ones aside."""
    known = (column.dropna() for _, column in table.items())
    return sum(column.empty or bool((column == column.iloc[0]).all()) for column in known)


def almost_constant_columns(table: pd.DataFrame, threshold: float) -> int:
    """Return how many columns have one value in a part `threshold` of the rows or more."""
    return sum(
        _most_frequent(column.dropna()) / len(table) >= threshold for _, column in table.items()
    )


def _most_frequent(column: pd.Series) -> int:
    """Return how often the most frequent value occurs."""
    if column.empty:
        return 0
    if column.dtype == object:
        return int(column.value_counts().iloc[0])
    ascending = np.sort(column.to_numpy())
    starts = np.flatnonzero(np.append(True, ascending[1:] != ascending[:-1]))
    return int(np.diff(np.append(starts, len(ascending))).max())


def almost_duplicated_columns(table: pd.DataFrame, threshold: float) -> int:
    """Return how many pairs of columns agree in at least a part `threshold` of the rows."""
    columns = [column.to_numpy() for _, column in table.items()]
    pairs = ((one, other) for one, other in combinations(columns, 2) if one.dtype == other.dtype)
    return sum(
        int(np.count_nonzero(one == other)) / len(table) >= threshold for one, other in pairs
    )


@cache
def _looks(kind: str) -> Json:
    from evidently.legacy.utils import visualizations  # noqa: PLC0415 - see above

    return used_looks(visualizations.go.Figure().to_plotly_json()["layout"]["template"], kind)


def bars(  # noqa: PLR0913 - Evidently's signature
    *,
    hist_curr: HistogramData,
    hist_ref: HistogramData | None,
    yaxis_name: str,
    yaxis_name_perc: str,
    color_options: ColorOptions,
    current_name: str = "current",
    reference_name: str = "reference",
    **_unused: object,
) -> PlainFigure:
    """Return the picture of a column's histogram on both sides."""
    now, then = color_options.get_current_data_color(), color_options.get_reference_data_color()
    sides = [(current_name, now, hist_curr), (reference_name, then, hist_ref)]
    return histogram(
        [(name, colour, side.x, side.count) for name, colour, side in sides if side is not None],
        titles=(yaxis_name, yaxis_name_perc),
        template=_looks(BARS),
    )


def course(  # noqa: PLR0913 - Evidently's signature
    *,
    curr_data: dict[str, pd.DataFrame],
    line: float,
    std: float,
    line_name: str,
    xaxis_name: str,
    yaxis_name: str,
    color_options: ColorOptions,
    **_unused: object,
) -> PlainFigure:
    """Return the picture of a column's course over the rows of the window."""
    ((name, points),) = curr_data.items()
    band = Band(
        name=line_name,
        middle=line,
        half_width=std,
        line_colour=color_options.zero_line_color,
        fill_colour=color_options.fill_color,
    )
    return line_over_band(
        name,
        points,
        color_options.get_current_data_color(),
        band,
        titles=(xaxis_name, yaxis_name),
        template=_looks(LINES),
    )
