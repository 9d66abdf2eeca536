"""A second look at what drifted, where the ranks tell values apart that mean the same.

Ranks know no sizes: a ground of 254 in place of 255 puts every image of the window below every one
of the reference. Where a drift was found, and in some number most images lie within its resolution
of each other without being equal, the family is tested again with those values made equal. What is
drift only by their difference is none. Asking for two drifts in place of one can only lower the
false alarm rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.rounding import Numbers, is_constant, rounding_of
from drift.comparison.families import Family
from drift.comparison.joint import JointView
from drift.comparison.judge import below_resolution_words
from drift.comparison.permutation.statistic_key import StatisticKey
from reference_stats.features.registry import feature_named
from reports.findings.answers import State
from reports.findings.columns import Finding

Flags = NDArray[np.bool_]
_MOST = 0.5
_ANOTHER_SHARE = 0.05
# A photograph's brightest pixel is no plain ground.
_NEARLY_ALL = 0.9


_ACROSS_AN_EDGE = (
    "It counts the pixels beyond a level, and the plain ground of the images crossed that level by "
    "a step that means nothing: that is no drift."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyEvidence:
    """What is known of a family's statistics.

    Attributes
    ----------
    units
        The reference's and the window's.
    statistics
        By statistic, with its sign; about standard normal where nothing moved.
    resamples
        How many permutations were drawn; 0 where the family was not tested.
    critical
        What the largest statistic must exceed to alarm; about that where it was not tested.
    """

    units: tuple[int, int]
    statistics: Mapping[StatisticKey, float]
    resamples: int
    critical: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyView:
    """What the test of a family says, or what is shown of a family that is not tested.

    Attributes
    ----------
    evidence
        What it rests on.
    findings
        By the name of a column.
    joint
        What the columns say together; None where they were not looked at jointly.
    """

    evidence: FamilyEvidence
    findings: Mapping[str, Finding]
    joint: JointView | None

    @property
    def drifts(self) -> bool:
        """Whether any column, or all together, drifted."""
        states = [finding.state for finding in self.findings.values()]
        return State.DRIFT in states or _drifts(self.joint)


def looked_at_twice(
    family: Family,
    resolutions: Mapping[str, float],
    look: Callable[[Family], FamilyView | None],
) -> FamilyView | None:
    """Return what a family's test says; a drift that is one only below the resolution is none.

    Parameters
    ----------
    resolutions
        The smallest difference that means anything, by the name of a number.
    look
        Tests a family; None stands for a test in which nothing is improbable.
    """
    view = look(family)
    merged = merged_values(family, resolutions) if view is not None and view.drifts else {}
    if view is None or not merged:
        return view
    again = look(_with(family, merged))
    seen: Mapping[str, Finding] = {} if again is None else again.findings
    findings = {
        name: _confirmed(finding, seen.get(name), resolutions[name]) if name in merged else finding
        for name, finding in view.findings.items()
    }
    joint = _joint(view.joint, None if again is None else again.joint)
    return replace(view, findings=findings, joint=joint)


def merged_values(family: Family, resolutions: Mapping[str, float]) -> dict[str, Numbers]:
    """Return the crowded numbers with what lies within their resolution made equal.

    A number is crowded where more than half of all its values lie within the resolution of their
    median without being equal; those become the median. A share of pixels beyond a level is made
    equal for the images whose plain ground lies so near to that level. Only numbers count whose
    crowd is made of other values on the two sides.

    Returns
    -------
    By the name of a number its values on both sides, the window's first; only what changed.
    """
    merged = {}
    for name, resolution in resolutions.items():
        values = _pooled(family, name)
        near = _crowd(values, resolution, _MOST)
        if not near.any():
            near = _ground_at_edge(family, name, resolutions)
        if near.any() and _tells_apart(values, near, split=len(family.current)):
            merged[name] = np.where(near, _middle(values[near]), values)
    return merged


def _pooled(family: Family, name: str) -> Numbers:
    return family.pooled(name).to_numpy(dtype=np.float64)


def _crowd(values: Numbers, resolution: float, most: float) -> Flags:
    """Tell which values lie within the resolution of their median; none where those are too few."""
    known = values[np.isfinite(values)]
    nobody = np.zeros(len(values), dtype=np.bool_)
    if not len(known) or resolution <= 0:
        return nobody
    near: Flags = np.abs(values - _middle(known)) <= resolution + rounding_of(known)
    crowded = near.sum() > most * len(known) and not is_constant(values[near])
    return near if crowded else nobody


def _ground_at_edge(family: Family, name: str, resolutions: Mapping[str, float]) -> Flags:
    """Tell which images have a plain ground that crosses the level at which a share counts."""
    nobody = np.zeros(sum(family.units), dtype=np.bool_)
    feature = feature_named(name)
    edge = None if feature is None else feature.edge
    if edge is None:
        return nobody
    for ground in edge.seen_in:
        if ground in resolutions:
            levels = _pooled(family, ground)
            near = _crowd(levels, resolutions[ground], _NEARLY_ALL)
            if near.any() and levels[near].min() < edge.level < levels[near].max():
                return near
    return nobody


def _tells_apart(values: Numbers, near: Flags, *, split: int) -> bool:
    """Tell whether the values to be made equal are other ones on the two sides.

    Where they are not, the drift has another reason, and a second test would only cost time.
    """
    sides = [np.sort(values[:split][near[:split]]), np.sort(values[split:][near[split:]])]
    if not all(len(side) for side in sides):
        return False
    levels = np.unique(values[near])
    below = [np.searchsorted(side, levels, side="right") / len(side) for side in sides]
    return bool(np.abs(below[1] - below[0]).max() > _ANOTHER_SHARE)


def _middle(values: Numbers) -> float:
    """Return the median as one of the values, so that whole grey levels stay whole ones."""
    return float(np.nanquantile(values, 0.5, method="lower"))


def _with(family: Family, values: Mapping[str, Numbers]) -> Family:
    split = len(family.current)
    # Means within units say where a number lies; here the drawn values say it alone.
    within = [
        None if one is None else replace(one, means=one.means.assign(**_part(values, side)))
        for one, side in (
            (family.current_within, slice(None, split)),
            (family.reference_within, slice(split, None)),
        )
    ]
    return replace(
        family,
        current_within=within[0],
        reference_within=within[1],
        current=family.current.assign(**_part(values, slice(None, split))),
        reference=family.reference.assign(**_part(values, slice(split, None))),
    )


def _part(values: Mapping[str, Numbers], side: slice) -> dict[str, Numbers]:
    return {name: one[side] for name, one in values.items()}


def _confirmed(finding: Finding, again: Finding | None, resolution: float) -> Finding:
    if finding.state is not State.DRIFT or (again is not None and again.state is State.DRIFT):
        return finding
    feature = feature_named(finding.name)
    at_edge = feature is not None and feature.edge is not None
    note = _ACROSS_AN_EDGE if at_edge else below_resolution_words(resolution)
    return replace(finding, state=State.STEADY, note=note)


def _joint(first: JointView | None, again: JointView | None) -> JointView | None:
    if first is None or not _drifts(first):
        return first
    if again is not None:
        same = _drifts(again) and again.finding.because == first.finding.because
        return first if same else again
    # Nothing is left that could go together.
    nowhere = pd.DataFrame(index=first.reference.index), pd.DataFrame(index=first.current.index)
    return replace(
        first,
        finding=replace(first.finding, state=State.STEADY, because=""),
        reference=nowhere[0],
        current=nowhere[1],
    )


def _drifts(joint: JointView | None) -> bool:
    return joint is not None and joint.finding.state is State.DRIFT
