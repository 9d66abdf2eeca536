"""Doubts about where the images are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from drift.setup.doubts.context import DoubtContext
from drift.setup.images.day_folders import clock_of, zone_of_folders
from drift.setup.images.locate import LocatedImages
from drift.setup.images.try_templates import other_extensions
from drift.setup.propose.proposal import Doubt, Proposal
from drift.setup.words import one_of

_MOST_FOUND = 0.97
_FITS = 0.5


def about_images(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    """Yield what is unsure about where the rows' images are."""
    located, since = seen.located, seen.images_since
    template = draft.template
    if template is None:
        yield _about_rows(draft.log.path)
        return
    if template.share < _MOST_FOUND:
        extensions = other_extensions(template, seen.names)
        why = ""
        if extensions:
            there = ", ".join(f"{count} as {ending}" for ending, count in extensions.items())
            why = (
                f" Of the first {len(template.missing)} missing ones {there} are there; a template "
                "can name one ending only, so log the file's name."
            )
        example = f", such as {template.missing[0]}" if template.missing else ""
        reasons = " ".join(located.why_not)
        only = ""
        if since is None and template.share < _FITS:
            only = "The template does not fit, unless these images were deleted: "
        elif since is not None:
            only = (
                f"Images exist since {since:%Y-%m-%d %H:%M} UTC only; window and reference are "
                "taken from the rows since then. "
            )
        yield Doubt(
            key="images.path",
            text=f"{only}{1 - template.share:.0%} of the rows name no object that is there"
            f"{example}."
            f"{why} {reasons}".strip(),
        )
    yield from _about_names(template.path)
    reference = draft.reference.path if draft.reference else None
    rivals = [one for one in _rivals(located) if not (reference and one.startswith(reference))]
    if rivals:
        yield Doubt(key="images.path", text=f"Other objects fit as well: {one_of(rivals[:3])}.")


def _about_rows(own_path: str) -> Doubt:
    """Return what a person should know of a job without images."""
    return Doubt(
        key="images",
        text=(
            f"No picture lies in the bucket, and no row of {own_path} leads to one elsewhere, so "
            "the job compares the rows by themselves: what the model said and what was measured. "
            "Light, focus, noise and framing are not looked at, and no picture is shown. Keep the "
            "pictures beside the log, as docs/prediction-log.md says, and add a table for them."
        ),
    )


def _about_names(path: str) -> Iterator[Doubt]:
    """Yield what may not stay as it is in the objects' names."""
    literal = re.sub(r"\{[^{}]+\}", "", path) if "{" in path else ""
    digits = re.search(r"\d{2,}", literal)
    if digits:
        yield Doubt(
            key="images.path",
            text=f"The digits {digits[0]} are the same in all images tried; will they stay so?",
        )
    zone = zone_of_folders(path)
    if zone:
        yield Doubt(
            key="images.path",
            text=f"The names of folders or images tell the time of another clock than the log's; "
            f"that of {zone} fits, and those of zones that change with it do too.",
        )
    clock = clock_of(path)
    if clock:
        yield Doubt(
            key="images.path",
            text=f"The names of folders or images tell the time of a clock at UTC{clock}, the "
            "log's times that of another. If the clock of the names changes for summer time, write "
            f"its zone in place of {clock}, such as Europe/Berlin.",
        )


def _rivals(located: LocatedImages) -> list[str]:
    """Return templates that lead to other objects, one for each set of objects."""
    taken = set(located.tried[0].found)
    rivals = []
    for one in located.tried[1:]:
        if one.distinct < 0.5 or one.column is not None:
            continue
        if one.share >= located.tried[0].share - 0.02 and taken.isdisjoint(one.found):
            rivals.append(one.path)
            taken |= one.found
    return rivals
