"""The part of the job file that says what was true, and when the model counts as worse."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from jobs.job_file.box_settings import BoxColumns
from jobs.job_file.prediction_settings import (
    Column,
    PredictionSettings,
    TextEncoding,
    WrittenPattern,
)
from jobs.job_file.value_kinds import Duration, Settings

_SHORTEST_WAIT = timedelta(days=1)
_LONGEST_WAIT = timedelta(days=366)
# What programs write for a value that is missing.
_NOTHING = ("None", "null", "NULL", "nan", "NaN", "NaT", "<NA>", "NA", "N/A", "n/a", "#N/A")


def _wait(value: timedelta) -> timedelta:
    if not _SHORTEST_WAIT <= value <= _LONGEST_WAIT:
        raise ValueError('between "1d" and "366d"')
    return value


class TrueBoxColumns(BoxColumns):
    """Where true boxes stand, in place of `label`."""

    column: str | None = Field(default=None, min_length=1)
    """The column whose cells hold all true boxes of an image, as `predictions.columns.boxes.column`
    does. An empty list is a labelled image without objects; an empty cell, one without a label."""
    columns: tuple[str, ...] = ()
    """In place of `column`, for a table with a row a box: the four columns with the numbers of the
    box, in the order of `format`. The rows of one image and time are one label, which stands in one
    object; where the four are empty, the image has no objects."""
    classes: str | None = Field(default=None, min_length=1)
    """Where the boxes' classes are, in the ways of `predictions.columns.boxes.classes`. Without it,
    boxes are matched whatever their class."""
    scores: str | None = Field(default=None, min_length=1)
    """True boxes have no scores: it is not used."""
    width: str | None = Field(default=None, min_length=1)
    """The column with the width in pixels of the image that was labelled. With it and `height`,
    boxes in pixels can be compared with predicted ones in shares. Without, the size that the log
    says is taken, by `predictions.columns.boxes.width`."""


class LabelColumns(Settings):
    """What the columns of the labels are called; templates are as in `predictions.columns`."""

    id: Column | None = None
    """The request's id, as `predictions.columns.id` calls it; or `{name:stem}` and the like, where
    the name of the labels' object is the id."""
    image: Column | None = None
    """The image: its name in the bucket or its full URI, as reports call it. Where no label has
    such a name, the last part of the name is taken."""
    label: Column = "label"
    """The true class."""
    timestamp: Column | None = None
    """When the label was given. Of several labels for one image or id the newest counts; without
    this column labels that contradict each other are left out and counted."""
    boxes: TrueBoxColumns | None = None
    """Where a detector's true boxes are, in place of `label`: as `predictions.columns.boxes`,
    without scores. An empty list is a labelled image without objects; where there is no list at
    all, the image is not labelled."""


class LabelSettings(Settings):
    """What was true: labels that arrive days after the predictions. See docs/model-quality.md."""

    path: str | None = Field(default=None, min_length=1)
    """One object or a glob, in whatever `predictions.path` may be written in: a log, a plain table
    without times, or one JSON object an image. A URI such as `gs://labels/export/*.csv` outside the
    job's bucket has to lie below `labels.allowed_prefixes`. Unset, the log's own column
    `predictions.columns.label` holds the labels."""
    allowed_prefixes: tuple[str, ...] = ()
    """URI prefixes outside the job's own bucket that labels may be read from."""
    columns: LabelColumns = LabelColumns()
    """What the columns are called: `id` or `image` says which prediction a label is for."""
    export: Literal["coco", "yolo", "label studio", "labelbox", "cvat", "any"] | None = None
    """What wrote the labels, where they are an export of true boxes: COCO's JSON, YOLO's text
    files, Label Studio's JSON, Labelbox's NDJSON, or CVAT's XML or Datumaro JSON; with `"any"`
    their content tells. Images are found by their file names, and `labels.columns` is not
    needed."""
    format: Literal["csv", "json", "json lines", "parquet"] | None = None
    """As `predictions.format`."""
    encoding: TextEncoding | None = None
    """As `predictions.encoding`."""
    from_path: WrittenPattern | None = None
    """As `predictions.from_path`."""
    exclude: tuple[str, ...] = ()
    """As `predictions.exclude`."""
    most_objects: int = Field(default=200_000, ge=1)
    """So many small objects are fetched at most, those whose names tell days before the oldest
    prediction that waits for its label left out."""
    classes: dict[str, str] = Field(default_factory=dict)
    """What the model calls a class that the labels call otherwise: `{ "Labrador" = "labrador" }`.
    A difference in upper and lower case, spaces, `_` and `-` alone needs no entry. The classes of
    true boxes, of exports too, are renamed in the same way."""
    no_class: tuple[str, ...] = _NOTHING
    """What stands in place of a class where nobody knows it, besides nothing at all: such a label
    is left out. Where annotators may skip an image, add what is written then, such as `"unknown"`
    and `"unsure"`; leave out what is a class of the model. A true box of such a
    class has no class: it is left out and counted, and its image counts without it."""
    wait: Annotated[Duration, AfterValidator(_wait)] = timedelta(days=30)
    """How long labels may take: each run counts the labels of so many days before its window's
    end once more."""
    min_labels: int = Field(default=50, ge=10)
    """With fewer labels nothing is said of the model's quality."""

    @model_validator(mode="after")
    def _has_key(self) -> LabelSettings:
        if self.export is not None and self.columns.boxes is not None:
            raise ValueError(
                "either labels.export or labels.columns.boxes: an export tells its own"
            )
        if self.are_boxes and self.path is None:
            raise ValueError("labels.path beside labels.export or labels.columns.boxes")
        keys = (self.columns.id, self.columns.image, self.export)
        if self.path is not None and keys == (None, None, None):
            raise ValueError(
                "labels.columns.id or labels.columns.image beside labels.path, or labels.export: "
                "which prediction a label is for"
            )
        return self

    @property
    def are_boxes(self) -> bool:
        """Whether labels are true boxes, and not classes."""
        return self.columns.boxes is not None or self.export is not None

    def log_settings(self, predictions: PredictionSettings) -> PredictionSettings:
        """Return how the labels' objects are read: as a log is, with columns of their own."""
        return predictions.model_copy(
            update={
                "path": self.path,
                "format": self.format,
                "encoding": self.encoding,
                "header": (),
                "from_path": self.from_path,
                "exclude": self.exclude,
                "most_objects": self.most_objects,
                "images_only": False,
            }
        )


class QualitySettings(Settings):
    """When the model counts as worse than it was; no part of the verdict."""

    minimum_drop: float = Field(default=0.02, ge=0, lt=1)
    """A smaller drop is never told: 0.02 are two points of the accuracy."""
    false_alarm_rate: float = Field(default=0.01, ge=0.0001, le=0.5)
    """The chance per run that a model that is as good as before is called worse. It is beside
    `detection.false_alarm_rate`, and takes nothing of it."""
    version: str | None = Field(default=None, min_length=1)
    """The log's column that names the model's version: each version is shown by itself."""
