"""How the differences between two sets of image files are said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from drift.observations.file_differences import TRANSPARENT, FileDifference, Saying, saying_of
from reference_stats.file_facts.facts import FileFacts
from reports.words.numbers import counted, listed

_NAMED = 2
_HALF = 0.5
_ADVISED = ("bits", "transparency", "profile")


def with_modes(one: FileDifference, files: Iterable[FileFacts]) -> FileDifference:
    """Return a difference that names the modes of transparent files, such as ``(RGBA)``."""
    modes = ", ".join(sorted({file.mode for file in files if file.transparent}))
    named = Saying(TRANSPARENT.verb, f"{TRANSPARENT.what} ({modes})")
    if one.saying == TRANSPARENT:
        return replace(one, saying=named)
    return replace(one, usual=named) if one.usual == TRANSPARENT else one


def told(one: FileDifference) -> str:
    """Return a difference as a sentence with its numbers."""
    only = "Only " if not one.has_grown and one.current else ""
    said = f"{only}{_amount(one.current, one.current_images)} {one.saying}"
    if one.usual is not None:
        return f"{said}; all of the reference's {one.reference_images:,} {one.usual}."
    if one.reference == 0:
        return f"{said}, none of the reference's {one.reference_images:,}."
    if one.reference == one.reference_images:
        return f"{said}, all of the reference's {one.reference_images:,}."
    return f"{said}, {one.reference:,} of the reference's {one.reference_images:,}."


def _amount(count: int, images: int) -> str:
    if count == images:
        return "The one image" if images == 1 else f"All {images:,} images"
    if count == 0:
        return f"None of the {counted(images, 'image')}"
    return f"{count:,} of {counted(images, 'image')}"


def headline(differences: Sequence[FileDifference]) -> str:
    """Return the first differences as a sentence without numbers and without its full stop."""
    named = differences[:_NAMED]
    said = [one.saying if one.has_grown else one.saying.denied for one in named]
    parts = [str(said[0])]
    # "have A and B", where both are had.
    for earlier, saying in pairwise(said):
        parts.append(saying.what if saying.verb == earlier.verb else str(saying))
    before = max(one.share_before for one in named)
    if before > _HALF:
        return f"More images than in the reference {listed(parts)}"
    least = min(one.share_concerned for one in named)
    who = "The images" if least == 1 else "Most images" if least > _HALF else "Some images"
    most = "most of " if before else ""
    return f"{who} {listed(parts)}, unlike {most}the reference's"


def advice(differences: Sequence[FileDifference], files: Collection[FileFacts]) -> Iterator[str]:
    """Yield what a model's loader makes of such files, and what to do about it.

    Parameters
    ----------
    files
        The different ones among the window's.
    """
    newer = {trait: _more_frequent(differences, trait, files) for trait in _ADVISED}
    if any(file.is_deep for file in newer["bits"]):
        yield (
            'Pillow\'s convert("RGB") clips whole numbers of more than 8 bits at 255, so that a '
            "model whose loader does that sees them nearly white: scale them to 8 bits first. Here "
            "they are scaled as if they filled 16 bits."
        )
    if any(file.is_float for file in newer["bits"]):
        yield (
            'Pillow\'s convert("RGB") makes floating-point samples from 0 to 1 black: scale them '
            "to 0 to 255 before the model sees them; here they are scaled, and samples below 0 or "
            "without a value count as black."
        )
    if any(file.transparent for file in newer["transparency"]):
        yield (
            "The numbers are those of the colours below the transparency, as Pillow's "
            'convert("RGB") shows them to a model: lay the images on the reference\'s background '
            "first."
        )
    if any(file.profile for file in newer["profile"]):
        yield (
            "Colours in such a profile look paler where it is not applied, as in Pillow's "
            'convert("RGB") and here: convert the images to sRGB first.'
        )


def _more_frequent(
    differences: Sequence[FileDifference], trait: str, files: Collection[FileFacts]
) -> list[FileFacts]:
    """Return the files that are what has become more frequent in a trait."""
    said = [one.saying.what for one in differences if one.trait == trait and one.has_grown]
    # Of transparent files the modes are said too.
    return [
        file for file in files if any(what.startswith(saying_of(trait, file).what) for what in said)
    ]
