"""Since when: for all images of a window, or for those of the first segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.run_request import as_text
from drift.where.onset import LEAST_DIFFERENCE, LEAST_UNITS, ChangePoint, find_change, resamples_for
from drift.where.permuted_sums import Numbers
from drift.where.segment_table import DAY, HOUR, ScoredUnits, Segments
from reports.findings.places import Onset, Segment

FEWEST_UNITS = 2 * LEAST_UNITS


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentScores:
    """Per segment: whether it was looked at, its statistic, its means and adjusted p-value."""

    seen: NDArray[np.bool_]
    strength: Numbers
    effect: Numbers
    rest_effect: Numbers
    p_value: Numbers

    def stands_out(self, level: float) -> NDArray[np.bool_]:
        """Return which segments lie clearly farther out than the rest, at a level."""
        far = self.effect - self.rest_effect >= LEAST_DIFFERENCE
        return self.seen & far & (self.p_value < level)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSegment:
    """A segment to report, and the one that explains it, if one does."""

    index: int
    echo_of: int | None = None


def is_time(segments: Segments) -> NDArray[np.bool_]:
    """Return which segments are hours or days."""
    return np.array([column in (HOUR, DAY) for column in segments.columns], dtype=np.bool_)


def overall_onset(
    segments: Segments, units: ScoredUnits, scan: SegmentScores, level: float, seed: int
) -> ChangePoint | None:
    """Return since when all images differ; an hour that tells it better must not make it up."""
    every = np.ones(len(units.scores), dtype=np.bool_)
    onset = _change_among(units, every, level, seed)
    clear = is_time(segments) & scan.stands_out(2 * level)
    if onset is None or not clear.any():
        return onset
    best = int(np.argmax(np.where(clear, scan.strength, -np.inf)))
    if scan.strength[best] <= onset.strength:
        return onset
    outside = segments.weights[:, [best]].toarray().ravel() == 0
    return _change_among(units, outside, level, seed)


def inner_onset(
    segments: Segments, units: ScoredUnits, named: Sequence[NamedSegment], level: float, seed: int
) -> ChangePoint | None:
    """Return since when the images of the first named segment differ.

    Which segment that is does not depend on the order of its scores, so no more is looked at.
    """
    times = is_time(segments)
    if not named or times[named[0].index]:
        return None
    inside = segments.weights[:, [named[0].index]].toarray().ravel() > 0.5
    return _change_among(units, inside, level, seed)


def _change_among(
    units: ScoredUnits, inside: NDArray[np.bool_], level: float, seed: int
) -> ChangePoint | None:
    if inside.sum() < FEWEST_UNITS:
        return None
    return find_change(
        units.scores[inside],
        units.times[inside],
        level=level,
        resamples=resamples_for(4 * level),
        seed=seed,
    )


def choose_onset(
    overall: ChangePoint | None, inner: ChangePoint | None, named: Sequence[Segment]
) -> Onset | None:
    """Return the segment's own onset where it carries most of the shift, else that of all."""
    if inner is not None and (overall is None or named[0].share_of_shift >= 0.5):
        return replace(_onset(inner), within=label_of(named[0].column, named[0].value))
    return None if overall is None else _onset(overall)


def _onset(change: ChangePoint) -> Onset:
    return Onset(
        since=as_text(pd.Timestamp(change.since).tz_localize("UTC")),
        effect_before=change.before,
        effect_after=change.after,
        adjusted_p_value=change.p_value,
    )


def label_of(column: str, value: str) -> str:
    """Return what reports call a segment: ``camera: gate-3``."""
    return f"{column}: {value}"
