"""Scores with their intervals, and days, as people say them."""

from __future__ import annotations

import math
from datetime import timedelta

from reports.findings.model_quality.quality import ModelKind, ModelQuality, ScoredStretch
from reports.findings.model_quality.scores import Estimate
from reports.findings.run import WindowSpan
from reports.history.history import parse_time
from reports.words.numbers import NOTHING, day
from reports.words.wording import days_words

MEASURES = {"accuracy": "accuracy", "ap50": "AP50"}
_MINUS = "\N{MINUS SIGN}"
_FEWEST, _MOST = 2, 4
# A day of any time zone up to 12 hours from UTC has its date in UTC 12 hours after it began.
_HALF_A_DAY = timedelta(hours=12)


def score_words(value: float | None, decimals: int = _FEWEST) -> str:
    """Return a score such as ``0.91``; a dash for None and NaN.

    Rounding makes neither 1 of less than 1 nor 0 of more than 0 while four decimals tell them
    apart.

    >>> score_words(0.9061), score_words(0.998)
    ('0.91', '0.998')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    while decimals < _MOST and _is_rounded_to_an_end(value, decimals):
        decimals += 1
    return f"{value:.{decimals}f}".replace("-", _MINUS)


def estimate_words(estimate: Estimate | None) -> str:
    """Return a score with its interval: ``0.91 ± 0.02``, or ``0.95 [0.84, 0.98]`` if uneven.

    >>> estimate_words(Estimate(value=0.81, low=0.76, high=0.85))
    '0.81 [0.76, 0.85]'
    """
    if estimate is None:
        return NOTHING
    value = score_words(estimate.value, decimals_of(estimate))
    interval = interval_words(estimate)
    return f"{value} {interval}" if interval else value


def interval_words(estimate: Estimate) -> str:
    """Return the interval alone: ``± 0.02``, ``[0.84, 0.98]``; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    decimals = decimals_of(estimate)
    below, above = estimate.value - estimate.low, estimate.high - estimate.value
    written = {f"{side:.{decimals}f}" for side in (below, above)}
    # An interval that is even when it is written with ±, and does not reach beyond 0 or 1.
    if len(written) == 1 and float(spread := written.pop()) > 0:
        return f"± {spread}"
    low, high = (score_words(end, decimals) for end in (estimate.low, estimate.high))
    return f"[{low}, {high}]"


def decimals_of(estimate: Estimate) -> int:
    """Return how many decimals show a score's interval: two at least."""
    if estimate.low is None or estimate.high is None:
        return _FEWEST
    half = (estimate.high - estimate.low) / 2
    if not half > 0 or not math.isfinite(half):
        return _FEWEST
    return min(max(_FEWEST, math.ceil(-math.log10(2 * half))), _MOST)


def calendar_day(start: str) -> str:
    """Return the day that begins at an ISO 8601 time as ``12 Nov 2026``, in the day's own zone.

    A text that is no time is returned unchanged.
    """
    try:
        return day((parse_time(start) + _HALF_A_DAY).isoformat())
    except ValueError:
        return start


def stretch_words(start: str, end: str) -> str:
    """Return whole days as ``8 to 14 Nov 2026``, in their own zone; `end` is not among them."""
    try:
        return days_words(WindowSpan(start=start, end=end))
    except ValueError:
        return f"{start} to {end}"


def days_of(stretch: ScoredStretch) -> str:
    """Return the days of a stretch as `stretch_words` does."""
    return stretch_words(stretch.start, stretch.end)


def measure_words(quality: ModelQuality) -> str:
    """Return the name of the score that the state is about: ``accuracy``, or ``AP50``."""
    if quality.drop is not None:
        return MEASURES.get(quality.drop.measure, quality.drop.measure)
    return MEASURES["ap50" if quality.kind is ModelKind.DETECTOR else "accuracy"]


def before_of(quality: ModelQuality) -> float | None:
    """Return the score that the newest one is compared with; None where there is none."""
    return quality.score_before


def _is_rounded_to_an_end(value: float, decimals: int) -> bool:
    rounded = round(value, decimals)
    return (rounded >= 1 > value) or (rounded == 0 < value)
