"""All patches of Evidently: what each replaces, and which source text it was written for.

``python -m drift.evidently.registry`` prints what the installed Evidently has there, for whoever
takes a newer version; see docs/extending.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from drift.evidently import shortcuts as ours
from drift.evidently.columns import ColumnsOnce
from drift.evidently.patches import Patch, applied, fingerprint

_DATASETS = "evidently.core.datasets"
_STATISTICS = "evidently.metrics.column_statistics"
_SUMMARY = "evidently.presets.dataset_stats"
_TABLES = "evidently.legacy.metrics.data_integrity.dataset_summary_metric"
_DRIFT = "evidently.legacy.metrics.data_drift.dataset_drift_metric"
_PICTURES = "evidently.legacy.utils.visualizations"
_WIDGETS = "evidently.legacy.renderers.html_widgets"

_SLOWER = "slower"
_LARGER = "slower, and a larger evidently.html"
_UNORDERED = "the classes may stand in another order when a run is repeated"


@contextmanager
def shortcuts() -> Iterator[None]:
    """Replace parts of Evidently for as long as a report is made."""
    with applied(patches()):
        yield


def patches() -> tuple[Patch, ...]:
    """Return the patches for one report."""
    columns = ColumnsOnce()
    return (
        *_of_statistics(),
        *_of_each_statistic(),
        *_of_tables(),
        *_of_columns(columns),
        *_of_pictures(),
    )


def _of_statistics() -> tuple[Patch, ...]:
    return (
        Patch(
            name="statistics of each column that the report never reads",
            without=_SLOWER,
            target=f"{_DATASETS}:PandasDataset._collect_stats",
            rests_on=(
                f"{_DATASETS}:PandasDataset.__init__",
                "evidently.metrics.dataset_statistics",
                _STATISTICS,
                _SUMMARY,
            ),
            fingerprints=frozenset({"f354fe3fe031733d"}),
            replacement=ours.no_statistics,
        ),
        Patch(
            name="the classes of both sides as a set",
            without=_UNORDERED,
            target=f"{_STATISTICS}:UniqueValueCountCalculation._all_unique_values",
            rests_on=(f"{_STATISTICS}:UniqueValueCountCalculation._calculate_value",),
            fingerprints=frozenset({"a22a2ed7c4df4063"}),
            replacement=ours.all_unique_values,
        ),
    )


def _of_each_statistic() -> tuple[Patch, ...]:
    return (
        Patch(
            name="a chart of every statistic of a column",
            without=_SLOWER,
            target=f"{_STATISTICS}:distribution",
            rests_on=(
                f"{_STATISTICS}:StatisticsCalculation.calculate",
                f"{_STATISTICS}:MinValueCalculation.display_name",
                f"{_STATISTICS}:UniqueValueCountCalculation.calculate",
                f"{_STATISTICS}:UniqueValueCountCalculation.display_name",
                _SUMMARY,
            ),
            fingerprints=frozenset({"9ba5903fe31ea2fd"}),
            replacement=ours.draw_if_shown,
            wraps=True,
        ),
        Patch(
            name="quantiles of a column",
            without=_SLOWER,
            target=f"{_STATISTICS}:QuantileValueCalculation.calculate_value",
            fingerprints=frozenset({"231b82341817da16"}),
            replacement=ours.quantile,
        ),
    )


def _of_tables() -> tuple[Patch, ...]:
    return (
        Patch(
            name="the search for equal columns",
            without=_SLOWER,
            target=f"{_TABLES}:get_number_of_duplicated_columns",
            fingerprints=frozenset({"e59ac37f5035c65d"}),
            replacement=ours.duplicated_columns,
        ),
        Patch(
            name="the search for constant columns",
            without=_SLOWER,
            target=f"{_TABLES}:get_number_of_constant_columns",
            fingerprints=frozenset({"48fc8db2ff7fd20c"}),
            replacement=ours.constant_columns,
        ),
        Patch(
            name="the search for nearly constant columns",
            without=_SLOWER,
            target=f"{_TABLES}:get_number_of_almost_constant_columns",
            fingerprints=frozenset({"829e1f373d53771e"}),
            replacement=ours.almost_constant_columns,
        ),
        Patch(
            name="the search for nearly equal columns",
            without=_SLOWER,
            target=f"{_TABLES}:get_number_of_almost_duplicated_columns",
            fingerprints=frozenset({"8c36f80db3007b82"}),
            replacement=ours.almost_duplicated_columns,
        ),
    )


def _of_columns(columns: ColumnsOnce) -> tuple[Patch, ...]:
    return (
        Patch(
            name="a second test of each column, to count those that drifted",
            without=_SLOWER,
            target=f"{_STATISTICS}:DriftedColumnCalculation.calculate",
            rests_on=(
                f"{_STATISTICS}:DriftedColumnCalculation.legacy_metric",
                f"{_STATISTICS}:DriftedColumnCalculation.calculate_value",
                f"{_STATISTICS}:ValueDriftCalculation.calculate",
                f"{_DRIFT}:DatasetDriftMetric.calculate",
                f"{_DRIFT}:get_drift_for_columns",
                "evidently.core.report:Context.calculate_metric",
            ),
            fingerprints=frozenset({"d9570d91ca7e6b0f"}),
            replacement=ours.count_drifted,
        ),
        Patch(
            name="a copy of the whole table for the test of each column",
            without=_SLOWER,
            target=f"{_STATISTICS}:get_one_column_drift",
            rests_on=(
                f"{_STATISTICS}:ValueDriftCalculation.calculate",
                f"{_STATISTICS}:ValueDriftCalculation._render",
                f"{_PICTURES}:get_distribution_for_column",
                f"{_PICTURES}:prepare_df_for_time_index_plot",
            ),
            fingerprints=frozenset({"50cd6070da1fb935"}),
            replacement=columns.drift,
        ),
        Patch(
            name="the histogram of a column a second time",
            without=_SLOWER,
            target=f"{_STATISTICS}:get_distribution_for_column",
            fingerprints=frozenset({"06ecedf6857da7b0"}),
            replacement=columns.distributions,
        ),
    )


def _of_pictures() -> tuple[Patch, ...]:
    widgets = (f"{_WIDGETS}:GraphData.figure", f"{_WIDGETS}:plotly_graph")
    return (
        Patch(
            name="histograms through all checks of Plotly",
            without=_LARGER,
            target=f"{_STATISTICS}:plot_distr_with_perc_button",
            rests_on=(
                f"{_STATISTICS}:distribution",
                f"{_STATISTICS}:ValueDriftCalculation._render",
                f"{_PICTURES}:add_traces_with_perc",
                f"{_PICTURES}:collect_updatemenus",
                *widgets,
            ),
            fingerprints=frozenset({"54527fae508b80f9"}),
            replacement=ours.bars,
        ),
        Patch(
            name="the course of a column through all checks of Plotly",
            without=_LARGER,
            target=f"{_STATISTICS}:plot_agg_line_data",
            rests_on=(
                f"{_STATISTICS}:ValueDriftCalculation._render",
                f"{_PICTURES}:collect_traces",
                f"{_PICTURES}:get_traces",
                f"{_PICTURES}:rect_trace",
                *widgets,
            ),
            fingerprints=frozenset({"4834244acbd7cb6d"}),
            replacement=ours.course,
        ),
    )


def main() -> None:
    """Print the fingerprints of the installed Evidently; fail where a patch does not fit it."""
    lines, differing = [f"Evidently {version('evidently')}"], 0
    for patch in patches():
        found = fingerprint(patch)
        fits = found in patch.fingerprints
        differing += not fits
        state = "as recorded" if fits else f"recorded: {', '.join(sorted(patch.fingerprints))}"
        lines.append(f"{found or 'not there':{_WIDTH}}  {patch.target}  ({state})")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(1 if differing else 0)


_WIDTH = 16

if __name__ == "__main__":
    main()
