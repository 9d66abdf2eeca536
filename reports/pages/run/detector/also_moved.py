"""How the images look on whose days a detector became worse, where the run's verdict is drift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import ModelQuality, QualityState
from reports.findings.run import RunFindings
from reports.history.history import parse_time
from reports.pages.run.cards import ColumnCard
from reports.words.numbers import day

_FEATURES_NAMED = 4
_THAN_USUAL = " than usual"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoMoved:
    """The image features that differ as well.

    Attributes
    ----------
    whose
        ``The images of these days``, or those of the window where that is another time.
    looks
        How they look, such as ``blurrier``, and the anchor of the feature's card.
    than
        What follows the looks: `` than usual``, or nothing.
    more
        How many further features moved.
    since
        The day since which images are unusual; empty where that is not known.
    """

    whose: str
    looks: tuple[tuple[str, str], ...]
    than: str
    more: int
    since: str


def also_moved(
    findings: RunFindings, quality: ModelQuality, moved: Sequence[ColumnCard]
) -> AlsoMoved | None:
    """Return how the images look; None unless images drifted and the model is worse.

    The window's own images are those of the newest labelled days where the two have time in common,
    or where images have been unusual since before the last of these days.

    Parameters
    ----------
    moved
        The image features that moved, the farthest first.
    """
    if findings.verdict is not Verdict.DRIFT or quality.state is not QualityState.DROPPED:
        return None
    if not moved:
        return None
    episode, is_within = findings.episode, _is_within(findings, quality)
    lasting = episode is not None and _is_before_the_end(episode.since, quality)
    told = moved
    if lasting and episode is not None and not is_within:
        told = [card for card in moved if card.finding.name in episode.columns] or moved
    looks: dict[str, str] = {}
    for card in told:
        if card.movement.meaning:
            looks.setdefault(card.movement.meaning.removesuffix(_THAN_USUAL), card.anchor)
    named = tuple(looks.items())[:_FEATURES_NAMED]
    usual = any(card.movement.meaning.endswith(_THAN_USUAL) for card in told)
    return AlsoMoved(
        whose=f"The images of {'these days' if is_within or lasting else 'this window'}",
        looks=named,
        than=_THAN_USUAL if usual and named else "",
        more=len(moved) - len(named),
        since="" if episode is None else day(episode.since),
    )


def _is_within(findings: RunFindings, quality: ModelQuality) -> bool:
    """Tell whether the window and the newest labelled days have time in common."""
    newest, window = quality.newest, findings.window
    if newest is None:
        return False
    starts = max(parse_time(newest.start), parse_time(window.start))
    return starts < min(parse_time(newest.end), parse_time(window.end))


def _is_before_the_end(since: str, quality: ModelQuality) -> bool:
    return quality.newest is not None and parse_time(since) < parse_time(quality.newest.end)
