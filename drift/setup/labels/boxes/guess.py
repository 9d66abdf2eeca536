"""True boxes that lie beside a detector's log, and how they join with its images."""

from __future__ import annotations

from dataclasses import dataclass, field

from drift.setup.columns.guess import Guess
from drift.setup.labels.guess import Unjoined
from drift.setup.log.samples.row_sample import BY_NAME, Written
from jobs.boxes.formats import BoxFormat
from jobs.job_file.label_settings import LabelColumns, LabelSettings, TrueBoxColumns


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueBoxSource:
    """Objects that may hold true boxes, as a job file would say it.

    Attributes
    ----------
    path
        `labels.path`.
    export
        `labels.export`; None where they are tables or JSON, read by `boxes`.
    boxes
        `labels.columns.boxes`.
    id, image
        `labels.columns.id` and `image`, one of them; None of an export.
    log_id
        What `predictions.columns.id` has to be; None where labels name images.
    timestamp
        The column that says when a label was given.
    doubt
        What cannot be told of the boxes; empty where nothing is left open.
    """

    path: str
    export: str | None = None
    boxes: TrueBoxColumns | None = None
    id: str | None = None
    image: str | None = None
    log_id: str | None = None
    timestamp: Guess | None = None
    written: Written = BY_NAME
    doubt: str = ""

    def settings(self) -> LabelSettings:
        """Return the ``[labels]`` of such a job."""
        written = {key: one for key, one in self.written.settings().items() if key != "header"}
        return LabelSettings.model_validate(
            {
                "path": self.path,
                "export": self.export,
                **written,
                "columns": LabelColumns(
                    id=self.id,
                    image=self.image,
                    timestamp=None if self.timestamp is None else self.timestamp.column,
                    boxes=self.boxes,
                ),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MetFormat:
    """A format of boxes, and how many true boxes a predicted one meets if they are in it."""

    box_format: BoxFormat
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxLabelsGuess:
    """True boxes that join with the images of a log.

    Attributes
    ----------
    labelled, rows
        How many of the images looked at have true boxes, and how many were looked at.
    by
        What they were joined by, such as ``id``.
    met
        The format in which most true boxes are met by a predicted one; None where there are too
        few.
    strange
        Classes of the true boxes that no predicted one looked at has, the most frequent first.
    strange_share
        The share of the true boxes that are of these.
    others
        Other objects that join as well.
    """

    source: TrueBoxSource
    labelled: int
    rows: int
    by: str
    met: MetFormat | None = None
    strange: tuple[str, ...] = ()
    strange_share: float = 0.0
    others: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """What `labels.path` would be."""
        return self.source.path

    @property
    def share(self) -> float:
        """The labelled part of the images."""
        return self.labelled / max(1, self.rows)

    def described(self) -> str:
        """Return how many of the images have true boxes, and by what."""
        return f"{self.share:.0%} of {self.rows:,} images looked at have true boxes, {self.by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBoxLabels:
    """What was found beside a log: true boxes that join, or objects that look like such."""

    labels: BoxLabelsGuess | None = None
    unjoined: tuple[Unjoined, ...] = field(default=())
