"""Labels that lie beside a log, and how they join with its predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from drift.setup.columns.guess import Guess
from drift.setup.log.samples.row_sample import Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """One way in which labels name predictions, as it was tried.

    Attributes
    ----------
    key, column
        `labels.columns.id` or `labels.columns.image`, and what it would be.
    log_column
        What `predictions.columns.id` has to be; None where labels name images.
    is_new_id
        Whether `predictions.columns.id` was something else, or nothing, before.
    labelled
        How many of the predictions looked at have a label.
    rows
        How many were looked at.
    cost
        How far-fetched it is; 0 is plain.
    """

    key: Literal["id", "image"]
    column: str
    log_column: str | None
    labelled: int
    rows: int
    is_new_id: bool = False
    cost: float = 0.0

    @property
    def share(self) -> float:
        """The labelled part of the predictions."""
        return self.labelled / max(1, self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsGuess:
    """Objects that hold what was true.

    Attributes
    ----------
    path
        What `labels.path` would be.
    written
        How they are written, as far as a run has to be told.
    label, timestamp
        The column of the true class, and that of the time at which it was given, where there is
        one.
    rows, is_complete
        How many labels there are; estimated where not all were looked at.
    strange
        Classes of the labels that none of the predictions looked at has, the most frequent first.
    strange_share
        The share of the labels that are of these.
    others
        Other objects that join as well.
    """

    path: str
    written: Written
    join: Join
    label: Guess
    timestamp: Guess | None
    rows: int
    is_complete: bool
    strange: tuple[str, ...] = ()
    strange_share: float = 0.0
    others: tuple[str, ...] = ()

    def described(self) -> str:
        """Return how many of the predictions have a label, and by what."""
        join = self.join
        by = f"by {join.key}"
        return f"{join.share:.0%} of {join.rows:,} predictions looked at have a label, {by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjoined:
    """Objects that look like labels and name no prediction.

    Attributes
    ----------
    column, example
        Their column that names something, and a value of it.
    logged
        What the log has in its place, by key: the id's column and a value, an image's name.
    is_complete
        Whether all labels and all predictions were looked at.
    """

    path: str
    column: str
    example: str
    logged: tuple[str, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLabels:
    """What was found beside a log: labels that join, or objects that look like labels."""

    labels: LabelsGuess | None = None
    unjoined: tuple[Unjoined, ...] = ()
