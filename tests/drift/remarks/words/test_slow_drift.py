"""The sentence of the trend: the column that moved most clearly, since when, how many more."""

import pytest

from drift.across_runs.trend import RUN_LENGTH, SlowMoves
from drift.remarks.words.slow_drift import told_trend
from reports.findings.answers import State
from reports.findings.runs import TrendColumn


def moved(name, shift):
    return TrendColumn(
        name=name,
        direction="up" if shift > 0 else "down",
        evidence=2_000.0,
        shift=shift,
        since="2025-05-14T00:00:00Z",
    )


@pytest.mark.parametrize(
    ("others", "more"), [(0, ""), (1, ", and 1 more column"), (3, ", and 3 more columns")]
)
def test_a_slow_drift_names_its_clearest_column_and_counts_the_others(others, more):
    columns = (moved("light", -0.314), *(moved(f"column {n}", 0.2) for n in range(others)))
    found = SlowMoves(state=State.DRIFT, runs=1_200, evidence=2_000.0, columns=columns)
    told = told_trend(found)
    assert told.summary == (
        f"Slow drift since 14 May 2025: light down by 0.31 \N{GREEK SMALL LETTER SIGMA} on "
        f"average{more}."
    )
    assert (told.columns, told.evidence, told.run_length) == (columns, 2_000.0, RUN_LENGTH)


def test_without_slow_drift_it_says_over_how_many_runs():
    told = told_trend(SlowMoves(state=State.STEADY, runs=1_200, evidence=0.1))
    assert told.summary == "No slow drift over the last 1,200 runs."
