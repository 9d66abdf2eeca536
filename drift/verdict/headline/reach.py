"""How far columns moved, on one scale for all of them."""

from __future__ import annotations

from drift.comparison.columns.columns import resolution_of
from drift.verdict.moves import size_of
from reports.findings.columns import Finding
from reports.findings.effect_sizes import LARGEST_EFFECT, SHARE_PER_DEVIATION, TAILS

# A share of all images weighs five deviations; a number that moved farther has left with all too.
_ALL_OUT = 1 / SHARE_PER_DEVIATION


def reach(finding: Finding) -> float:
    """Return how far a column moved, where one that hardly varied may not seem to have moved most.

    Reference deviations, or as many of the column's resolution where that is larger; of a column
    that is constant in the reference, resolutions.
    """
    size, steps = size_of(finding), _steps(finding)
    if steps is None or (finding.direction in TAILS and finding.constant is None):
        return size
    if finding.constant is not None:
        return min(steps, LARGEST_EFFECT)
    return min(size, max(steps, 1.0))


def capped_reach(finding: Finding) -> float:
    """Return how far a column moved; beyond five deviations all images have left."""
    return min(reach(finding), _ALL_OUT)


def _steps(finding: Finding) -> float | None:
    """Return the move of the mean in resolutions; None where either is not known."""
    resolution = resolution_of(finding.name)
    now = finding.current.mean if finding.current else None
    then = finding.reference.mean if finding.reference else None
    if finding.beside_days is not None:
        then = finding.beside_days.usual
    if now is None or then is None or not resolution:
        return None
    return abs(now - then) / resolution
