"""The part of the job file that says what the prediction log is."""

from __future__ import annotations

from pydantic import Field, model_validator

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
    answer: str | None = Field(default=None, min_length=1)
    """A column whose cells hold the model's whole answer: `{class: p}`, `[{label, score}]` and the
    like, as JSON (also as text in JSON) or as Python prints it; `[0.9, 0.1]`, where a class is
    called by its place from 0 on or by `answer_names`. The class of the largest number is the
    prediction, unless the answer names one itself or `prediction` is set, and its number is the
    confidence, unless `confidence` is set. With `answer = "output"` each class's number is a
    column, such as `output p(cat)`, that `probabilities = ["output p(*)"]` takes in."""
    answer_names: str | None = Field(default=None, min_length=1)
    """The column with the list of the classes' names, where `answer` holds their numbers only."""

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
