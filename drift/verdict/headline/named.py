"""Which of the features that drifted a headline names: the cause before what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drift.verdict.headline.reach import capped_reach, explains, reach
from reference_stats.features.feature import Sign
from reference_stats.features.registry import feature_named
from reports.findings.columns import Finding
from reports.findings.effect_sizes import TAILS

_FAR_ENOUGH = 0.6
"""The part of the largest cause or look from which on another one is named."""
_EXPLAINS = 0.2
"""The part of a move from which on that of its cause explains it."""
_DWARFED = 0.2
"""Causes and looks that moved less than this part of the largest trace are not what happened."""


def look_of(finding: Finding) -> str:
    """Return how images look that moved so; empty where the move has no look."""
    feature = feature_named(finding.name)
    if feature is None or finding.direction not in {"up", "down", *TAILS}:
        return ""
    return feature.rises if _rose(finding) else feature.falls


def to_name(drifted: Sequence[Finding]) -> list[Finding]:
    """Return the features whose look a headline names, the first one first.

    Causes come first, then looks, each by size and if they moved at least three fifths as far as
    the largest of both; behind a cause come the causes that moved less. What another cause or look
    explains, which moved a fifth as far at least, is a trace. Traces are named, by size, where
    one of them moved more than five times as far as any cause or look.
    """
    moves = _Moves(findings={one.name: one for one in drifted if look_of(one)})
    by_size = sorted(moves.findings.values(), key=lambda one: (-reach(one), one.name))
    telling = [one for one in by_size if moves.sign(one) is not Sign.TRACE]
    largest = max(map(capped_reach, by_size), default=0.0)
    told = max(map(capped_reach, telling), default=0.0)
    if told < _DWARFED * largest or not telling:
        return [one for one in by_size if capped_reach(one) >= _FAR_ENOUGH * largest]
    large = [one for one in telling if capped_reach(one) >= _FAR_ENOUGH * told]
    causes = [one for one in large if moves.sign(one) is Sign.CAUSE]
    looks = [one for one in large if moves.sign(one) is Sign.LOOK]
    if not causes:
        return looks
    smaller = [one for one in telling if one not in large and moves.sign(one) is Sign.CAUSE]
    return [*causes, *looks, *smaller]


def _rose(finding: Finding) -> bool:
    return finding.direction in {"up", "upper_tail"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moves:
    """The findings that have a look, by name."""

    findings: Mapping[str, Finding]

    def sign(self, finding: Finding) -> Sign:
        """Return what a move is a sign of beside the others."""
        feature = feature_named(finding.name)
        if feature is None:
            return Sign.TRACE
        others = (self.findings[name] for name in feature.behind if name in self.findings)
        if any(self._explains(other, finding) for other in others):
            return Sign.TRACE
        return feature.rising if _rose(finding) else feature.falling

    def _explains(self, other: Finding, finding: Finding) -> bool:
        far = explains(other, finding, _EXPLAINS)
        return far and self.sign(other) is not Sign.TRACE
