"""What Evidently's page shows of one column: its score, its histogram, its course over the rows."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from evidently.legacy.calculations.data_drift import ColumnDataDriftMetrics
    from evidently.legacy.core import ColumnType
    from evidently.legacy.metric_results import Distribution, ScatterAggField
    from evidently.legacy.options.data_drift import DataDriftOptions

# Evidently's word for a column of numbers.
_NUMBERS = "num"


@dataclass(frozen=True, slots=True)
class ColumnsOnce:
    """The columns of one report; what two of its metrics show of a number is computed once."""

    _known: dict[Hashable, tuple[Distribution, Distribution | None]] = field(default_factory=dict)

    def drift(
        self,
        *,
        current_data: pd.DataFrame,
        reference_data: pd.DataFrame,
        column_name: str,
        column_type: ColumnType,
        options: DataDriftOptions,
        **_unused: object,
    ) -> ColumnDataDriftMetrics:
        """Return what Evidently's `get_one_column_drift` does, as far as `ValueDrift` shows it."""
        from evidently.legacy.calculations import data_drift  # noqa: PLC0415 - in the patches only

        current, reference = (one[column_name].dropna() for one in (current_data, reference_data))
        test = data_drift.get_stattest(
            reference, current, column_type, options.all_features_stattest
        )
        said = test(reference, current, column_type, options.all_features_threshold)
        now, then = self.distributions(
            column_type=column_type.value, current=current, reference=reference
        )
        is_number = column_type.value == _NUMBERS
        return data_drift.ColumnDataDriftMetrics.construct(
            column_name=column_name,
            column_type=column_type.value,
            stattest_name=test.display_name,
            stattest_threshold=said.actual_threshold,
            drift_score=said.drift_score,
            drift_detected=said.drifted,
            current=data_drift.DriftStatsField.construct(distribution=now),
            reference=data_drift.DriftStatsField.construct(distribution=then),
            scatter=_course(current, reference) if is_number else None,
        )

    def distributions(
        self, *, column_type: str, current: pd.Series, reference: pd.Series | None
    ) -> tuple[Distribution, Distribution | None]:
        """Return the histograms of both sides, as Evidently's `get_distribution_for_column`."""
        if column_type != _NUMBERS:
            # Where one side is shorter, the missing ones count as a class in the data summary only.
            return _distributions(column_type, current, reference)
        if current.name not in self._known:
            self._known[current.name] = _distributions(column_type, current, reference)
        return self._known[current.name]


def _distributions(
    column_type: str, current: pd.Series, reference: pd.Series | None
) -> tuple[Distribution, Distribution | None]:
    from evidently.legacy.utils import visualizations  # noqa: PLC0415 - in the patches only

    found: tuple[Distribution, Distribution | None] = visualizations.get_distribution_for_column(
        column_type=column_type, current=current, reference=reference
    )
    return found


def _course(current: pd.Series, reference: pd.Series) -> ScatterAggField:
    """Return the window's means and deviations in bins of its rows, beside the reference's."""
    from evidently.legacy.calculations import data_drift  # noqa: PLC0415 - in the patches only
    from evidently.legacy.utils.visualizations import OPTIMAL_POINTS  # noqa: PLC0415

    places = pd.cut(current.index.to_numpy(), bins=OPTIMAL_POINTS, labels=False)
    values = current.to_numpy()
    counts = np.bincount(places)
    there = np.flatnonzero(counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.bincount(places, weights=values) / counts
        squares = np.bincount(places, weights=(values - means[places]) ** 2)
        deviations = np.sqrt(squares / (counts - 1))
    # One row has no deviation.
    deviations[counts == 1] = np.nan
    points = pd.DataFrame({"per": there, "mean": means[there], "std": deviations[there]})
    mean, deviation = reference.mean(), reference.std()
    return data_drift.ScatterAggField.construct(
        scatter={"current (mean)": points},
        x_name="Index binned",
        plot_shape={"y0": mean - deviation, "y1": mean + deviation},
    )
