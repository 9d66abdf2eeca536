"""What a run's page shows before anybody scrolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reference_stats.features.registry import FEATURES
from reports.cards import CardGroups, ColumnCard, by_movement
from reports.contact_sheet import ContactSheet, Shot
from reports.findings import RunFindings
from reports.wording import SIGMA, what_is_missing

MOVEMENTS = 4
IMAGES = 4
# What the eye sees comes first, then what the model answers, then all others by size.
_OF_THE_EYE, _OF_THE_MODEL = 3, 1
_HEADLINES = frozenset(feature.name for feature in FEATURES if feature.headline)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstScreen:
    """The top of the page.

    Attributes
    ----------
    moved, more_moved
        The columns to name first, and how many more moved.
    explain_sigma
        Whether a standard deviation is spoken of there.
    shots
        How many images stand out.
    strip
        The worst images that have a picture.
    named
        The worst images by name: those of the strip, or simply the worst where none has a picture.
    typical
        Name and source of typical reference images.
    missing
        What an inconclusive run lacked, one sentence each.
    """

    moved: tuple[ColumnCard, ...]
    more_moved: int
    explain_sigma: bool
    shots: int
    strip: tuple[Shot, ...]
    named: tuple[Shot, ...]
    typical: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


def first_screen(
    findings: RunFindings, features: CardGroups, predictions: CardGroups, sheet: ContactSheet
) -> FirstScreen:
    """Return what stands at the top of a run's page."""
    ordered = _in_order(features.moved, predictions.moved)
    moved = ordered[:MOVEMENTS]
    strip = tuple(shot for shot in sheet.shots if shot.source)[:IMAGES]
    return FirstScreen(
        moved=moved,
        more_moved=len(ordered) - len(moved),
        explain_sigma=any(SIGMA in card.movement.brief for card in moved),
        shots=len(sheet.shots),
        strip=strip,
        named=(strip or sheet.shots)[:IMAGES],
        typical=sheet.typical[:IMAGES] if strip else (),
        missing=tuple(what_is_missing(findings)),
    )


def _in_order(
    features: Sequence[ColumnCard], predictions: Sequence[ColumnCard]
) -> tuple[ColumnCard, ...]:
    seen = [card for card in features if card.finding.name in _HEADLINES][:_OF_THE_EYE]
    said = list(predictions[:_OF_THE_MODEL])
    first = [*seen, *said]
    rest = [card for card in (*features, *predictions) if card not in first]
    return (*first, *sorted(rest, key=lambda card: by_movement(card.finding)))
