"""The words for segments that were tested by themselves."""

from __future__ import annotations

from jobs.visible_text import visible
from reference_stats.model_view.measures import Measure
from reports.findings.effect_sizes import TAILS
from reports.findings.places import SegmentColumn
from reports.words.movements import deviations
from reports.words.numbers import NOTHING, counted, readable

_LONGEST_LABEL = 40


def name_in_words(column: str, value: str) -> str:
    """Return a segment in words, short enough for a headline: ``camera gate-3``."""
    return f"{short_label(column)} {short_label(value)}"


def short_label(label: str) -> str:
    """Return a text from the log on one line, at most 40 characters long."""
    text = visible(label)
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 3]}..."


def moved_words(column: SegmentColumn, feature: Measure | None) -> str:
    """Return how far a column of a segment moved: ``blurrier by 1.3 sigma``, ``12 points``."""
    if column.direction == "shares":
        points = round(100 * column.effect)
        return counted(points, "point") if points else "under 1 point"
    if column.direction in TAILS:
        return f"{100 * column.effect:.0f}\N{NO-BREAK SPACE}% of the images"
    is_up = column.direction == "up"
    look = "higher" if is_up else "lower"
    if feature is not None:
        look = (feature.rises if is_up else feature.falls) or look
    return f"{look} by {deviations(column.effect)}"


def value_words(column: SegmentColumn, value: float | None) -> str:
    """Return a mean, or a share in per cent."""
    if value is None:
        return NOTHING
    return f"{100 * value:.0f}\N{NO-BREAK SPACE}%" if column.label else readable(value)
