"""A close look at the reference that ``drift init`` found: copies, and the log's own images."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from drift.observations.reference.copies import CopyCount
from drift.observations.reference.shared_images import Part
from drift.setup.images.equal_objects import count_in_reference, find_equal
from drift.setup.propose.reference import ReferenceGuess, ReferenceKind
from jobs.buckets.bucket import Bucket, ObjectInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedReference:
    """What lies in the folder of reference images.

    Attributes
    ----------
    equal
        Which of them are copies of others.
    shared
        How many of the log's images that were tried are equal to one of them.
    """

    equal: CopyCount
    shared: Part


def examine_reference(
    bucket: Bucket,
    guess: ReferenceGuess | None,
    objects: Sequence[ObjectInfo],
    images: Collection[str],
    logged: Collection[str],
) -> ExaminedReference | None:
    """Return what lies in the chosen folder of images; None where another kind was chosen.

    Parameters
    ----------
    objects, images
        What was seen in the bucket, and which of it are images.
    logged
        The images that the log names.
    """
    if guess is None or guess.kind is not ReferenceKind.IMAGES:
        return None
    known = frozenset(images)
    below = [one for one in objects if one.name.startswith(guess.path) and one.name in known]
    live = [one for one in objects if one.name in logged]
    return ExaminedReference(
        equal=find_equal(bucket, below),
        shared=count_in_reference(bucket, live, below),
    )


def as_they_count(
    references: Sequence[ReferenceGuess], examined: ExaminedReference | None
) -> list[ReferenceGuess]:
    """Return the references, the first one with as many images as it has different ones."""
    if examined is None:
        return list(references)
    return [replace(references[0], size=examined.equal.different), *references[1:]]
