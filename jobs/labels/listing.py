"""Which objects may hold labels, found by listing alone: cheap enough for every run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from jobs.buckets.bucket import Bucket
from jobs.errors import BucketAccessError, InputError, ObjectError, UnsafeNameError, UsageError
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.labels import UnreadLabels
from jobs.labels.places import LabelPlace, label_place
from jobs.predictions.selection.choose import NamedObject, objects_of_days
from jobs.times.timestamps import to_moment

_BOXES = (
    "labels.columns.boxes or labels.export says that the labels are boxes, and the predictions in "
    "the log are classes. Name the predicted boxes in predictions.columns.boxes (docs/boxes.md); "
    "or leave these two out, and name a column of true classes by labels.columns.label."
)
_END_OF_TIME = to_moment(datetime(9999, 12, 31, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelListing:
    """The objects that may hold labels; none of them was read.

    Attributes
    ----------
    place
        Where they lie.
    objects
        Those without a date in their name first, then the newest first.
    digest
        SHA-256 in hex over their names and versions: unchanged, no label has come.
    """

    place: LabelPlace
    objects: tuple[NamedObject, ...]
    digest: str

    @property
    def url(self) -> str:
        """Where labels are read, as users know it."""
        return self.place.url

    def since(self, moment: datetime) -> list[NamedObject]:
        """Return the objects that may hold labels of predictions from a moment on.

        A label comes no earlier than its prediction, give or take a day, as days in names are of
        any zone. An object whose name tells no day may hold any label.
        """
        start = to_moment(moment)
        return [one for one in self.objects if one.may_hold(start, _END_OF_TIME)]


def list_labels(
    bucket: Bucket,
    open_bucket: Callable[[str], Bucket],
    settings: LabelSettings,
    predictions: PredictionSettings,
    reports: str = "",
    since: datetime | None = None,
) -> LabelListing | UnreadLabels:
    """Return which objects may hold labels that are classes; that there is none yet is no failure.

    Parameters
    ----------
    bucket
        The job's own.
    open_bucket
        Opens another bucket, whose URL lies below `labels.allowed_prefixes`.
    settings
        The job file's ``[labels]``, its `path` set.
    predictions
        Its ``[predictions]``, for what labels are written like the log in.
    reports
        The folder in its own bucket that reports are written to: nothing there is a label, however
        wide a glob is.
    since
        The time of the oldest prediction whose label is asked for; None for all. Folders whose
        names tell days before its month need not be listed: by whole months, so that the digest
        does not change from day to day where no label comes.
    """
    if settings.are_boxes:
        return UnreadLabels(url=str(settings.path), reason=_BOXES)
    return list_tables(bucket, open_bucket, settings, predictions, reports, since)


def list_tables(
    bucket: Bucket,
    open_bucket: Callable[[str], Bucket],
    settings: LabelSettings,
    predictions: PredictionSettings,
    reports: str = "",
    since: datetime | None = None,
) -> LabelListing | UnreadLabels:
    """Return which objects may hold labels, classes or boxes; arguments as in `list_labels`."""
    try:
        place = label_place(bucket, open_bucket, settings)
        objects = _objects(place, log_settings_of(place, settings, predictions), since)
        if reports and place.bucket is bucket:
            objects = [one for one in objects if not one.name.startswith(f"{reports}/")]
    except (InputError, UsageError) as error:
        return UnreadLabels(url=str(settings.path), reason=error.message)
    return LabelListing(place=place, objects=tuple(objects), digest=digest_of(place.url, objects))


def log_settings_of(
    place: LabelPlace, settings: LabelSettings, predictions: PredictionSettings
) -> PredictionSettings:
    """Return the settings by which the labels' objects are read as those of a log are."""
    return settings.log_settings(predictions).model_copy(update={"path": place.path})


def _objects(
    place: LabelPlace, log_settings: PredictionSettings, since: datetime | None
) -> list[NamedObject]:
    start = None
    if since is not None:
        start = to_moment(since.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    try:
        return objects_of_days(place.bucket, log_settings, start, _END_OF_TIME).objects
    except (BucketAccessError, UnsafeNameError):
        raise
    except ObjectError:
        # None is there, or only empty ones: labels have not come.
        return []


def digest_of(url: str, objects: Sequence[NamedObject]) -> str:
    """Return SHA-256 in hex over where labels are, and the names and versions of objects."""
    digest = hashlib.sha256(url.encode())
    for name, version in sorted((one.name, one.info.version) for one in objects):
        digest.update(json.dumps([name, version]).encode())
    return digest.hexdigest()
