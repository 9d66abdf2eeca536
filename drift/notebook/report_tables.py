"""What a run's report says, as DataFrames."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from drift.across_runs.find_run import LATEST
from drift.notebook.detector_tables import box_class_table, class_day_table, detector_day_table
from drift.notebook.history_tables import HistoryTables
from drift.notebook.tables import class_table, column_table, offender_table
from drift.notebook.view_tables import novel_table
from jobs.errors import InputError, ObjectMissingError, UsageError
from reports.publishing.latest import LATEST_NAME
from reports.publishing.publish import REPORT_NAME, run_prefix

_IDS_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReportTables(HistoryTables):
    """What the reports of a job tell; `JobReports` has these tables too."""

    def report(self, run_id: str = LATEST) -> dict[str, Any]:
        """Return a run's ``report.json``; docs/report-schema.md describes it.

        Examples
        --------
        >>> job.report()["headline"]
        'Images are blurrier and darker than the reference'

        Raises
        ------
        UsageError
            If there is no such run.
        """
        name = f"{run_prefix(self.prefix, run_id)}/{REPORT_NAME}"
        if run_id == LATEST:
            name = f"{self.prefix}/{LATEST_NAME}"
        try:
            document: dict[str, Any] = json.loads(self.bucket.read(name).data)
        except ObjectMissingError:
            raise UsageError(self._no_such_run(run_id, name)) from None
        except ValueError as error:
            raise InputError(
                f"{self.bucket.url_of(name)} is no report ({error}). Repeat that run."
            ) from None
        return document

    def columns(self, run_id: str = LATEST) -> pd.DataFrame:
        """Return what a run said about each column: one row per feature and prediction column.

        Columns: ``column``, ``about`` (``"images"``, ``"view"``, ``"predictions"``, ``"numbers"``),
        ``unit``, ``state``, ``direction``, ``test``, ``effect``, ``shift``, ``p_value``,
        ``adjusted_p_value``, ``threshold``; ``usual``, ``difference``, ``day_spread``; ``count``,
        ``mean``, ``std`` of ``reference_`` and ``current_`` (NaN for classes); ``note``.

        Examples
        --------
        >>> columns = job.columns().set_index("column")
        >>> columns.loc["mean", ["state", "direction"]].tolist()
        ['drift', 'down']
        >>> columns.loc["mean", ["reference_mean", "current_mean"]].astype(int).tolist()
        [99, 43]
        """
        return column_table(self.report(run_id))

    def classes(self, run_id: str = LATEST) -> pd.DataFrame:
        """Return how often each class was predicted, on either side.

        Columns: ``column``, ``name``, ``reference`` and ``current`` (int64, counts),
        ``reference_share``, ``current_share``, ``usual_share`` (float64, 0 to 1; on normal days).

        Examples
        --------
        >>> job.classes().set_index("name")["current"].to_dict()
        {'collie': 21, 'beagle': 23, 'boxer': 16}
        """
        return class_table(self.report(run_id))

    def offenders(self, run_id: str = LATEST) -> pd.DataFrame:
        """Return the images that stand out, the most unusual first.

        Columns: ``image`` (its path, as `image` takes it), ``id``, ``timestamp``
        (datetime64[us, UTC]), ``score`` (float64, how many times as common), ``because``.

        Examples
        --------
        >>> worst = job.offenders().iloc[0]
        >>> worst["image"], worst["because"]
        ('images/...', 'blurrier (...), blockier from compression or resizing (...)')
        """
        return offender_table(self.report(run_id))

    def novel_images(self, run_id: str = LATEST) -> pd.DataFrame:
        """Return images that are new to the model, those of the largest group first.

        Columns: ``group`` (int64, from 1), ``image`` and ``nearest`` (str; the image, and the one
        of the reference that the model finds most like it), and of the group ``size`` (int64),
        ``share`` (float64, of the images that the model looked at), ``predicted`` (str, the class
        of most of them) and ``predicted_share`` (float64, of the group).

        Examples
        --------
        The job of these examples names no model:

        >>> job.novel_images().empty
        True
        """
        return novel_table(self.report(run_id))

    def detector_days(self, run_id: str = LATEST) -> pd.DataFrame:
        """Return one row per day, as a run knew a detector's labelled images.

        Columns: ``start`` and ``end`` (datetime64[us, UTC]), ``labelled``, ``predictions``,
        ``true_boxes`` and ``predicted_boxes`` (int64; images, and boxes of labelled ones), ``ap``,
        ``ap50``, ``ap75``, ``ar1``, ``ar10``, ``ar100`` and ``mean_iou`` (float64), each with the
        ends of its 95 % interval as ``ap50_low`` and ``ap50_high``; of all images ``boxes``
        (int64), ``lowest_score``, ``mean_score`` and ``highest_score`` (float64).

        Examples
        --------
        The job of these examples has no labels that are boxes:

        >>> job.detector_days().empty
        True
        """
        return detector_day_table(self.report(run_id))

    def detector_classes(self, run_id: str = LATEST) -> pd.DataFrame:
        """Return one row per class of boxes, of the newest days with enough labels.

        Columns: ``name``, ``true_boxes`` and ``predicted_boxes`` (int64), ``ap``, ``ap50`` with
        ``ap50_low`` and ``ap50_high``, ``ap75``, ``ar100``, ``mean_iou`` and ``ap50_before``
        (float64), ``known_to_model`` (bool, whether the model has ever predicted it).

        Examples
        --------
        >>> list(job.detector_classes())[:3]
        ['name', 'true_boxes', 'predicted_boxes']
        """
        return box_class_table(self.report(run_id))

    def detector_class_days(self, run_id: str = LATEST) -> pd.DataFrame:
        """Return one row per day and class, of the classes with the most true boxes.

        Columns: ``start`` and ``end`` (datetime64[us, UTC]), ``name``, ``true_boxes`` (int64),
        ``ap50``, ``ap50_low`` and ``ap50_high`` (float64).

        Examples
        --------
        AP50 by day, a column a class:

        >>> days = job.detector_class_days().pivot(index="start", columns="name", values="ap50")
        >>> days.shape
        (0, 0)
        """
        return class_day_table(self.report(run_id))

    def _no_such_run(self, run_id: str, name: str) -> str:
        ids = [row.run_id for row in self._rows()][-_IDS_NAMED:]
        known = f"The last runs are {', '.join(ids)}." if ids else "No run is published there yet."
        return f"{self.bucket.url_of(name)}: there is no run {run_id!r}. {known}"
