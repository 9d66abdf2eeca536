"""How far columns moved, on one scale for all of them."""

from __future__ import annotations

from drift.comparison.columns.columns import resolution_of
from drift.verdict.moves import size_of
from reports.findings.columns import Finding
from reports.findings.effect_sizes import LARGEST_EFFECT, SHARE_PER_DEVIATION, SHARES

# A share of all images weighs five deviations; a number that moved farther has left with all too.
_ALL_OUT = 1 / SHARE_PER_DEVIATION


def reach(finding: Finding) -> float:
    """Return how far a column moved, where one that hardly varied may not seem to have moved most.

    Reference deviations, or the column's resolutions where it hardly varied.
    """
    steps = _steps(finding)
    return size_of(finding) if steps is None or not hardly_varied(finding) else max(steps, 1.0)


def hardly_varied(finding: Finding) -> bool:
    """Tell whether the reference's deviation is less than the column's resolution."""
    if finding.constant is not None:
        return True
    steps = _steps(finding)
    if steps is None or finding.direction in SHARES:
        return False
    return steps < size_of(finding) or size_of(finding) >= LARGEST_EFFECT


def explains(other: Finding, finding: Finding, share: float) -> bool:
    """Tell whether another column moved at least a share as far, both in the same kind of unit."""
    steps = _steps(other), _steps(finding)
    if hardly_varied(finding) and steps[0] is not None and steps[1] is not None:
        return steps[0] >= share * steps[1]
    return reach(other) >= share * reach(finding)


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
