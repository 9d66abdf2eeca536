"""What ``drift init`` found in a bucket and proposes, before it is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from drift.setup.check.reused_names import ReusedNames
from drift.setup.columns.all_columns import ColumnGuesses
from drift.setup.images.try_templates import TriedTemplate
from drift.setup.labels.boxes.guess import BoxLabelsGuess
from drift.setup.labels.guess import LabelsGuess
from drift.setup.log.candidates import NameSource
from drift.setup.log.samples.row_sample import BY_NAME, Written
from drift.setup.model.guess import ModelGuess
from drift.setup.propose.reference import ReferenceGuess, ReferenceKind
from drift.setup.propose.window import ReferenceStretch, WindowGuess


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Something that a person should look at.

    Attributes
    ----------
    key
        The key of the job file that it is about, such as ``images.path``.
    text
        What is unsure, and what else it could be.
    """

    key: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChoice:
    """The log that was chosen.

    Attributes
    ----------
    path
        `predictions.path`.
    because
        Why, in plain words.
    others
        Other logs that it could have been.
    source
        What of it stands in the names of its objects.
    written
        How it is written, as far as a run has to be told.
    """

    path: str
    because: str
    others: tuple[str, ...] = ()
    source: NameSource = field(default_factory=NameSource)
    written: Written = BY_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A job, with a reason for everything in it.

    Attributes
    ----------
    seen
        What was looked through, in plain words.
    template
        Where the images are; None for a job without images.
    reference, stretch
        Exactly one of them is set.
    reference_log
        `reference.log`, where one was found.
    link_template
        `reports.link_template`, where the store has pages to link to.
    exclude
        `reference.exclude`: globs over copies among the reference's images.
    doubts
        What the person should look at.
    names_used
        How many image names the log uses anew.
    numbers
        `predictions.columns.numbers`: columns that are compared by their names.
    features
        Those of them that are features, where they are compared with a table of features.
    labels
        Labels beside the log, where they join with its predictions: classes, or true boxes.
    reference_label
        The column of the reference's labels in `reference.log`, where it has one.
    version
        `quality.version`: the column that names the model's version, where there are labels.
    model
        The model that could look at the images, where the bucket holds one.
    """

    name: str
    url: str
    seen: str
    log: LogChoice
    columns: ColumnGuesses
    template: TriedTemplate | None
    window: WindowGuess
    reference: ReferenceGuess | None
    stretch: ReferenceStretch | None
    reference_log: str | None
    exclude: tuple[str, ...] = ()
    link_template: str | None = None
    doubts: tuple[Doubt, ...] = ()
    names_used: ReusedNames = field(default_factory=ReusedNames)
    numbers: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    labels: LabelsGuess | BoxLabelsGuess | None = None
    reference_label: str | None = None
    version: str | None = None
    model: ModelGuess | None = None

    @property
    def reference_table(self) -> str | None:
        """What `reference.log` would be, whatever the reference is otherwise."""
        if self.reference is not None and self.reference.kind is ReferenceKind.LOG:
            return self.reference.path
        return self.reference_log


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What every proposal says of its bucket, whatever it compares; as of `Proposal`."""

    name: str
    url: str
    seen: str
    log: LogChoice

    def proposal(self, **parts: Any) -> Proposal:  # noqa: ANN401 - the other fields of a proposal
        """Return the proposal with its other fields."""
        return Proposal(name=self.name, url=self.url, seen=self.seen, log=self.log, **parts)
