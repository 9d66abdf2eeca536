"""Where a drift sits: the segments and the time in which a window's change concentrates."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.logged_images import rows_where
from drift.observations.segments.segment_values import SegmentValue
from drift.where.onset import LEAST_UNITS, ChangePoint, resamples_for
from drift.where.permuted_sums import Numbers, Weights, permuted_sums, power_sums, sum_moments
from drift.where.segment_onset import (
    FEWEST_UNITS,
    NamedSegment,
    SegmentScores,
    choose_onset,
    inner_onset,
    is_time,
    label_of,
    overall_onset,
)
from drift.where.segment_table import ScoredUnits, Segments, gather_units, list_segments
from reports.findings.places import Onset, Segment, SegmentScan

MOST_NAMED = 10
# A segment of fewer units than this share cannot carry the shift of a window, and its sum is
# not near enough to a normal one in a window too large for permuting every unit.
_LEAST_SHARE = 0.001
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """Where and since when a window's change is.

    Attributes
    ----------
    segments
        Those that moved further than the rest, at most ten: first what stands out by itself, then
        what does so only because it shares those images.
    onset
        Since when the images differ; None where no moment stands out.
    scan
        What was looked at; None where the window has no direction to look along.
    """

    segments: tuple[Segment, ...] = ()
    onset: Onset | None = None
    scan: SegmentScan | None = None

    def within(self, segment: SegmentValue) -> Concentration:
        """Return the same where only the images of a segment were looked at."""
        if self.onset is None or self.onset.within:
            return self
        inside = label_of(segment.column, segment.value)
        return replace(self, onset=replace(self.onset, within=inside))


def concentrate(  # noqa: PLR0913 - what a caller has, each its own thing
    scores: Numbers,
    units: NDArray[np.int64],
    table: pd.DataFrame,
    timestamps: pd.Series,
    *,
    level: float,
    seed: int,
    hours: bool = True,
) -> Concentration:
    """Return the segments that moved further than the rest of the window, and since when.

    The null: the scores of the units are in random order, whatever segment and time they belong
    to. A segment's statistic is the difference of its mean score from that of all others in
    permutation standard deviations, corrected for skewness; its adjusted p-value is how often the
    largest one among all segments of all columns is as large by chance (single-step maximum of
    Westfall and Young 1993, one-sided, as only moves along the drift are named). Named is what is
    improbable and at least 0.25 reference standard deviations from the rest. Every unit counts
    once in means and shares, however many images it holds.

    Parameters
    ----------
    scores
        Each row's position along the direction in which the window moved, in reference standard
        deviations from the reference's mean. A row without a finite score is left out.
    units
        The near-copy cluster of each row; a cluster is permuted as a whole.
    table
        One column per segment column; text or missing.
    timestamps
        The time of each row, UTC.
    level
        The chance of naming anything where the change depends on no segment and no time: half
        of it for the segments, a quarter for the onset among all images, a quarter for the onset
        within the segment that stands out most.
    hours
        Whether hours are segments; days, where the window is longer than 200 hours or most hours
        hold fewer than five units.
    """
    keep = np.isfinite(scores) & timestamps.notna().to_numpy()
    if not keep.all():
        scores, units, timestamps = scores[keep], units[keep], timestamps[keep]
    parts = gather_units(scores, units, timestamps)
    if len(parts.scores) < FEWEST_UNITS or parts.scores.mean() <= _ROUNDING:
        return Concentration()
    segments = list_segments(rows_where(table, keep), parts, hours=hours)
    scan = _scan(segments.weights, parts.scores, resamples_for(level), seed)
    onset = overall_onset(segments, parts, scan, level / 4, seed + 1)
    named = _name(segments, parts, scan, _Rule(level=level / 2, seed=seed, onset=onset))
    described = tuple(_describe(segments, parts, scan, one) for one in named)
    inner = inner_onset(segments, parts, named, level / 4, seed + 2)
    return Concentration(
        segments=described,
        onset=choose_onset(onset, inner, described),
        scan=_say_what_was_seen(segments, scan),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """When a segment is named."""

    level: float
    seed: int
    onset: ChangePoint | None


def _scan(weights: Weights, scores: Numbers, resamples: int, seed: int) -> SegmentScores:
    n = len(scores)
    sizes = np.asarray(weights.sum(axis=0)).ravel()
    least = max(LEAST_UNITS, _LEAST_SHARE * n) - _ROUNDING
    seen = (sizes >= least) & (n - sizes >= least)
    sums = np.asarray(weights.T @ scores).ravel()
    strength, p_value = np.zeros(len(sizes)), np.ones(len(sizes))
    if seen.any():
        looked_at = weights[:, np.flatnonzero(seen)]
        strength[seen], p_value[seen] = _test(looked_at, scores, resamples, seed)
    return SegmentScores(
        seen=seen,
        strength=strength,
        effect=sums / np.maximum(sizes, _ROUNDING),
        rest_effect=(scores.sum() - sums) / np.maximum(n - sizes, _ROUNDING),
        p_value=p_value,
    )


def _test(weights: Weights, scores: Numbers, resamples: int, seed: int) -> tuple[Numbers, Numbers]:
    null = sum_moments(power_sums(weights), scores)
    strength = null.normal_scores(np.asarray(weights.T @ scores).ravel())
    batches = permuted_sums(weights, scores, resamples=resamples, seed=seed)
    drawn = null.of_draws(len(scores))
    largest = np.sort(np.concatenate([drawn.normal_scores(sums).max(axis=1) for sums in batches]))
    as_large = resamples - np.searchsorted(largest, strength - _ROUNDING, side="left")
    return strength, (1 + as_large) / (1 + resamples)


def _name(
    segments: Segments, units: ScoredUnits, scan: SegmentScores, rule: _Rule
) -> list[NamedSegment]:
    """Return what stands out by itself, then what does so only because it shares those images.

    The first is the one whose share of the shift exceeds its share of the images by most. The
    window is then looked at again without its units; what no longer stands out echoes it.
    """
    standing = scan.stands_out(rule.level) & ~_told_by_onset(segments, scan, rule.onset)
    waiting = _by_excess(segments.weights, units.scores, np.flatnonzero(standing))
    named: list[NamedSegment] = []
    echoes: list[NamedSegment] = []
    keep = np.ones(len(units.scores), dtype=np.bool_)
    while waiting and len(named) < MOST_NAMED:
        leader = waiting[0]
        keep &= segments.weights[:, [leader]].toarray().ravel() < 0.5
        others = waiting[1:]
        still = _still_standing(segments, units.scores, keep, rule) if others else keep
        named.append(NamedSegment(index=leader))
        echoes += [
            NamedSegment(index=index, echo_of=leader) for index in others if not still[index]
        ]
        waiting = [index for index in others if still[index]]
    return [*named, *echoes][:MOST_NAMED]


def _still_standing(
    segments: Segments, scores: Numbers, keep: NDArray[np.bool_], rule: _Rule
) -> NDArray[np.bool_]:
    if keep.sum() < FEWEST_UNITS:
        return np.zeros(len(segments.labels), dtype=np.bool_)
    rows = np.flatnonzero(keep)
    weights = segments.weights.tocsr()[rows].tocsc()
    again = _scan(weights, scores[rows], resamples_for(2 * rule.level), rule.seed)
    return again.stands_out(rule.level)


def _by_excess(weights: Weights, scores: Numbers, indices: NDArray[np.int64]) -> list[int]:
    excess = np.asarray(weights.T @ (scores / scores.sum() - 1 / len(scores))).ravel()
    # Rounded, so that two names of the same images keep the order of the columns.
    return [int(index) for index in indices[np.argsort(-excess[indices].round(9), kind="stable")]]


def _told_by_onset(
    segments: Segments, scan: SegmentScores, onset: ChangePoint | None
) -> NDArray[np.bool_]:
    """Every hour after a change stands out from those before it: the onset says it once."""
    times = is_time(segments)
    if onset is None or scan.strength[times].max(initial=0.0) > onset.strength:
        return np.zeros(len(times), dtype=np.bool_)
    return times


def _describe(
    segments: Segments, units: ScoredUnits, scan: SegmentScores, named: NamedSegment
) -> Segment:
    index = named.index
    size = float(segments.weights[:, [index]].sum())
    leader = named.echo_of
    return Segment(
        column=segments.columns[index],
        value=segments.labels[index],
        images=int(segments.images[index]),
        share_of_images=float(segments.images[index] / len(units.of_row)),
        share_of_shift=float(scan.effect[index] * size / units.scores.sum()),
        effect=float(scan.effect[index]),
        rest_effect=float(scan.rest_effect[index]),
        adjusted_p_value=float(scan.p_value[index]),
        echo_of=""
        if leader is None
        else label_of(segments.columns[leader], segments.labels[leader]),
    )


def _say_what_was_seen(segments: Segments, scan: SegmentScores) -> SegmentScan:
    seen = np.flatnonzero(scan.seen)
    return SegmentScan(
        columns=tuple(dict.fromkeys(segments.columns[index] for index in seen)),
        segments=len(seen),
        passed_over=segments.passed_over + len(scan.seen) - len(seen),
    )
