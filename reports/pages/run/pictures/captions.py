"""What is said of images that stand out: once of all of them, and then of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.findings.images import Offender, OffenderReason
from reports.words.numbers import listed, readable, sentence

# What so many of them are is said above them, and not below each one again.
_SHARED = 0.75
_LOOKS_TOLD = 3
_RATHER = "rather "


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A number of one image beside what is usual in the reference."""

    measure: str
    value: str
    usual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What is said of one image.

    Attributes
    ----------
    own
        What it is beside what nearly all of them are; empty for nothing else.
    figures
        Its numbers.
    """

    own: str
    figures: tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Captions:
    """What is said of all images together, and of each in their order.

    Attributes
    ----------
    shared
        A sentence such as ``All 24 are blurrier; 14 are also darker.``; empty for a single image
        and for images of which no number is known.
    """

    shared: str
    each: tuple[Caption, ...]


def captions(offenders: Sequence[Offender]) -> Captions:
    """Return what is said of images that stand out, without saying anything of each one again."""
    counts = Counter(look for one in offenders for look in _looks(one.reasons))
    several = len(offenders) > 1
    shared = {look for look, count in counts.items() if count >= _SHARED * len(offenders)}
    return Captions(
        shared=_sentence(counts, shared, len(offenders)) if several and counts else "",
        each=tuple(_caption(one, shared if several else set()) for one in offenders),
    )


def _looks(reasons: Iterable[OffenderReason]) -> list[str]:
    """Return how an image looks, as words that follow ``are``; each once."""
    told = (one.look.removeprefix(_RATHER) for one in reasons if one.low is not None)
    return list(dict.fromkeys(told))


def _sentence(counts: Counter[str], shared: set[str], images: int) -> str:
    ordered = sorted(counts, key=lambda look: (-counts[look], look))
    nearly_all = [look for look in ordered if look in shared][:_LOOKS_TOLD]
    # What a single image is stands below that image.
    others = [look for look in ordered if look not in shared and counts[look] > 1][:_LOOKS_TOLD]
    parts = []
    if nearly_all:
        least = min(counts[look] for look in nearly_all)
        who = f"All {images:,}" if least == images else f"At least {least:,} of {images:,}"
        who = who if len(nearly_all) > 1 or least == images else f"{least:,} of {images:,}"
        parts.append(f"{who} are {listed(nearly_all)}")
    if others:
        also = " also" if nearly_all else ""
        first, *more = [f"{counts[look]:,}{{}} {look}" for look in others]
        parts.append(listed([first.format(f" are{also}"), *(one.format("") for one in more)]))
    return f"{sentence('; '.join(parts))}." if parts else ""


def _caption(offender: Offender, shared: set[str]) -> Caption:
    own = (one.look for one in offender.reasons if one.look.removeprefix(_RATHER) not in shared)
    return Caption(
        own=", ".join(own),
        figures=tuple(_row(one) for one in offender.reasons if one.value is not None),
    )


def _row(reason: OffenderReason) -> FigureRow:
    low, high = readable(reason.low), readable(reason.high)
    return FigureRow(
        measure=sentence(reason.measure),
        value=readable(reason.value),
        usual=low if low == high else f"{low} to {high}",
    )
