"""The top of a run's page: what a reader sees before scrolling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.findings.run import RunFindings
from reports.pages.run.cards import CardGroups, ColumnCard, by_movement
from reports.pages.run.contact_sheet import ContactSheet, Shot
from reports.words.losses import what_is_missing
from reports.words.numbers import SIGMA
from reports.words.summary_paragraphs import summary_paragraphs

MOVEMENTS = 4
IMAGES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstScreen:
    """The top of the page.

    Attributes
    ----------
    moved, more_moved
        The columns that moved farthest, on one scale, and the number of other columns that moved.
    rest
        The anchor of the first section of columns, where the others begin.
    explain_sigma
        Whether the text mentions a standard deviation, so that the page must explain it.
    shots
        The number of images that stand out.
    strip
        The worst images that have a picture.
    named
        The worst images by name: the images of the strip, or the worst ones if none has a picture.
    typical
        Name, source and link of typical reference images.
    summary
        The run's summary in paragraphs.
    missing
        What was missing for a verdict, in one sentence each; empty if there is a verdict.
    """

    moved: tuple[ColumnCard, ...]
    more_moved: int
    rest: str
    explain_sigma: bool
    shots: int
    strip: tuple[Shot, ...]
    named: tuple[Shot, ...]
    typical: tuple[tuple[str, str, str | None], ...]
    summary: tuple[str, ...]
    missing: tuple[str, ...]


def first_screen(
    findings: RunFindings, groups: Sequence[CardGroups], sheet: ContactSheet
) -> FirstScreen:
    """Return the content of the top of a run's page."""
    ordered = sorted(
        (card for group in groups for card in group.moved),
        key=lambda card: by_movement(card.finding),
    )
    moved = ordered[:MOVEMENTS]
    strip = tuple(shot for shot in sheet.shots if shot.source)[:IMAGES]
    return FirstScreen(
        moved=tuple(moved),
        more_moved=len(ordered) - len(moved),
        rest=_section_of(findings),
        explain_sigma=any(SIGMA in card.movement.brief for card in moved),
        shots=len(sheet.shots),
        strip=strip,
        named=(strip or sheet.shots)[:IMAGES],
        typical=sheet.typical[:IMAGES] if strip else (),
        summary=summary_paragraphs(findings),
        missing=tuple(what_is_missing(findings)),
    )


def _section_of(findings: RunFindings) -> str:
    """Return the anchor of the page's first section of columns."""
    if findings.has_images or findings.features:
        return "features"
    return "numbers" if findings.numbers else "predictions"
