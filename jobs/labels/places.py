"""Where labels lie: in the job's own bucket, or below a prefix that the job file allows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from jobs.buckets.bucket import Bucket, check_name
from jobs.errors import InputError
from jobs.job_file.label_settings import LabelSettings

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPlace:
    """A bucket, and the name or glob in it that stands for the objects with labels."""

    bucket: Bucket
    path: str

    @property
    def url(self) -> str:
        """The whole of it as users know it."""
        return self.bucket.url_of(self.path)


def label_place(
    bucket: Bucket, open_bucket: Callable[[str], Bucket], settings: LabelSettings
) -> LabelPlace:
    """Return where `labels.path` is read.

    Parameters
    ----------
    bucket
        The job's own.
    open_bucket
        Opens the bucket of an allowed prefix.

    Raises
    ------
    InputError
        If it lies in another bucket and below no allowed prefix, or its name is not safe.
    UsageError
        If nothing here reads an allowed prefix.
    """
    path = settings.path
    if path is None:
        raise ValueError("labels.path is not set: the log's own column holds the labels.")
    own = bucket.url.rstrip("/") + "/"
    if path.startswith(own):
        path = path.removeprefix(own)
    if not _SCHEME.match(path):
        path = path.removeprefix("./")
        return LabelPlace(bucket=bucket, path=check_name(bucket.url, path))
    for allowed in settings.allowed_prefixes:
        prefix = allowed.rstrip("/")
        if path.startswith(prefix + "/"):
            name = check_name(prefix, path.removeprefix(prefix + "/"))
            return LabelPlace(bucket=open_bucket(prefix), path=name)
    there = ", ".join(settings.allowed_prefixes) or "none"
    raise InputError(
        f'labels.path is "{path}", which is outside of the bucket {bucket.url}. Expected a name in '
        f"that bucket, or a URI below one of labels.allowed_prefixes (there: {there}). Add its "
        "folder to labels.allowed_prefixes if labels may be read from there."
    )
