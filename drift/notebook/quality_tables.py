"""What labels say of the model, over runs and over weeks, as DataFrames: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pandas as pd

from drift.notebook.tables import TIMES, table_of
from reports.findings.model_quality.quality import QualityPoint
from reports.findings.model_quality.scores import Estimate
from reports.history.history import HistoryRow, parse_time

_SCORES = dict.fromkeys(("score", "low", "high"), "float64")
# A day of the job's own zone begins up to 13 hours before the day in UTC, and up to 10 after it.
_INTO_THE_DAY = timedelta(hours=13)
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

    Of several runs that scored a week the one counts that knows most of its predictions, because
    the first week of a run may have begun before what it scored; of those the last one given, which
    knows most labels.
    """
    weeks: dict[str, tuple[str, QualityPoint]] = {}
    for row in rows:
        for week in () if row.model_quality is None else row.model_quality.weeks:
            key = _week_of(week)
            known = weeks.get(key)
            if known is None or week.predictions >= known[1].predictions:
                weeks[key] = row.run_id, week
    records = [
        {
            "start": week.start,
            "end": week.end,
            "labelled": week.labelled,
            "predictions": week.predictions,
            **_scores(week.score),
            "run_id": run_id,
        }
        for run_id, week in sorted(weeks.values(), key=lambda one: parse_time(one[1].start))
    ]
    return table_of(records, _WEEK_DTYPES)


def _week_of(point: QualityPoint) -> str:
    """Return the week that a point lies in, whichever of its days it holds."""
    year, week, _day = (parse_time(point.start) + _INTO_THE_DAY).isocalendar()
    return f"{year}-{week:02d}"


def _scores(score: Estimate | None) -> dict[str, float | None]:
    if score is None:
        return dict.fromkeys(_SCORES)
    return {"score": score.value, "low": score.low, "high": score.high}
