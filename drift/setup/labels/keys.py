"""What names a prediction, in the log and in labels, in every form that a job file can write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from drift.setup.columns.values import ColumnValues
from drift.setup.log.candidates import Candidate
from drift.setup.log.samples.row_sample import LogSample
from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation, ImageLocator
from jobs.images.template import Placeholder
from jobs.job_file.image_settings import ImageSettings
from jobs.job_file.names.templates import is_template

Texts = Sequence[str | None]

NAME_STEM = "{name:stem}"
_MOST_COLUMNS = 30
_FEWEST_FILLED = 0.3
_WHOLE = re.compile(r"-?\d+\.0+")
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")


@dataclass(frozen=True, kw_only=True)
class KeyColumn:
    """A column, or a template over one, that may name predictions.

    Attributes
    ----------
    column
        As a job file writes it: a column's name, or a template such as ``{file:stem}``.
    source
        The column that it is made of.
    texts
        Its values, one a row.
    cost
        How far-fetched it is: 0 for a column as it is.
    """

    column: str
    source: str
    texts: Texts
    cost: float = 0.0

    @cached_property
    def values(self) -> frozenset[str]:
        """The different values."""
        return frozenset(text for text in self.texts if text)

    @property
    def uniqueness(self) -> float:
        """Different values per value; 1 where none stands twice."""
        return len(self.values) / max(1, sum(text is not None for text in self.texts))


def key_columns(sample: LogSample, values: dict[str, ColumnValues]) -> Iterator[KeyColumn]:
    """Yield the columns of a sample that may name predictions, each in the forms that fit it.

    Parameters
    ----------
    values
        The columns that may be keys.
    """
    able = [one for one in values.values() if _may_name(one)]
    for one in able[:_MOST_COLUMNS]:
        yield KeyColumn(column=one.name, source=one.name, texts=column_texts(sample, one.name))
        for change in _changes(one):
            column = f"{{{one.name}:{change}}}"
            texts = column_texts(sample, column)
            yield KeyColumn(column=column, source=one.name, texts=texts, cost=1.0)
    if _is_one_a_row(sample):
        texts = column_texts(sample, NAME_STEM)
        yield KeyColumn(column=NAME_STEM, source="name", texts=texts, cost=0.5)


def column_texts(sample: LogSample, column: str) -> Texts:
    """Return the values of a column, or what a template over one makes, one a row."""
    if column in sample.table.columns:
        return _stripped(sample.table[column].tolist())
    if not is_template(column):
        return (None,) * len(sample.table)
    asked = Placeholder.parse(column[1:-1])
    if asked.column in sample.table.columns:
        return asked.texts(_stripped(sample.table[asked.column].tolist()))
    if asked.column not in {"name", "path"} or len(sample.objects) != len(sample.table):
        return (None,) * len(sample.table)
    names = sample.objects
    own = names if asked.column == "path" else [name.rpartition("/")[2] for name in names]
    return asked.texts(own)


def image_names(
    candidate: Candidate, path: str, allowed_prefixes: tuple[str, ...], bucket_url: str
) -> Texts:
    """Return what reports call the image of each row looked at; None where a row names none."""
    settings = ImageSettings(path=path, allowed_prefixes=allowed_prefixes)
    day_first = candidate.guesses.day_first
    locator = ImageLocator(bucket_url=bucket_url, settings=settings, day_first=day_first)
    try:
        located = locator.locate(candidate.sample.table, bucket_url)
    except ObjectError:
        return ()
    return [one.path if isinstance(one, ImageLocation) else None for one in located]


def last_part(name: str) -> str:
    """Return what follows the last slash of either kind."""
    return name.replace("\\", "/").rpartition("/")[2]


def _stripped(values: Sequence[object]) -> Texts:
    texts = (None if value is None else str(value).strip() for value in values)
    return [text or None for text in texts]


def _may_name(column: ColumnValues) -> bool:
    if column.share_filled < _FEWEST_FILLED or {"{", "}"} & set(column.name):
        return False
    return not column.is_numeric or column.is_whole


def _changes(column: ColumnValues) -> Iterator[str]:
    """Yield the formats of a template that change a column's values."""
    shown = column.filled[:200]
    if column.looks_like_paths or all(map(_ENDING.search, shown)):
        yield "stem"
        if any("/" in text or "\\" in text for text in shown):
            yield "name"
    if any("\\" in text for text in shown):
        yield "slashes"
    if column.is_numeric and any(map(_WHOLE.fullmatch, shown)):
        yield "whole"


def _is_one_a_row(sample: LogSample) -> bool:
    """Tell whether each row has an object of its own, which may be called by its key."""
    names = set(sample.objects)
    return len(names) > 1 and len(names) >= 0.9 * len(sample.table)
