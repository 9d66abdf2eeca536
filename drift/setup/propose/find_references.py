"""What of a bucket could be the reference, looked at closely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drift.observations.reference.smaller_copies import Copies, find_copies
from drift.setup.image_sets import folders_of
from drift.setup.images.try_templates import TriedTemplate
from drift.setup.log.candidates import Candidates
from drift.setup.log.times import SampledTimes
from drift.setup.propose.examine_reference import ExaminedReference, examine_reference
from drift.setup.propose.judged import JudgedLog
from drift.setup.propose.reference import (
    ReferenceGuess,
    ReferenceKind,
    propose_references,
    small_references,
)
from drift.setup.propose.window import propose_stretch
from drift.setup.survey import Survey
from jobs.buckets.bucket import Bucket

# So many different objects per row are each row's own.
_OWN_IMAGES = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """A bucket and what was found in it so far.

    Attributes
    ----------
    images
        The names of the images.
    chosen
        The log.
    """

    bucket: Bucket
    seen: Survey
    images: Sequence[str]
    candidates: Candidates
    chosen: JudgedLog


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReferences:
    """The possible references.

    Attributes
    ----------
    references
        All of them, the best first.
    small
        Folders that are called like one and hold a few images only.
    copies
        Images of the best one that look like copies of others in it, by their names.
    examined
        What else is known of the best one; None where it is no folder of images.
    """

    references: Sequence[ReferenceGuess]
    small: Sequence[ReferenceGuess]
    copies: Copies | None
    examined: ExaminedReference | None


def find_references(
    looked_at: LookedAt, template: TriedTemplate, times: SampledTimes
) -> FoundReferences:
    """Return every possible reference, the best one looked at closely."""
    images = looked_at.images
    references = _references(looked_at, template)
    small = [] if references else small_references(folders_of(images, template.found))
    references = references or _small_before_stretch(small, times)
    copies = _copies(references, images)
    if copies is not None:
        references = [references[0].without(len(copies.names)), *references[1:]]
        images = sorted(set(images).difference(copies.names))
    examined = examine_reference(
        looked_at.bucket,
        next(iter(references), None),
        looked_at.seen.objects,
        images,
        template.found,
    )
    return FoundReferences(references=references, small=small, copies=copies, examined=examined)


def _references(looked_at: LookedAt, template: TriedTemplate) -> list[ReferenceGuess]:
    own = {info.name for info in looked_at.chosen.candidate.family.members}
    return propose_references(
        folders_of(looked_at.images, template.found),
        {name: table for name, table in looked_at.candidates.tables.items() if name not in own},
        looked_at.seen.objects,
        _live_folders(template),
        copies=[one.found for one in looked_at.chosen.located.tried if one.distinct >= _OWN_IMAGES],
    )


def _copies(references: Sequence[ReferenceGuess], images: Sequence[str]) -> Copies | None:
    """Return the images of the chosen reference that look like copies of others in it."""
    if not references or references[0].kind is not ReferenceKind.IMAGES:
        return None
    prefix = references[0].path
    return find_copies(prefix, [name for name in images if name.startswith(prefix)])


def _small_before_stretch(
    small: Sequence[ReferenceGuess], times: SampledTimes
) -> list[ReferenceGuess]:
    """Return folders of a few images where the log's own past has no more of them."""
    stretch = propose_stretch(times)
    past = 0.0 if stretch is None else stretch.rows * times.images_a_row
    return list(small) if small and small[0].size >= past else []


def _live_folders(template: TriedTemplate) -> list[str]:
    """Return the folders that the log's images lie in, none where that is the whole bucket."""
    literal = template.path.partition("{")[0] if "{" in template.path else ""
    folder = literal.rpartition("/")[0]
    if folder:
        return [folder + "/"]
    tops = {name.partition("/")[0] + "/" for name in template.found if "/" in name}
    return sorted(tops)
