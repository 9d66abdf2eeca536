"""Every source of doubts, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from drift.setup.doubts.columns import about_columns
from drift.setup.doubts.context import DoubtContext
from drift.setup.doubts.images import about_images
from drift.setup.doubts.labels import about_labels
from drift.setup.doubts.log import about_log
from drift.setup.doubts.model import about_model
from drift.setup.doubts.named_reference import about_named_references
from drift.setup.doubts.near_log import about_near_objects
from drift.setup.doubts.reference import about_reference, about_thumbnails
from drift.setup.doubts.reference_contents import about_examined
from drift.setup.doubts.reused_names import about_reused_names
from drift.setup.doubts.rows import about_rows
from drift.setup.doubts.times import about_other_times, about_times
from drift.setup.propose.proposal import Doubt, Proposal

SOURCES: tuple[Callable[[Proposal, DoubtContext], Iterator[Doubt]], ...] = (
    about_log,
    about_near_objects,
    about_rows,
    about_times,
    about_other_times,
    about_columns,
    about_images,
    about_reused_names,
    about_reference,
    about_named_references,
    about_thumbnails,
    about_examined,
    about_labels,
    about_model,
)
"""What `drift init` says that a person should look at."""


def doubts_of(draft: Proposal, seen: DoubtContext) -> list[Doubt]:
    """Return everything in a proposal that a person should look at."""
    return [doubt for source in SOURCES for doubt in source(draft, seen)]
