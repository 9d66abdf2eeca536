"""What a headline names of what drifted in images: the cause before what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drift.verdict.headline.reach import capped_reach, explains, reach
from reference_stats.features.feature import Sign
from reference_stats.features.registry import feature_named
from reference_stats.model_view.measures import measure_named
from reference_stats.model_view.view_scores import VIEW_SCORES, view_score_named
from reports.findings.columns import Finding
from reports.findings.effect_sizes import TAILS

_FAR_ENOUGH = 0.6
"""The part of the largest cause or look from which on another one is named."""
# Measured with efficientnet-lite0 on CIFAR: blur, noise and strong compression move a cause or look
# 1.5 to 5 times as far as the view, cars among animals 0.65 times as far.
_EXPLAINS_VIEW = 1.0
"""The part of a view's move from which on a cause or look among the features explains it."""
_EXPLAINS = 0.2
"""The part of a move from which on that of its cause explains it."""
_DWARFED = 0.2
"""Causes and looks that moved less than this part of the largest trace are not what happened."""


def look_of(finding: Finding) -> str:
    """Return how images look that moved so; empty where the move has no look."""
    measure = measure_named(finding.name)
    if measure is None or finding.direction not in {"up", "down", *TAILS}:
        return ""
    return measure.rises if _rose(finding) else measure.falls


def says_of(finding: Finding) -> str:
    """Return what a score of a model's view says in place of a look; empty where it has a look."""
    score = view_score_named(finding.name)
    return score.says if score is not None and look_of(finding) and _rose(finding) else ""


def to_name(drifted: Sequence[Finding]) -> list[Finding]:
    """Return the numbers of the images whose look a headline names, the first one first.

    The features come first, and one score of a model's view, which follows from what moved them,
    comes behind; where no cause or look among them moved as far, it comes first.
    """
    features = _features_to_name([one for one in drifted if view_score_named(one.name) is None])
    view = _view_to_name(drifted)
    seen = max(map(capped_reach, view), default=0.0)
    explain = any(
        capped_reach(one) >= _EXPLAINS_VIEW * seen and _sign_alone(one) is not Sign.TRACE
        for one in features
    )
    return [*features, *view] if explain else [*view, *features]


def score_named_first(drifted: Sequence[Finding]) -> str:
    """Return the score of a model's view that a headline names first; empty where it is another."""
    first = next(iter(to_name(drifted)), None)
    return first.name if first is not None and view_score_named(first.name) is not None else ""


def _view_to_name(drifted: Sequence[Finding]) -> list[Finding]:
    """Return the first score of a model's view that moved; the others mostly follow from it."""
    findings = {one.name: one for one in drifted if look_of(one)}
    return [findings[score.name] for score in VIEW_SCORES if score.name in findings][:1]


def _features_to_name(drifted: Sequence[Finding]) -> list[Finding]:
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


def _sign_alone(finding: Finding) -> Sign:
    feature = feature_named(finding.name)
    if feature is None:
        return Sign.TRACE
    return feature.rising if _rose(finding) else feature.falling


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
        return _sign_alone(finding)

    def _explains(self, other: Finding, finding: Finding) -> bool:
        far = explains(other, finding, _EXPLAINS)
        return far and self.sign(other) is not Sign.TRACE
