"""The part of the job file that says what the prediction log is."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import BeforeValidator, Field

from jobs.job_file.value_kinds import Settings, Zone


def _numbers(value: object) -> object:
    names = value if isinstance(value, list | tuple) else ()
    pairs = [*value, *value.values()] if isinstance(value, dict) else ()
    expected = 'a list such as ["speed"], or a table such as { mean = "mean_brightness" }'
    if not isinstance(value, list | tuple | dict):
        raise ValueError(expected)  # noqa: TRY004 - pydantic takes no other kind for a fault
    if not all(isinstance(one, str) and one for one in (*names, *pairs)):
        raise ValueError(f"{expected}, of texts that are not empty")
    return value


Numbers = Annotated[tuple[str, ...] | dict[str, str], BeforeValidator(_numbers)]


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
    numbers: Numbers = ()
    """Further columns of numbers to compare: a list such as `["mean_brightness", "speed_*"]`, where
    `*` stands for anything; or a table of names and columns, `{ mean = "mean_brightness" }`. A name
    in that table that is one of this program's features (docs/features.md) says that the column
    holds that feature: a job without `[images]` compares it with a reference of features."""

    def number_columns(self, there: Iterable[str]) -> dict[str, str]:
        """Return the further columns of numbers, by the name that each is compared under.

        Parameters
        ----------
        there
            The columns of the log. Those that the job names for something else are left out of
            what a pattern takes in.
        """
        if isinstance(self.numbers, dict):
            known = set(there)
            return {name: one for name, one in self.numbers.items() if one in known}
        fields = (value for key, value in self if key != "numbers" and isinstance(value, str))
        others = set(fields) - set(self.numbers)
        taken = (
            column
            for column in there
            if column not in others and any(fnmatchcase(column, one) for one in self.numbers)
        )
        return {column: column for column in sorted(taken)}

    @property
    def number_patterns(self) -> tuple[str, ...]:
        """The columns, or patterns of them, that `numbers` names."""
        return tuple(self.numbers.values() if isinstance(self.numbers, dict) else self.numbers)


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
