"""What the doubts about a proposal are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drift.observations.reference.smaller_copies import Copies
from drift.setup.images.locate import LocatedImages
from drift.setup.labels.guess import Unjoined
from drift.setup.log.samples.row_sample import LogSample, UnreadSample
from drift.setup.log.unread_objects import UnreadObjects
from drift.setup.propose.examine_reference import ExaminedReference
from drift.setup.propose.proposal import Doubt
from drift.setup.propose.reference import ReferenceGuess


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtContext:
    """What was seen beside the proposal.

    Attributes
    ----------
    located
        What was tried for the images.
    references
        All possible references, the chosen one first.
    taken_in_too
        Objects that the log's glob matches although they are of another kind.
    newest
        The time of the log's newest row.
    now
        The time now.
    sample
        The rows of the log that were looked at.
    names
        The objects that were seen.
    unread
        Objects that no run reads but that look like tables or logs.
    unreadable
        Objects in a format that runs read and yet cannot be read, and why.
    copies
        Images of the reference that look like copies of others.
    images_since
        The first row with an image, where all older ones have lost theirs.
    time_columns, clock_columns
        Other columns that hold times, and those that hold times of day without a date.
    time_doubts
        What was said of the times' zones and order: see `written_times`.
    examined
        What lies in the chosen folder of reference images; None where another kind was chosen.
    small_references
        Folders that are called like a reference and hold a few images only.
    unused_tables
        Tables of features, in a job without images that has no reference.
    unjoined_labels
        Objects that look like labels and name no prediction.
    """

    located: LocatedImages
    references: Sequence[ReferenceGuess]
    taken_in_too: Sequence[str]
    newest: datetime
    now: datetime
    sample: LogSample
    names: Sequence[str]
    unread: Sequence[UnreadObjects] = ()
    unreadable: Sequence[UnreadSample] = ()
    copies: Copies | None = None
    images_since: datetime | None = None
    time_columns: Sequence[str] = ()
    clock_columns: Sequence[str] = ()
    time_doubts: Sequence[Doubt] = ()
    examined: ExaminedReference | None = None
    small_references: Sequence[ReferenceGuess] = ()
    unused_tables: Sequence[str] = ()
    unjoined_labels: Sequence[Unjoined] = ()
