"""The part of the job file that says what the prediction log is."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from jobs.job_file.box_settings import BoxColumns
from jobs.job_file.names.patterns import NamePattern
from jobs.job_file.names.templates import check_template, needs_own_time
from jobs.job_file.value_kinds import Settings, Zone


def class_column(answer: str) -> str:
    """Return what the column of the classes is called that are read from a column of answers."""
    return f"{answer} (class)"


def confidence_column(answer: str) -> str:
    """Return what the column of the numbers of these classes is called."""
    return f"{answer} (confidence)"


def probability_column(answer: str, name: str) -> str:
    """Return what the column of one class's number is called."""
    return f"{answer} p({name.strip()})"


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


def _pattern(value: str) -> str:
    return NamePattern(value).written


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


Column = Annotated[str, AfterValidator(check_template)]
TextEncoding = Annotated[str, AfterValidator(_encoding)]
WrittenPattern = Annotated[str, AfterValidator(_pattern)]


class LogColumns(Settings):
    """What the log's columns are called.

    In place of a column `timestamp`, `id`, `prediction` and `client` take a template such as
    `{name:stem}`, as described at `predictions.from_path`.
    """

    timestamp: Column = "timestamp"
    """When the request came. ISO 8601 or one of the usual other shapes. `{path:%Y-%m-%d}` is a time
    in the name of the log's object, `{file:%Y%m%d_%H%M%S}` one in the column `file`, and
    `{written}` is when the object was written, as the store says."""
    id: Column | None = "id"
    """What the request is called; it need not be unique. A log without it is fine."""
    prediction: Column | None = None
    """The predicted class."""
    confidence: str | None = None
    """The model's confidence in its prediction, a number between 0 and 1. `95.8%`, `0,958` and a
    printed tensor of one number are read too. Any other text counts as missing; its row stays."""
    label: str | None = None
    """The true class, where it is known; it may come late, and its column may be missing until
    then. Where `labels.path` names other labels, those count. See docs/model-quality.md."""
    latency: str | None = None
    """How long the answer took, a number that is taken as milliseconds. It is shown among the data
    health and takes no part in the verdict."""
    client: Column | None = None
    """Who sent the image: a user, camera or device. Near-copies that one client sends in one burst
    count as one observation; without it all images are one client's."""
    probabilities: tuple[str, ...] = ()
    """The columns that hold one class probability each; `*` stands for anything, as in `p_*`."""
    answer: str | None = Field(default=None, min_length=1)
    """A column whose cells hold the model's whole answer: `{class: p}`, `[{label, score}]` and the
    like, as JSON (also as text in JSON) or as Python prints it; `[0.9, 0.1]`, where a class is
    called by its place from 0 on or by `answer_names`. The class of the largest number is the
    prediction, unless the answer names one itself or `prediction` is set, and its number is the
    confidence, unless `confidence` is set. With `answer = "output"` each class's number is a
    column, such as `output p(cat)`, that `probabilities = ["output p(*)"]` takes in."""
    answer_names: str | None = Field(default=None, min_length=1)
    """The column with the list of the classes' names, where `answer` holds their numbers only."""
    numbers: Numbers = ()
    """Further columns of numbers to compare: a list such as `["mean_brightness", "speed_*"]`, where
    `*` stands for anything; or a table of names and columns, `{ mean = "mean_brightness" }`. A name
    in that table that is one of this program's features (docs/features.md) says that the column
    holds that feature: a job without `[images]` compares it with a reference of features."""
    boxes: BoxColumns | None = None
    """Where a detector's boxes stand."""

    @model_validator(mode="before")
    @classmethod
    def _from_boxes(cls, data: object) -> object:
        """Name the columns of the boxes' classes and scores as prediction and confidence."""
        boxes = data.get("boxes") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(boxes, dict | BoxColumns):
            return data
        try:
            read = BoxColumns.model_validate(boxes)
        except ValidationError:
            # The fault is told where the table itself is checked.
            return data
        read.refuse_beside(data)
        found = {"prediction": read.prediction, "confidence": read.confidence}
        return data | {key: name for key, name in found.items() if name is not None}

    @model_validator(mode="before")
    @classmethod
    def _from_answer(cls, data: object) -> object:
        """Name the columns that are made of the answers as prediction and confidence."""
        if not isinstance(data, dict):
            return data
        answer = data.get("answer")
        if answer is None and data.get("answer_names") is not None:
            raise ValueError("answer beside answer_names: the column with the numbers")
        if not isinstance(answer, str):
            return data
        made = {"prediction": class_column(answer), "confidence": confidence_column(answer)}
        return data | {key: name for key, name in made.items() if data.get(key) is None}

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
        of_boxes = frozenset() if self.boxes is None else self.boxes.used
        others = {*fields, *of_boxes} - set(self.numbers)
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
    """One object, or a glob over many such as `logs/*/*.csv`: CSV, Parquet, JSON lines or other
    JSON, text also packed with gzip. Parts that logrotate made are read too: `logs/a.csv*` takes
    in `a.csv.1` and `a.csv.2.gz`."""
    format: Literal["csv", "json", "json lines", "parquet"] | None = None
    """How all objects of the log are written, whatever their names end in. `json lines` is one
    object a line; `json` is any other JSON: an array, one object an object of the bucket, objects
    over several lines or one after the other. Unset, the ending tells it (`.csv`, `.tsv`,
    `.jsonl`, `.ndjson`, `.parquet`), and the content under any other ending or none."""
    encoding: TextEncoding | None = None
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
    from_path: WrittenPattern | None = None
    """Columns that the names of the log's objects hold: `{camera}/{timestamp:%Y/%m/%d}/*.csv` gives
    every row of `yard/2025/03/04/a.csv` the columns `camera` and `timestamp`. A piece in braces
    stays within one part of the name; one with a format of times may stand in several places, a
    part of the time in each. `*`, `**` and `?` are as in `path`. Without a pattern, templates can
    use `{name}`, the last part of the object's name, `{path}`, the whole name below `bucket.url`,
    and `{written}`, changed as in `images.path`: `{name:stem}`, `{path:%d-%m-%Y}` (the last such
    time that stands in the name). An object's own column of the same name goes before all of
    these."""
    images_only: bool = False
    """There is no log: the images are listed, and each is a row. `path` is a glob over them, and
    where it is left out, `from_path` says which names they have. The time of an image is in its
    name, by `from_path` or `columns.timestamp`, such as `{name:%Y%m%d_%H%M%S}`; where neither is
    there, it is `{written}`. `images.path` is `{path}` if nothing else is said."""
    exclude: tuple[str, ...] = ()
    """Globs over names that are left out of `path`, such as `**/thumbs/**`; one without a slash is
    compared with the last part of a name. With `images_only` whatever lies below
    `reference.images` and `reports.path` is left out too."""
    timezone: Zone = "UTC"
    """The zone of timestamps that carry none, and of its own abbreviations: under `Asia/Kolkata`
    IST is India's. CET, JST and others that mean one offset everywhere need none; IST, CST, BST
    and the like are rejected elsewhere. State it, even as `UTC`, where some timestamps carry a
    zone and some do not: otherwise no such run is steady."""
    day_first: bool | None = None
    """How to read `03/04/2025`: true for 3 April, false for March 4. Unset, such a date is
    rejected as ambiguous."""

    @model_validator(mode="before")
    @classmethod
    def _images_as_log(cls, given: object) -> object:
        """Fill in what need not be said where the listing of images is the log."""
        if not isinstance(given, dict) or given.get("images_only") is not True:
            return given
        filled = {"columns": {}, **given}
        pattern = _glob_of(given.get("from_path"))
        if "path" not in given:
            filled["path"] = pattern or "**"
        if isinstance(filled["columns"], dict) and needs_own_time(
            filled["columns"].get("timestamp"), given.get("from_path")
        ):
            filled["columns"] = {**filled["columns"], "timestamp": "{written}"}
        return filled


def _glob_of(pattern: object) -> str:
    try:
        return NamePattern(pattern).glob if isinstance(pattern, str) else ""
    except ValueError:
        # The fault is told where the pattern itself is checked.
        return ""
