"""Which columns a job needs of its log, and saying so where one is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cached_property

from jobs.boxes.per_image import BOX_NUMBERS
from jobs.errors import ColumnMissingError, ObjectError
from jobs.job_file.names.logged_images import ImageColumn
from jobs.job_file.names.patterns import NamePattern
from jobs.job_file.names.templates import is_template
from jobs.job_file.prediction_settings import (
    LogColumns,
    class_column,
    confidence_column,
    probability_column,
)
from jobs.predictions.name_columns import NameColumns, placeholder_of

# A log of more is no table: most often each row brings names of its own.
MOST_COLUMNS = 5_000
_COLUMNS_SHOWN = 40
LONGEST_LINE_BYTES = 1 << 20
"""A line of text that holds no image may be so long."""
# What the fields of a row are called: a probability column of that name would replace one.
_FIELD_NAMES = frozenset(
    {"timestamp", "id", "prediction", "confidence", "label", "latency", "client"}
)


@dataclass(frozen=True, kw_only=True)
class NeededColumns:
    """The columns that a job names.

    Attributes
    ----------
    named
        The job file's `predictions.columns`.
    extra
        Further columns, such as those of the image template.
    segments
        The job file's `segments.columns`.
    from_path
        Its `predictions.from_path`.
    all_numbers
        Whether the log must have every further number that the job names.
    """

    named: LogColumns
    extra: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    from_path: str | None = None
    all_numbers: bool = True

    @cached_property
    def of_names(self) -> NameColumns:
        """The columns that the names of the log's objects hold."""
        named = [value for _, value in self.named if isinstance(value, str)]
        return NameColumns(
            pattern=None if self.from_path is None else NamePattern(self.from_path),
            timestamp=self.named.timestamp,
            templates=tuple(
                dict.fromkeys(one for one in (*named, *self.segments) if is_template(one))
            ),
            used=self.extra,
        )

    def probabilities(self, there: Iterable[str]) -> tuple[str, ...]:
        """Return those of the columns that hold a class probability, sorted."""
        named = self.named
        others = {getattr(named, field) for field in _FIELD_NAMES}
        return tuple(
            sorted(
                column
                for column in there
                if column not in others
                and any(fnmatchcase(column, pattern) for pattern in named.probabilities)
            )
        )

    def numbers(self, there: Iterable[str]) -> dict[str, str]:
        """Return the further columns of numbers, by the name that each is compared under.

        What is taken in as a probability, a segment or a part of an image's path is none.
        """
        columns = list(there)
        others = {*self.probabilities(columns), *self.extra, *self.segments, *self.of_boxes}
        patterns = set(self.named.number_patterns)
        return {
            name: column
            for name, column in self.named.number_columns(columns).items()
            if column in patterns or column not in others
        }

    def names(self, column: str) -> bool:
        """Tell whether the job names a column, one of probabilities or numbers by a pattern."""
        own = {value for _, value in self.named if isinstance(value, str)} | self.of_boxes
        patterns = (*self.named.probabilities, *self.named.number_patterns)
        names = self.of_names
        taken = {*own, *self.extra, *self.segments, *names.all, *names.own_columns}
        return column in taken or any(fnmatchcase(column, pattern) for pattern in patterns)

    @property
    def of_boxes(self) -> frozenset[str]:
        """The columns that may be read for boxes."""
        return frozenset() if self.named.boxes is None else self.named.boxes.used

    @property
    def images(self) -> ImageColumn | None:
        """The column that holds the images themselves, where the job names one."""
        return next((one for one in self.extra if isinstance(one, ImageColumn)), None)

    @property
    def longest_line_bytes(self) -> int:
        """How long a line of text may be: that of an image in base64 is longer than others."""
        if self.images is None:
            return LONGEST_LINE_BYTES
        return LONGEST_LINE_BYTES + 4 * self.images.max_bytes // 3

    def required(self) -> dict[str, str]:
        """Return the columns that some object of the log must have, and what names each.

        The default `id` is not among them: a log without ids is fine. Nor is `label`, which may
        come days after the rows, as a column that new objects do not have yet.
        """
        named = self.named
        keys = {
            "prediction": named.prediction,
            "confidence": named.confidence,
            "latency": named.latency,
            "client": named.client,
            "id": None if named.id == LogColumns().id else named.id,
            "answer": named.answer,
            "answer_names": named.answer_names,
        }
        made = made_columns(named)
        boxes = {} if named.boxes is None else named.boxes.required
        found = {
            column: f"predictions.columns.{key}"
            for key, column in keys.items()
            if column and column not in made
        }
        found |= {column: f"predictions.columns.{key}" for column, key in boxes.items()}
        others = dict.fromkeys(self.segments, "segments.columns")
        keys_of_templates = found | others
        for template in self.of_names.templates:
            asked = placeholder_of(template).column
            if asked in self.of_names.own_columns and template in keys_of_templates:
                others[asked] = keys_of_templates[template]
        images = "images.path" if self.images is None else "images.column"
        return others | dict.fromkeys(self.extra, images) | found


def made_columns(named: LogColumns) -> frozenset[str]:
    """Return the columns that no log has because they are made of what its cells hold."""
    if named.boxes is not None:
        return named.boxes.made
    if named.answer is None:
        return frozenset()
    return frozenset({class_column(named.answer), confidence_column(named.answer)})


def check_header(url: str, columns: Sequence[str], needed: NeededColumns) -> None:
    """Check what every single object must have: a timestamp, and no column twice.

    Raises
    ------
    ObjectError
        If it has not, or has too many columns.
    """
    check_width(url, len(columns))
    repeated = sorted(column for column, count in Counter(columns).items() if count > 1)
    if repeated:
        raise ObjectError(
            url,
            f'the column name "{repeated[0]}" stands in the header more than once. Expected every '
            "name once; rename one of them where the log is written.",
        )
    own_time = needed.of_names.own_time_column(columns)
    if own_time is not None and own_time not in columns:
        raise missing_column(url, own_time, "predictions.columns.timestamp", columns)


def check_width(url: str, count: int) -> None:
    """Check that a log does not have more columns than a table can be made of.

    Raises
    ------
    ObjectError
        If it has.
    """
    if count > MOST_COLUMNS:
        raise ObjectError(
            url,
            f"the log has {count:,} columns up to here. Expected at most {MOST_COLUMNS:,}; check "
            "that no values stand where the names of columns should, or leave columns out where "
            "the log is written.",
        )


def check_columns(
    url: str, columns: Sequence[str], needed: NeededColumns, *, optional: frozenset[str]
) -> None:
    """Check what the whole log must have.

    Parameters
    ----------
    url
        The first object that was read.
    columns
        The columns of all objects that were read.
    optional
        Columns that may be left out because the format leaves out what is empty.

    Raises
    ------
    ObjectError
        For the first column, or pattern of probability columns or numbers, that is not there, and
        for a pattern that takes in a column named like a field of a row.
    """
    of_names = needed.of_names.all
    for column, key in needed.required().items():
        if column not in columns and column not in optional and column not in of_names:
            raise missing_column(url, column, key, columns)
    probabilities = needed.probabilities(columns)
    _refuse_clashing(url, "probabilities", _FIELD_NAMES.intersection(probabilities))
    numbers = needed.numbers(columns)
    derived = () if needed.named.boxes is None else BOX_NUMBERS
    _refuse_clashing(url, "numbers", {*_FIELD_NAMES, *probabilities, *derived} & set(numbers))
    patterns = dict.fromkeys(needed.named.probabilities, "probabilities")
    if needed.all_numbers:
        patterns |= dict.fromkeys(needed.named.number_patterns, "numbers")
    for pattern, key in patterns.items():
        if _is_of_answers(pattern, needed.named):
            continue
        if not any(column == pattern or fnmatchcase(column, pattern) for column in columns):
            raise missing_column(url, pattern, f"predictions.columns.{key}", columns)


def _refuse_clashing(url: str, key: str, clashing: Collection[str]) -> None:
    if clashing:
        raise ObjectError(
            url,
            f'predictions.columns.{key} takes in the column "{min(clashing)}". Expected '
            "columns of other names; make the pattern narrower.",
        )


def _is_of_answers(pattern: str, named: LogColumns) -> bool:
    """Tell whether a pattern is about classes in cells: without rows there are none."""
    return named.answer is not None and pattern.startswith(
        probability_column(named.answer, "")[:-1]
    )


def missing_column(url: str, column: str, key: str, columns: Sequence[str]) -> ColumnMissingError:
    """Return the error of a column that is not there, which a key of the job file names."""
    by_lowered = {name.lower(): name for name in columns}
    near = get_close_matches(column.lower(), list(by_lowered), n=1, cutoff=0.6)
    nearest = f' The nearest is "{by_lowered[near[0]]}".' if near else ""
    shown = ", ".join(name[:80] for name in columns[:_COLUMNS_SHOWN])
    more = ", ..." if len(columns) > _COLUMNS_SHOWN else ""
    return ColumnMissingError(
        url,
        f'there is no column "{column}", which {key} names.{nearest} '
        f"The columns there: {shown}{more}. Correct {key} in the job file.",
        column,
    )
