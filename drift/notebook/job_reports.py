"""Reports, features and history of a job as DataFrames, for notebooks and scripts.

Everything here only reads: nothing in the bucket is written or changed.

The examples are of a job that has published two days, of which the second one was too dark::

    from drift.notebook import open_job

    job = open_job("job.toml")
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import pandas as pd
from PIL import Image

from drift.across_runs.find_run import LATEST
from drift.notebook.features import window_features
from drift.notebook.report_tables import ReportTables
from drift.workplace import Workplace
from jobs.errors import InputError, UsageError
from jobs.images.locations import RefusedLocation
from reference_stats.decoding.thumbnails import thumbnail
from reference_stats.profiles.store import ProfileStore
from reports.history.history import parse_time


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class JobReports(ReportTables):
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

    place: Workplace | None = None

    def __repr__(self) -> str:
        """Return the job's name and the URL of its folder."""
        name = self.prefix.rpartition("/")[2]
        return f"<JobReports of {name!r} in {self.bucket.url_of(self.prefix)}>"

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

        Examples
        --------
        What each class was predicted from, and the images that could not be read:

        >>> rows = job.features()
        >>> rows.groupby("prediction")["mean"].median().astype(int).to_dict()
        {'beagle': 43, 'boxer': 43, 'collie': 43}
        >>> rows[rows["problem"] != ""]["problem"].tolist()
        ['not in the feature cache', 'not an image']
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

        Examples
        --------
        >>> int(job.reference()["mean"].mean()), int(job.features()["mean"].mean())
        (99, 43)
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

        Examples
        --------
        >>> job.image(job.offenders()["image"].iloc[0]).size
        (112, 96)
        """
        place = self._place("images")
        location = place.locator.resolve(path)
        if isinstance(location, RefusedLocation):
            raise UsageError(f"{path}: {location.reason}. Allow its prefix in the job file.")
        bucket = place.open_bucket(location.bucket_url)
        data = bucket.read(location.name, place.job.image_rules.max_bytes).data
        picture = _picture(thumbnail(data) if small else data)
        if picture is None:
            raise InputError(f"{location.path} is no image that can be read, or is damaged.")
        return picture

    def _place(self, wanted: str) -> Workplace:
        if self.place is None:
            raise UsageError(
                f"The {wanted} cannot be found from the reports alone: the job file says where "
                'the log and the images are. Open it instead: open_job("dogs.toml").'
            )
        return self.place


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
