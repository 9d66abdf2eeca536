"""Reports, features and history of a job as DataFrames, for notebooks and scripts.

Everything here only reads: nothing in the bucket is written or changed.

Examples
--------
>>> from drift.notebook import open_job
>>> job = open_job("dogs.toml")                               # doctest: +SKIP
>>> job.history()[["window_end", "verdict", "headline"]]      # doctest: +SKIP
"""

from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from drift.acceptance import LATEST
from drift.notebook_features import window_features
from drift.notebook_tables import (
    class_table,
    column_table,
    effect_table,
    offender_table,
    run_table,
)
from drift.stages import Workplace, open_workplace
from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from jobs.errors import InputError, ObjectMissingError, UsageError
from jobs.image_locations import RefusedLocation
from jobs.job import Job
from jobs.job_file import load_job
from reference_stats.profiles.store import ProfileStore
from reference_stats.thumbnails import thumbnail
from reports.history import HistoryRow, parse_time
from reports.history_store import read_history
from reports.publishing import LATEST_NAME, REPORT_NAME, run_prefix

_IDS_NAMED = 5


def open_job(where: str | Path | Job) -> JobReports:
    """Return what a job has published, for reading.

    Parameters
    ----------
    where
        The job file, whose name ends in ``.toml``; environment variables such as
        ``DRIFT__BUCKET__URL`` override it as in ``drift run``. Or the URL or path of the job's
        folder below `reports.path`, such as ``gs://your-bucket/data_drift_reports/dogs``: then
        `JobReports.features` and pictures are not to be had, because they need the job file.

    Raises
    ------
    JobFileError
        If the job file has faults.
    InputError
        If nothing of a job is in the folder.
    """
    if isinstance(where, Job):
        return _of_job(where)
    if str(where).endswith(".toml"):
        return _of_job(load_job(Path(where), os.environ))
    return _of_folder(str(where))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class JobReports:
    """What a job has published. Made by `open_job`; every call reads the bucket anew.

    Runs are named by their id, as `history` lists them, or ``"latest"`` for the one with the
    greatest window end. All times are UTC. Missing texts and numbers are NaN.

    Attributes
    ----------
    bucket
        The bucket that holds the reports.
    prefix
        The job's folder in it.
    place
        The job and its buckets; None where `open_job` was given a folder.
    """

    bucket: Bucket
    prefix: str
    place: Workplace | None = None

    def __repr__(self) -> str:
        """Return the job's name and the URL of its folder."""
        name = self.prefix.rpartition("/")[2]
        return f"<JobReports of {name!r} in {self.bucket.url_of(self.prefix)}>"

    def history(self) -> pd.DataFrame:
        """Return one row per run, sorted by window end.

        Columns: ``run_id`` (str), ``window_start`` and ``window_end`` (datetime64[us, UTC]),
        ``verdict`` (``"steady"``, ``"drift"`` or ``"inconclusive"``), ``headline`` and ``summary``
        (str), ``images`` (int64, analysed ones), ``largest_effect`` (float64, reference standard
        deviations), ``false_alarm_rate`` (float64), ``profile_id`` (str), ``accepted`` (bool).
        """
        return run_table(self._rows())

    def effects(self) -> pd.DataFrame:
        """Return one row per run and column: how far the column had moved.

        Columns: ``run_id``, ``window_end``, ``column``, ``state``, ``effect`` and ``direction`` as
        in the report, ``deviations`` (float64, the size of the effect in reference standard
        deviations; a share counts as the deviations that matter as much), ``shift`` (float64, the
        move of the mean in reference standard deviations, with its sign; NaN for classes).
        """
        return effect_table(self._rows())

    def report(self, run_id: str = LATEST) -> dict[str, Any]:
        """Return a run's ``report.json``; docs/report-schema.md describes it.

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

        Columns: ``column``, ``about`` (``"images"`` or ``"predictions"``), ``unit``, ``state``,
        ``direction``, ``test``, ``effect``, ``shift``, ``p_value``, ``adjusted_p_value``,
        ``threshold``, then count, mean and standard deviation of ``reference_`` and ``current_``
        in the column's own unit (float64, NaN for classes), and ``note``.
        """
        return column_table(self.report(run_id))

    def classes(self, run_id: str = LATEST) -> pd.DataFrame:
        """Return how often each class was predicted, on either side.

        Columns: ``column``, ``name``, ``reference`` and ``current`` (int64, counts),
        ``reference_share`` and ``current_share`` (float64, 0 to 1).
        """
        return class_table(self.report(run_id))

    def offenders(self, run_id: str = LATEST) -> pd.DataFrame:
        """Return the images that stand out, the most unusual first.

        Columns: ``image`` (its path, as `image` takes it), ``id``, ``timestamp``
        (datetime64[us, UTC]), ``score`` (float64, larger is more unusual), ``because``.
        """
        return offender_table(self.report(run_id))

    def features(self, run_id: str = LATEST, *, compute: bool = False) -> pd.DataFrame:
        """Return the log's rows of a run's window with the features of their images.

        The log is read again, so rows that arrived since are there too; rows whose image may not
        be read at all are not. Columns: ``timestamp`` (datetime64[us, UTC]), ``id``,
        ``prediction``, ``label`` and ``client`` (str), ``confidence`` and probabilities (float64)
        as the job file names them, ``image`` (its path), the log's other columns as text,
        ``problem`` (str, why there are no features; empty where there are), and one float64 column
        per feature in its own unit, see docs/features.md.

        Parameters
        ----------
        compute
            Whether images that the feature cache does not know are read and computed now, which
            is not remembered. Otherwise no image is read.

        Raises
        ------
        UsageError
            If there is no such run, or `open_job` was not given a job file.
        ObjectError
            If the log cannot be read.
        """
        place = self._place("features")
        span = self.report(run_id)["window"]
        start, end = parse_time(span["start"]), parse_time(span["end"])
        return window_features(place, start, end, compute=compute)

    def reference(self, run_id: str = LATEST) -> pd.DataFrame:
        """Return the features of the reference images that a run was compared with.

        One row per image and one float64 column per feature; the column ``image`` (str) comes
        first where the profile knows the images' names. Works without a job file.

        Raises
        ------
        UsageError
            If there is no such run.
        ObjectError
            If the run's profile is not there any more.
        """
        store = ProfileStore(bucket=self.bucket, folder=f"{self.prefix}/profiles")
        profile = store.load(self.report(run_id)["profile"]["id"])
        features = profile.features.reset_index(drop=True)
        if profile.records is None:
            return features
        names = profile.records["image"].reset_index(drop=True).astype("str")
        return pd.concat([names, features], axis=1)

    def image(self, path: str, *, small: bool = False) -> Image.Image:
        """Return an image as it is stored, or as an upright thumbnail.

        Parameters
        ----------
        path
            As in `offenders`, `features` and `reference`.
        small
            A thumbnail of at most 160 pixels a side, in RGB.

        Raises
        ------
        UsageError
            If the path is outside of `images.allowed_prefixes`, or `open_job` was not given a job
            file.
        InputError
            If the image is missing or cannot be read.
        """
        place = self._place("images")
        location = place.locator.resolve(path)
        if isinstance(location, RefusedLocation):
            raise UsageError(f"{path}: {location.reason}. Allow its prefix in the job file.")
        bucket = place.open_bucket(location.bucket_url)
        data = bucket.read(location.name, place.job.images.max_bytes).data
        picture = _picture(thumbnail(data) if small else data)
        if picture is None:
            raise InputError(f"{location.path} is no image that can be read, or is damaged.")
        return picture

    def _rows(self) -> tuple[HistoryRow, ...]:
        return read_history(self.bucket, self.prefix)

    def _place(self, wanted: str) -> Workplace:
        if self.place is None:
            raise UsageError(
                f"The {wanted} cannot be found from the reports alone: the job file says where "
                'the log and the images are. Open it instead: open_job("dogs.toml").'
            )
        return self.place

    def _no_such_run(self, run_id: str, name: str) -> str:
        ids = [row.run_id for row in self._rows()][-_IDS_NAMED:]
        known = f"The last runs are {', '.join(ids)}." if ids else "No run is published there yet."
        return f"{self.bucket.url_of(name)}: there is no run {run_id!r}. {known}"


def _of_job(job: Job) -> JobReports:
    place = open_workplace(job, writes=False)
    return JobReports(bucket=place.bucket, prefix=place.prefix, place=place)


def _of_folder(url: str) -> JobReports:
    above, _, name = url.rstrip("/").rpartition("/")
    reports = None
    if "://" not in url:
        folder = Path(url).expanduser().absolute()
        if folder.is_dir():
            reports = JobReports(bucket=open_bucket(str(folder.parent)), prefix=folder.name)
    elif not above.endswith(":/"):
        reports = JobReports(bucket=open_bucket(above), prefix=name)
    if reports is None or not _is_published(reports):
        raise InputError(
            f"{url}: no job has published anything there. Expected a job file such as dogs.toml, "
            "or the folder of a job below reports.path, which holds latest.json, such as "
            "gs://your-bucket/data_drift_reports/dogs."
        )
    return reports


def _picture(data: bytes | None) -> Image.Image | None:
    if data is None:
        return None
    try:
        picture = Image.open(io.BytesIO(data))
        picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # What Pillow's decoders raise on damaged files, and on files that are no images.
        return None
    return picture


def _is_published(reports: JobReports) -> bool:
    try:
        reports.bucket.info(f"{reports.prefix}/{LATEST_NAME}")
    except ObjectMissingError:
        return False
    return True
