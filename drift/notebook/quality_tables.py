"""What labels say of the model, over runs and over weeks, as DataFrames: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from drift.notebook.tables import TIMES, table_of
from reports.findings.model_quality.scores import Estimate
from reports.history.history import HistoryRow
from reports.history.quality_weeks import known_weeks

_SCORES = dict.fromkeys(("score", "low", "high"), "float64")
_QUALITY_DTYPES = {
    "run_id": "str",
    "window_end": TIMES,
    "state": "str",
    "measure": "str",
    **_SCORES,
    "before": "float64",
    "labelled": "int64",
    "newest_end": TIMES,
    "since": TIMES,
    "window_labelled": "int64",
    "window_predictions": "int64",
    "headline": "str",
}
_WEEK_DTYPES = {
    "start": TIMES,
    "end": TIMES,
    "labelled": "int64",
    "predictions": "int64",
    **_SCORES,
    "run_id": "str",
}


def quality_table(rows: Iterable[HistoryRow]) -> pd.DataFrame:
    """Return one row per run that knows labels, in the order given."""
    records = [
        {
            "run_id": row.run_id,
            "window_end": row.end,
            "state": quality.state.value,
            "measure": quality.measure,
            **_scores(quality.score),
            "before": quality.before,
            "labelled": quality.labelled,
            "newest_end": quality.newest_end or None,
            "since": quality.since or None,
            "window_labelled": quality.window_labelled,
            "window_predictions": quality.window_predictions,
            "headline": quality.headline,
        }
        for row in rows
        if (quality := row.model_quality) is not None
    ]
    return table_of(records, _QUALITY_DTYPES)


def week_table(rows: Iterable[HistoryRow]) -> pd.DataFrame:
    """Return one row per week, the oldest first.

    Of several runs that scored a week the last one given counts that knows all of it: see
    `known_weeks`.
    """
    told = [(row.run_id, row.model_quality) for row in rows if row.model_quality is not None]
    records = [
        {
            "start": week.point.start,
            "end": week.point.end,
            "labelled": week.point.labelled,
            "predictions": week.point.predictions,
            **_scores(week.point.score),
            "run_id": told[week.place][0],
        }
        for week in known_weeks(quality for _, quality in told)
    ]
    return table_of(records, _WEEK_DTYPES)


def _scores(score: Estimate | None) -> dict[str, float | None]:
    if score is None:
        return dict.fromkeys(_SCORES)
    return {"score": score.value, "low": score.low, "high": score.high}
