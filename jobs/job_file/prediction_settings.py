"""The part of the job file that says what the prediction log is."""

from __future__ import annotations

from pydantic import Field

from jobs.job_file.value_kinds import Settings, Zone


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
    """One object, or a glob over many such as `logs/*/*.csv`: CSV, gzip CSV, Parquet, JSON
    lines. Parts that logrotate made are read too: `logs/a.csv*` takes in `a.csv.1` and
    `a.csv.2.gz`."""
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
