"""The history of a job as DataFrames: its runs, how far columns moved, and the model's quality."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from drift.notebook.quality_tables import quality_table, week_table
from drift.notebook.tables import effect_table, run_table
from jobs.buckets.bucket import Bucket
from reports.history.history import HistoryRow
from reports.history.store import read_history


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HistoryTables:
    """What the history of a job tells; `JobReports` has these tables too.

    Attributes
    ----------
    bucket
        The bucket that holds the reports.
    prefix
        The job's folder in it.
    """

    bucket: Bucket
    prefix: str

    def history(self) -> pd.DataFrame:
        """Return one row per run, sorted by window end.

        Columns: ``run_id`` (str), ``window_start`` and ``window_end`` (datetime64[us, UTC]),
        ``verdict`` (``"steady"``, ``"drift"`` or ``"inconclusive"``), ``headline`` and ``summary``
        (str), ``images`` (int64, analysed ones), ``largest_effect`` (float64, reference standard
        deviations), ``false_alarm_rate`` (float64), ``profile_id``, ``accepted``, ``rejected``.

        Examples
        --------
        >>> history = job.history()
        >>> dict(zip(history["window_end"].dt.day_name(), history["verdict"]))
        {'Tuesday': 'steady', 'Wednesday': 'drift'}
        """
        return run_table(self._rows())

    def effects(self) -> pd.DataFrame:
        """Return one row per run and column: how far the column had moved.

        Columns: ``run_id``, ``window_end``, ``column``, ``state``, ``effect`` and ``direction`` as
        in the report, ``deviations`` (float64, the size of the effect in reference standard
        deviations; a share counts as the deviations that matter as much), ``shift`` (float64, the
        move of the mean in reference standard deviations, with its sign; NaN for classes).

        Examples
        --------
        The course of one column, run by run:

        >>> effects = job.effects()
        >>> effects[effects["column"] == "mean"]["shift"].round(1).tolist()
        [0.3, -1.4]
        """
        return effect_table(self._rows())

    def quality(self) -> pd.DataFrame:
        """Return one row per run of a job with labels: what they said of the model then.

        Columns: ``run_id``, ``window_end``, ``state`` (``"holds"``, ``"dropped"``, ``"unknown"``),
        ``measure`` (``"accuracy"``, or a detector's ``"ap50"``), ``score``, ``low`` and ``high``
        (float64, of the newest days with enough labels, with a 95 % interval), ``before`` (float64,
        what that is compared with),
        ``labelled`` (int64), ``newest_end`` and ``since`` (datetime64[us, UTC], the end of those
        days, and the first day of a drop), ``window_labelled`` and ``window_predictions`` (int64,
        of the run's own window), ``headline``.

        Examples
        --------
        The job of these examples has no labels:

        >>> job.quality().empty
        True
        """
        return quality_table(self._rows())

    def quality_weeks(self) -> pd.DataFrame:
        """Return one row per week that runs scored, by the newest run that knows the whole week.

        Columns: ``start`` and ``end`` (datetime64[us, UTC]; the first and the last week may hold
        fewer days), ``labelled`` and ``predictions`` (int64), ``score``, ``low`` and ``high``
        (float64, NaN without labels), ``run_id`` (the run that said so). Labels come late, so that
        a later run knows more of a week than an earlier one.

        Examples
        --------
        >>> list(job.quality_weeks())[:4]
        ['start', 'end', 'labelled', 'predictions']
        """
        return week_table(self._rows())

    def _rows(self) -> tuple[HistoryRow, ...]:
        return read_history(self.bucket, self.prefix)
