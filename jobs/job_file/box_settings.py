"""The part of the job file that says where a detector's boxes stand in the prediction log."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from jobs.job_file.value_kinds import Settings


def box_class_column(boxes: str) -> str:
    """Return what the column of the boxes' classes is called that is read from cells of boxes."""
    return f"{boxes} (class)"


def box_score_column(boxes: str) -> str:
    """Return what the column of their scores is called."""
    return f"{boxes} (score)"


class BoxColumns(Settings):
    """Where a detector's boxes stand.

    Without this table a log of boxes is read as any other: each row has a class and a confidence,
    and the rows of one image count together.
    """

    column: str | None = Field(default=None, min_length=1)
    """The column whose cells hold all boxes of an image, as a list of lists of numbers, or of
    objects such as `{left, top, width, height}` or `{bbox, category, score}`; as JSON, nested in
    JSON or Parquet, or as Python prints it. An empty list, or an empty cell, is an image without
    boxes. See docs/boxes.md."""
    columns: tuple[str, ...] = ()
    """In place of `column`, for a log with a row a box: the four columns with the numbers of the
    box, in the order of `format`. The rows of one image and time are one image; where the four are
    empty, the row says that its image has no box."""
    format: Literal["xyxy", "xywh", "cxcywh", "yxyx", "ltwh"] = "xyxy"
    """What the four numbers are: `xyxy` left, top, right, bottom; `xywh` or `ltwh` left, top,
    width, height (COCO); `cxcywh` the centre, width, height (YOLO); `yxyx` top, left, bottom,
    right (TensorFlow). Objects that name the parts of a box are read by these names."""
    unit: Literal["pixels", "shares"] = "pixels"
    """Whether they are pixels, or shares of the image's width and height from 0 to 1."""
    classes: str | None = Field(default=None, min_length=1)
    """Where the boxes' classes are: a column with a list side by side with that of the boxes (with
    a row a box, with the class), or else a key in each box's object, or the place of a number in
    each box's list, from 0 on, such as `"5"`. It stands for `prediction`."""
    scores: str | None = Field(default=None, min_length=1)
    """Where the boxes' scores are, in the same ways. It stands for `confidence`; with a row a box
    that may be named as in any log, and `prediction` too."""
    width: str | None = Field(default=None, min_length=1)
    """The column with the width in pixels of the image that the boxes were found in. With it and
    `height`, boxes in pixels are compared as shares of their image; without, as pixels."""
    height: str | None = Field(default=None, min_length=1)
    """The column with its height."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.column is None) == (not self.columns):
            raise ValueError(
                "either column, whose cells hold all boxes of an image, or columns, the four with "
                "the numbers of the box of a row"
            )
        if self.columns and len(set(self.columns)) != 4:
            raise ValueError('four different columns, such as columns = ["x0", "y0", "x1", "y1"]')
        if (self.width is None) != (self.height is None):
            raise ValueError("width and height both, or none of them")
        return self

    @property
    def prediction(self) -> str | None:
        """The column of the classes, which is made where boxes stand in cells."""
        if self.classes is None or self.column is None:
            return self.classes
        return box_class_column(self.column)

    @property
    def confidence(self) -> str | None:
        """The column of the scores, which is made where boxes stand in cells."""
        if self.scores is None or self.column is None:
            return self.scores
        return box_score_column(self.column)

    @property
    def made(self) -> frozenset[str]:
        """The columns that no log has because they are made of the boxes in its cells."""
        if self.column is None:
            return frozenset()
        return frozenset(filter(None, (self.prediction, self.confidence)))

    @property
    def required(self) -> dict[str, str]:
        """The columns that the log must have, and the key that names each."""
        keys = {"column": self.column, "width": self.width, "height": self.height}
        if self.column is None:
            keys |= {"classes": self.classes, "scores": self.scores}
        found = {column: f"boxes.{key}" for key, column in keys.items() if column is not None}
        return found | dict.fromkeys(self.columns, "boxes.columns")

    @property
    def lists(self) -> frozenset[str]:
        """The columns that may stand side by side with that of the boxes, or be keys in it."""
        if self.column is None:
            return frozenset()
        return frozenset(filter(None, (self.classes, self.scores)))

    @property
    def used(self) -> frozenset[str]:
        """All columns of the log that may be read for boxes."""
        return frozenset(self.required) | self.lists

    def refuse_beside(self, others: dict[str, object]) -> None:
        """Check that nothing else is said to be the classes or the scores.

        Raises
        ------
        ValueError
            If there is.
        """
        if others.get("answer") is not None:
            raise ValueError("either answer or boxes: an answer is that of a classifier")
        for key, own, made in (
            ("prediction", "classes", self.prediction),
            ("confidence", "scores", self.confidence),
        ):
            if made is not None and others.get(key) not in {None, made}:
                raise ValueError(f"either {key} or boxes.{own}: both are the same of each box")
