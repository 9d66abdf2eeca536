"""What ``drift init`` was unsure of, in sentences for the job file and the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.setup.locate_images import LocatedImages
from drift.setup.proposal import Doubt, Proposal
from drift.setup.propose_reference import ReferenceGuess, ReferenceKind
from drift.setup.try_templates import other_extensions
from drift.setup.words import has_word

_MOST_FOUND = 0.97
_FITS = 0.5
_FEW_REFERENCE_IMAGES = 100
_PAST_WORDS = frozenset({"archive", "archives", "archived", "old", "older", "past"})


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
    sample_notes
        What was odd about the log.
    names
        The objects that were seen.
    images_since
        The first row with an image, where all older ones have lost theirs.
    time_columns, clock_columns
        Other columns that hold times, and those that hold times of day without a date.
    time_doubts
        What was said of the times' zones and order: see `written_times`.
    """

    located: LocatedImages
    references: Sequence[ReferenceGuess]
    taken_in_too: Sequence[str]
    newest: datetime
    now: datetime
    sample_notes: Sequence[str]
    names: Sequence[str]
    images_since: datetime | None = None
    time_columns: Sequence[str] = ()
    clock_columns: Sequence[str] = ()
    time_doubts: Sequence[Doubt] = ()


def doubts_of(draft: Proposal, seen: DoubtContext) -> list[Doubt]:
    """Return everything in a proposal that a person should look at."""
    return [
        *_about_log(draft, seen.taken_in_too, seen.sample_notes),
        *_about_times(draft, seen.newest, seen.now),
        *seen.time_doubts,
        *_about_other_times(draft, seen),
        *_about_columns(draft),
        *_about_images(draft, seen.located, seen.names, seen.images_since),
        *_about_reference(draft, seen.references),
    ]


def _about_log(draft: Proposal, extra: Sequence[str], notes: Sequence[str]) -> Iterator[Doubt]:
    possible = [one for one in draft.log.others if one != draft.reference_log]
    older = [one for one in possible if has_word(one, _PAST_WORDS)]
    others = [one for one in possible if one not in older]
    if older:
        text = f"{_or(older)} seems to hold older rows of it, which runs do not read."
        yield Doubt(key="predictions.path", text=text)
    if others:
        text = f"It could also be {_or(others)}."
        yield Doubt(key="predictions.path", text=text)
    if extra:
        text = (
            f"The glob also takes in {len(extra):,} objects that were not looked into, such as "
            f"{extra[0]}; make it narrower if they are no part of the log."
        )
        yield Doubt(key="predictions.path", text=text)
    for note in notes:
        yield Doubt(key="predictions.path", text=note)


def _about_times(draft: Proposal, newest: datetime, now: datetime) -> Iterator[Doubt]:
    columns = draft.columns
    if columns.day_first is not None and not columns.day_first_is_settled:
        yield Doubt(
            key="predictions.day_first",
            text="No date settles whether day or month comes first; this order gives the log the "
            "more even course.",
        )
    if newest > now + timedelta(minutes=1):
        yield Doubt(
            key="predictions.timezone",
            text=f"The newest row, {newest:%Y-%m-%d %H:%M}, lies in the future of UTC: set the "
            "zone, or run with --until.",
        )


def _about_other_times(draft: Proposal, seen: DoubtContext) -> Iterator[Doubt]:
    key = "predictions.columns.timestamp"
    if not draft.columns.has_clock:
        text = "It holds days without a time of day: every row counts as written at 0:00."
        if seen.clock_columns:
            text += (
                f" The column {_or(seen.clock_columns)} looks like the time of day; a job reads "
                "one column, so log both in one."
            )
        yield Doubt(key=key, text=text)
    elif seen.time_columns:
        yield Doubt(key=key, text=f"Other times are in {_or(seen.time_columns)}.")


def _about_columns(draft: Proposal) -> Iterator[Doubt]:
    columns = draft.columns
    for key, guess in columns.named.items():
        if guess.is_sure:
            continue
        others = f"; it could also be {_or(guess.others)}" if guess.others else ""
        yield Doubt(
            key=f"predictions.columns.{key}",
            text=f"{guess.column} was taken because: {guess.because}{others}.",
        )
    if columns.prediction is None:
        watched = "the probabilities" if columns.probabilities else "images alone"
        yield Doubt(
            key="predictions.columns.prediction",
            text=f"No column looks like the predicted class; without one, {watched} are watched.",
        )
    for note in columns.notes:
        yield Doubt(key="predictions.columns", text=note)


def _about_images(
    draft: Proposal, located: LocatedImages, names: Sequence[str], since: datetime | None
) -> Iterator[Doubt]:
    template = draft.template
    if template.share < _MOST_FOUND:
        extensions = other_extensions(template, names)
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
    literal = re.sub(r"\{[^{}]+\}", "", template.path) if "{" in template.path else ""
    digits = re.search(r"\d{2,}", literal)
    if digits:
        yield Doubt(
            key="images.path",
            text=f"The digits {digits[0]} are the same in all images tried; will they stay so?",
        )
    rivals = _rivals(located)
    if rivals:
        yield Doubt(key="images.path", text=f"Other objects fit as well: {_or(rivals[:3])}.")


def _rivals(located: LocatedImages) -> list[str]:
    """Return templates that lead to other objects, one for each set of objects."""
    taken = set(located.tried[0].found)
    rivals = []
    for one in located.tried[1:]:
        if one.distinct < 0.5:
            continue
        if one.share >= located.tried[0].share - 0.02 and taken.isdisjoint(one.found):
            rivals.append(one.path)
            taken |= one.found
    return rivals


def _about_reference(draft: Proposal, references: Sequence[ReferenceGuess]) -> Iterator[Doubt]:
    guess = draft.reference
    if guess is None:
        yield Doubt(
            key="reference",
            text="There is no set of images that the log does not name, no feature table and no "
            "tensors. Was the log's oldest stretch an ordinary time?",
        )
        return
    others = [f'{one.kind} = "{one.path}"' for one in references[1:4]]
    also = f" It could also be {_or(others)}." if others else ""
    if not guess.is_sure:
        yield Doubt(
            key="reference",
            text=f"{guess.path} was taken because the log does not name its images.{also}",
        )
    elif others:
        yield Doubt(key="reference", text=also.strip())
    if guess.kind is ReferenceKind.TENSORS:
        yield Doubt(
            key="reference",
            text="The tensors were not looked into. If they were normalised, set "
            "reference.tensor_mean and tensor_std.",
        )
    if 0 < guess.size < _FEW_REFERENCE_IMAGES:
        yield Doubt(
            key="reference",
            text=f"{guess.size} are few: small shifts cannot be told from chance, and runs may "
            "stay inconclusive. Some hundred are better.",
        )
    if draft.reference_log is not None:
        yield Doubt(
            key="reference.log",
            text="It was taken by its name and columns; are these predictions on the reference?",
        )


def _or(things: Sequence[str]) -> str:
    if len(things) == 1:
        return things[0]
    return f"{', '.join(things[:-1])} or {things[-1]}"
