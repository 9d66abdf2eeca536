"""The part of the job file that says what the prediction log is."""

from __future__ import annotations

import codecs
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from jobs.job_file.value_kinds import Settings, Zone


def _encoding(value: str) -> str:
    """Check that a text encoding is known and that ASCII text may be written in it."""
    try:
        known = codecs.lookup(value)
        is_text = "timestamp,1\n".encode(known.name).decode(known.name) == "timestamp,1\n"
    except (LookupError, UnicodeError, TypeError, ValueError, AssertionError):
        is_text = False
    if not is_text:
        raise ValueError('a text encoding such as "utf-8", "cp1252", "latin-1" or "utf-16"')
    return value


def _header(names: tuple[str, ...]) -> tuple[str, ...]:
    trimmed = tuple(name.strip() for name in names)
    if len(set(trimmed)) < len(trimmed) or not all(trimmed):
        raise ValueError("the columns' names in their order, each once and none empty")
    return trimmed


class LogColumns(Settings):
    """What the log's columns are called."""

    timestamp: str = "timestamp"
    """When the request came. ISO 8601 or one of the usual other shapes."""
    id: str | None = "id"
    """What the request is called; it need not be unique. A log without it is fine."""
    prediction: str | None = None
    """The predicted class."""
    confidence: str | None = None
    """The model's confidence in its prediction, a number between 0 and 1. `95.8%`, `0,958` and a
    printed tensor of one number are read too. Any other text counts as missing; its row stays."""
    label: str | None = None
    """The true class, where it is known. It is read, and not yet compared with the prediction."""
    latency: str | None = None
    """How long the answer took, a number that is taken as milliseconds. It is shown among the data
    health and takes no part in the verdict."""
    client: str | None = None
    """Who sent the image: a user, camera or device. Near-copies that one client sends in one burst
    count as one observation; without it all images are one client's."""
    probabilities: tuple[str, ...] = ()
    """The columns that hold one class probability each; `*` stands for anything, as in `p_*`."""


class PredictionSettings(Settings):
    """The prediction log."""

    path: str = Field(min_length=1)
    """One object, or a glob over many such as `logs/*/*.csv`: CSV, Parquet, JSON lines or other
    JSON, text also packed with gzip. Parts that logrotate made are read too: `logs/a.csv*` takes
    in `a.csv.1` and `a.csv.2.gz`."""
    format: Literal["csv", "json", "json lines", "parquet"] | None = None
    """How all objects of the log are written, whatever their names end in. `json lines` is one
    object a line; `json` is any other JSON: an array, one object an object of the bucket, objects
    over several lines or one after the other. Unset, the ending tells it (`.csv`, `.tsv`,
    `.jsonl`, `.ndjson`, `.parquet`), and the content under any other ending or none."""
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    """The encoding of the log's text, such as `cp1252`. Unset, it is UTF-8, or UTF-16 where an
    object begins with its mark; an object that can only be Windows-1252 is read so, and that is
    said."""
    header: Annotated[tuple[str, ...], AfterValidator(_header)] = ()
    """The columns' names in their order, for CSV without a header line. An object whose first
    line names the timestamp's column, or half of these, is read by its own header."""
    most_objects: int = Field(default=50_000, ge=1)
    """Of a log that is one small JSON object per request, a run fetches so many at most, those
    whose names tell days away from the window left out. More end it with exit code 5 and say how
    to pack them."""
    columns: LogColumns = LogColumns()
    """What the columns are called."""
    timezone: Zone = "UTC"
    """The zone of timestamps that carry none, and of its own abbreviations: under `Asia/Kolkata`
    IST is India's. CET, JST and others that mean one offset everywhere need none; IST, CST, BST
    and the like are rejected elsewhere. State it, even as `UTC`, where some timestamps carry a
    zone and some do not: otherwise no such run is steady."""
    day_first: bool | None = None
    """How to read `03/04/2025`: true for 3 April, false for March 4. Unset, such a date is
    rejected as ambiguous."""
