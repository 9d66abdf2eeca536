"""Where a row's image is: the job file's template filled in, or a column of paths and URIs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from jobs.buckets.bucket import check_name
from jobs.errors import ObjectError, UnsafeNameError
from jobs.images.template import fill, placeholders_of
from jobs.job_file.image_settings import ImageSettings
from jobs.job_file.names.logged_images import LOG_IMAGES_URL, ImageColumn, LoggedImageName

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ImageLocation:
    """One image: the bucket folder that it is read through and its name below that.

    Attributes
    ----------
    bucket_url
        The job's own bucket, or the allowed prefix that the image lies below.
    name
        The object's name below `bucket_url`.
    path
        How the image is called in caches and reports: its name in the job's own bucket, its full
        URI elsewhere.
    """

    bucket_url: str
    name: str
    path: str

    def __hash__(self) -> int:
        """Hash the path alone: text remembers its hash, and each image is looked up a few times."""
        return hash(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLocation:
    """A row whose image must not be read, or that names none; `reason` is the same for its kind."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLocator:
    """Turns the log's own columns into image locations.

    Attributes
    ----------
    bucket_url
        The job's own bucket.
    settings
        The job file's ``[images]``.
    day_first
        The job file's `predictions.day_first`, for templates with parts of a time.
    """

    bucket_url: str
    settings: ImageSettings
    day_first: bool | None = None

    def locate(self, raw: pd.DataFrame, log_url: str) -> list[ImageLocation | RefusedLocation]:
        """Return one location, or one refusal, per row of `raw`.

        Parameters
        ----------
        raw
            The log's own columns as text, missing values as None.
        log_url
            The log as users know it, for the error message.

        Raises
        ------
        ObjectError
            If `images.path` names a column that the log does not have.
        """
        _require_columns(self.columns_used(), list(raw.columns), self.settings, log_url)
        if self.settings.path is None:
            return [_in_log(name) for name in raw[self.settings.source].tolist()]
        used = placeholders_of(self.settings.path)
        values = [one.texts(raw[one.column].tolist(), self.day_first) for one in used]
        rows = zip(*values, strict=True) if values else iter([()] * len(raw))
        absent = [f"no {'time' if one.is_time else 'value'} in {one.column}" for one in used]
        return [self._locate_row(row, absent) for row in rows]

    def columns_used(self) -> list[str]:
        """Return the log columns that the images' place needs, each once; none without images."""
        if self.settings.column is not None:
            return [ImageColumn(self.settings.column, self.settings.max_bytes)]
        if not self.settings.path:
            return []
        return list(dict.fromkeys(one.column for one in placeholders_of(self.settings.path)))

    def _locate_row(
        self, values: Sequence[str | None], absent: Sequence[str]
    ) -> ImageLocation | RefusedLocation:
        texts = [value for value in values if value is not None]
        if len(texts) < len(values):
            return RefusedLocation(reason=absent[list(values).index(None)], detail="")
        return self.resolve_or_refuse(fill(self.settings.source, texts))

    def named_before(self, names: Iterable[str]) -> dict[str, ImageLocation]:
        """Return where images are read that a window or a profile named, by these names.

        Those that may not be read any more are left out. Where today's images are in the log, those
        of the reference may be objects of their own.
        """
        located = {name: self._named_before(name) for name in names}
        return {name: one for name, one in located.items() if isinstance(one, ImageLocation)}

    def _named_before(self, name: str) -> ImageLocation | RefusedLocation:
        if self.settings.path is None and LoggedImageName.parse(name) is None:
            return ImageLocation(bucket_url=self.bucket_url, name=name, path=name)
        return self.resolve_or_refuse(name)

    def resolve_or_refuse(self, text: str) -> ImageLocation | RefusedLocation:
        """Return the same as `resolve`, and a refusal of an unsafe name as well."""
        try:
            return self.resolve(text)
        except UnsafeNameError as error:
            return RefusedLocation(reason="unsafe image path", detail=error.problem)

    def resolve(self, text: str) -> ImageLocation | RefusedLocation:
        """Return where a path in the job's own bucket, a full URI or an image in the log is read.

        Raises
        ------
        UnsafeNameError
            If the name would leave the bucket's folder or the allowed prefix.
        """
        if self.settings.path is None:
            return _in_log(text)
        own = self.bucket_url.rstrip("/") + "/"
        if text.startswith(own):
            text = text.removeprefix(own)
        if not _SCHEME.match(text):
            name = check_name(self.bucket_url, text.removeprefix("./"))
            return ImageLocation(bucket_url=self.bucket_url, name=name, path=name)
        for allowed in self.settings.allowed_prefixes:
            prefix = allowed.rstrip("/")
            if text.startswith(prefix + "/"):
                name = check_name(prefix, text.removeprefix(prefix + "/"))
                return ImageLocation(bucket_url=prefix, name=name, path=text)
        return RefusedLocation(reason="image outside images.allowed_prefixes", detail=text[:200])


def _in_log(name: str | None) -> ImageLocation | RefusedLocation:
    """Return the location of an image that stands in the log, by its name."""
    if name is None:
        return RefusedLocation(reason="no image in the row", detail="")
    if LoggedImageName.parse(name) is None:
        return RefusedLocation(reason="no image in the cell", detail=name[:200])
    return ImageLocation(bucket_url=LOG_IMAGES_URL, name=name, path=name)


def _require_columns(
    wanted: Sequence[str], present: Sequence[str], settings: ImageSettings, log_url: str
) -> None:
    key = "images.column" if settings.path is None else "images.path"
    for column in wanted:
        if column not in present:
            near = get_close_matches(column, present, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ObjectError(
                log_url,
                f"{key} is {settings.source!r}, but the log has no column {column!r}.{hint} "
                f"It has: {', '.join(present)}.",
            )
