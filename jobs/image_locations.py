"""Where a row's image is: the job file's template filled in, or a column of paths and URIs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from jobs.buckets.bucket import check_name
from jobs.errors import ObjectError, UnsafeNameError
from jobs.job import ImageSettings

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
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
    """

    bucket_url: str
    settings: ImageSettings

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
        columns = self.columns_used()
        _require_columns(columns, list(raw.columns), self.settings.path, log_url)
        values = [raw[column].tolist() for column in columns]
        rows = zip(*values, strict=True) if values else iter([()] * len(raw))
        return [self._locate_row(dict(zip(columns, row, strict=True))) for row in rows]

    def columns_used(self) -> list[str]:
        """Return the log columns that `images.path` needs, each once."""
        if "{" not in self.settings.path:
            return [self.settings.path]
        return list(dict.fromkeys(_PLACEHOLDER.findall(self.settings.path)))

    def _locate_row(self, values: Mapping[str, str | None]) -> ImageLocation | RefusedLocation:
        for column, value in values.items():
            if pd.isna(value) or value == "":
                return RefusedLocation(reason=f"no value in {column}", detail="")
        text = self._fill(values)
        try:
            return self.resolve(text)
        except UnsafeNameError as error:
            return RefusedLocation(reason="unsafe image path", detail=error.problem)

    def _fill(self, values: Mapping[str, str | None]) -> str:
        if "{" not in self.settings.path:
            return str(values[self.settings.path])
        return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), self.settings.path)

    def resolve(self, text: str) -> ImageLocation | RefusedLocation:
        """Return where a path in the job's own bucket, or a full URI, may be read.

        Raises
        ------
        UnsafeNameError
            If the name would leave the bucket's folder or the allowed prefix.
        """
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


def _require_columns(
    wanted: Sequence[str], present: Sequence[str], path: str, log_url: str
) -> None:
    for column in wanted:
        if column not in present:
            near = get_close_matches(column, present, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ObjectError(
                log_url,
                f"images.path is {path!r}, but the log has no column {column!r}.{hint} "
                f"It has: {', '.join(present)}.",
            )
