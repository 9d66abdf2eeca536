"""What Evidently 0.7 does slowly, or in another order each time, while it makes a report.

Version 0.7.23 collects classes in a set, draws one chart for each statistic of a column and shows
few of them, and builds its pictures through Plotly's checks. The page, the numbers and the snapshot
stay the same but for the looks of traces that no picture has; a test compares them with what
Evidently makes by itself. Whatever else it computes twice takes less than a second of a report on
10,000 rows, and stays as it is.

`drift.evidently.registry` says what each of these functions stands in for. Evidently's insides are
imported where they are used: the source text that was compared before names them, so they exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from drift.evidently.figures import (
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
    from evidently.core.datasets import Dataset, DatasetColumn
    from evidently.legacy.metric_results import HistogramData
    from evidently.legacy.model.widget import BaseWidgetInfo
    from evidently.legacy.options import ColorOptions
    from evidently.metrics.column_statistics import (
        UniqueValueCount,
        UniqueValueCountCalculation,
    )

# Of a column's statistics those whose chart the data summary shows.
_SHOWN = ("Minimal value of", "Unique Value Count")


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
