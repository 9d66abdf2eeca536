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
from drift.evidently.patches import Patch, applied, fingerprint

_STATISTICS = "evidently.metrics.column_statistics"
_SUMMARY = "evidently.presets.dataset_stats"
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
    return (_classes_in_order(), _charts_that_are_shown(), *_of_pictures())


def _classes_in_order() -> Patch:
    return Patch(
        name="the classes of both sides as a set",
        without=_UNORDERED,
        target=f"{_STATISTICS}:UniqueValueCountCalculation._all_unique_values",
        rests_on=(f"{_STATISTICS}:UniqueValueCountCalculation._calculate_value",),
        fingerprints=frozenset({"a22a2ed7c4df4063"}),
        replacement=ours.all_unique_values,
    )


def _charts_that_are_shown() -> Patch:
    return Patch(
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
