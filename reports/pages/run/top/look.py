"""The pictures at the top of a run's page, with captions of a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.findings.run import RunFindings
from reports.pages.run.contact_sheet import ContactSheet, Shot
from reports.pages.run.grown_class import GrownClassView

IMAGES = 4
_MOST_WORDS = 3
# A caption does not end with one of these.
_UNFINISHED = frozenset({"and", "as", "at", "by", "from", "in", "of", "on", "or", "the", "to"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionedPicture:
    """A picture with its caption, which may be empty, and the anchor of where more is said."""

    source: str
    caption: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """Pictures of the window beside those that are usual.

    Attributes
    ----------
    title, usual_title
        What either row shows.
    more
        How many images the section of images has, for the link to it; 0 for no link.
    pictures
        Of the window; empty where only names are known.
    named
        The worst images by name, where there are no pictures to compare.
    usual
        The sources of the usual pictures.
    """

    title: str
    usual_title: str
    more: int
    pictures: tuple[CaptionedPicture, ...]
    named: tuple[Shot, ...]
    usual: tuple[str, ...]


def look_at(
    findings: RunFindings, sheet: ContactSheet, grown: GrownClassView | None
) -> FirstLook | None:
    """Return the pictures to look at first; None where there are neither pictures nor names.

    They are the images that stand out; where there are none, those of the class that grew.
    """
    if sheet.shots:
        return _standing_out(findings, sheet)
    return None if grown is None or not grown.window else _of_class(grown)


def captions(looks: Sequence[str], headline: str = "") -> tuple[str, list[str]]:
    """Return what all images have in common, and captions of a few words where they need some.

    Images that have something in common need none: other words below the pictures than those of
    the headline would read as if something else had happened.

    Parameters
    ----------
    looks
        How each image looks, as a list in words: ``blurrier, darker``.
    headline
        What it says of an image stands first in the image's caption.
    """
    parts = [look.split(", ") for look in looks]
    common = [one for one in (parts[0] if parts else []) if all(one in own for own in parts)]
    if any(common):
        return ", ".join(common), [""] * len(parts)
    said = [sorted(own, key=lambda one: one not in headline) for own in parts]
    return "", [_few_words(own) for own in said]


def _few_words(looks: Sequence[str]) -> str:
    """Return the first looks that fit into a caption, the first of them cut to fit."""
    if not looks:
        return ""
    looks = [look.partition(" from ")[0] for look in looks]
    words = looks[0].split()
    if len(words) > _MOST_WORDS:
        words = words[:_MOST_WORDS]
        while len(words) > 1 and words[-1] in _UNFINISHED:
            words.pop()
        return " ".join(words)
    fitting = [" ".join(words)]
    for look in looks[1:]:
        if sum(len(one.split()) for one in (*fitting, look)) > _MOST_WORDS:
            break
        fitting.append(look)
    return ", ".join(fitting)


def _standing_out(findings: RunFindings, sheet: ContactSheet) -> FirstLook:
    shown = [shot for shot in sheet.shots if shot.source][:IMAGES]
    said = findings.headline or findings.summary
    common, own = captions([shot.look for shot in shown], said)
    known = all(one in said for one in common.split(", "))
    title = "These stand out" if known else f"These stand out: {common}"
    usual = tuple(source for _, source, _ in sheet.typical[:IMAGES]) if shown else ()
    return FirstLook(
        title=title if shown else "Look at these first",
        usual_title="Typical of the reference",
        more=len(sheet.shots),
        pictures=tuple(
            CaptionedPicture(source=shot.source or "", caption=caption, anchor=shot.anchor)
            for shot, caption in zip(shown, own, strict=True)
        ),
        named=() if usual else (tuple(shown) or sheet.shots[:IMAGES]),
        usual=usual,
    )


def _of_class(grown: GrownClassView) -> FirstLook:
    return FirstLook(
        title=f"Now predicted as {grown.name}",
        usual_title=f"{grown.name} in the reference",
        more=0,
        pictures=tuple(
            CaptionedPicture(source=one.source, caption="", anchor="predictions")
            for one in grown.window[:IMAGES]
        ),
        named=(),
        usual=tuple(one.source for one in grown.reference[:IMAGES]),
    )
