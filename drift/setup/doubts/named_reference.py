"""Doubts about folders that are called like a reference and were not taken for one."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.image_sets import Folder, ending_of, folders_of
from drift.setup.propose.proposal import Doubt, Proposal
from drift.setup.propose.reference import FEWEST_IMAGES, MOST_NAMED, is_named_as_reference
from drift.setup.words import has_word
from jobs.images.endings import IMAGE_ENDINGS

_SHOWN = 3
_OWN = 0.9
_CERTAINLY = frozenset({"reference", "references", "baseline", "golden"})


def about_named_references(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield which folders that are called like a reference hold images that the log names."""
    if draft.template is None:
        return
    images = [name for name in seen.names if ending_of(name) in IMAGE_ENDINGS - {""}]
    folders = folders_of(images, draft.template.found)
    for one in [one for one in folders if _is_passed_over(one)][:_SHOWN]:
        yield Doubt(
            key="reference",
            text=f"{one.prefix} is called like a reference, but the log names {one.named:,} of its "
            f"{one.images:,} images, so it is not taken for one: images on both sides hide a "
            "drift.",
        )


def _is_passed_over(folder: Folder) -> bool:
    is_meant = is_named_as_reference(folder) and folder.images >= FEWEST_IMAGES
    # A folder called data or test whose images the log names is the log's own.
    is_own = folder.named > _OWN * folder.images and not has_word(folder.prefix, _CERTAINLY)
    return bool(folder.prefix) and is_meant and not is_own and _is_named(folder)


def _is_named(folder: Folder) -> bool:
    return folder.named > MOST_NAMED * folder.images
