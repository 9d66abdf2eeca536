"""What the tables of a job file are made of: the base of all of them, and the kinds of values."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
)

from jobs.endpoints import check_http_endpoint
from jobs.times.cron import parse_cron
from jobs.times.windows import format_duration, parse_duration

FEATURES_FOLDER = "features"
"""The feature cache below `reports.path`: all jobs share it, and none is called so."""
VIEWS_FOLDER = "views"
"""What models saw in images, below `reports.path`; shared and named as the feature cache is."""

LENGTH_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": r"^\s*\d{1,6}[mhdw]\s*$",
    "examples": ["7d"],
}
"""What editors are told of a length of time."""
_NAME = r"[a-z0-9][a-z0-9_-]{0,62}"


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    return parse_duration(value if isinstance(value, str) else "")


def job_name(value: str) -> str:
    """Return a job's name, which is its folder below `reports.path`.

    Raises
    ------
    ValueError
        If no job may be called so; the message says what is expected.
    """
    if not re.fullmatch(_NAME, value):
        raise ValueError("lower-case letters, digits, '-' and '_', at most 63 of them")
    if value in {FEATURES_FOLDER, VIEWS_FOLDER}:
        raise ValueError("another name: that folder below reports.path holds what all jobs share")
    return value


def _folder(value: str) -> str:
    folder = value.rstrip("/")
    if not folder.isprintable() or any(part in {"", ".", ".."} for part in folder.split("/")):
        raise ValueError("a folder below bucket.url, without a slash at the start or '..' in it")
    return folder


def _cron(value: str) -> str:
    parse_cron(value)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError('the name of a time zone, such as "Europe/Berlin" or "UTC"') from None
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(format_duration),
    WithJsonSchema(LENGTH_SCHEMA),
]
Slug = Annotated[
    str, AfterValidator(job_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME}$"})
]
Folder = Annotated[str, AfterValidator(_folder)]
Zone = Annotated[str, AfterValidator(_zone)]
Cron = Annotated[str, AfterValidator(_cron)]
Endpoint = Annotated[str, AfterValidator(check_http_endpoint)]


class Settings(BaseModel):
    """A table of the job file: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
