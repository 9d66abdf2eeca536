"""What moved most, in plain words: for the first lines of a page and of a message."""

from __future__ import annotations

from dataclasses import dataclass

from reference_stats.model_view.measures import Measure, measure_named
from reports.findings.answers import State
from reports.findings.class_shares import usual_and_current
from reports.findings.columns import Finding
from reports.findings.effect_sizes import TAILS, in_deviations
from reports.findings.places import SegmentColumn
from reports.findings.run import RunFindings
from reports.words.movements import lies_to_one_side, spread_widened
from reports.words.segments import short_label
from reports.words.wording import column_title

MOST_MOVED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A column that moved.

    Attributes
    ----------
    column
        Its name in the log or among the features.
    title
        What people call it: ``Sharpness``; for classes the column and the class that moved most.
    words
        How it moved, without statistics, to follow the title and a colon: ``lower on the whole``,
        ``52 % of the images, usually 13 %``.
    """

    column: str
    title: str
    words: str


def moved_in_words(findings: RunFindings, most: int = MOST_MOVED) -> tuple[Moved, ...]:
    """Return the columns that moved most, the largest move first; empty where none drifted.

    Where the headline is about one segment, they are the columns of that segment's images.
    """
    tests = findings.segment_tests
    segment = None if tests is None else tests.headline
    if segment is not None:
        return tuple(_of_segment(one) for one in segment.drifted[:most])
    drifted = [one for one in findings.columns if one.state is State.DRIFT]
    drifted.sort(key=lambda one: (-in_deviations(one.effect or 0.0, one.direction), one.name))
    return tuple(_of_column(one) for one in drifted[:most])


def _of_column(column: Finding) -> Moved:
    title = _title(column.name)
    if column.categories:
        shares = usual_and_current(column)
        label = max(shares, key=lambda name: abs(shares[name][1] - shares[name][0]))
        return _class(column.name, label, *shares[label])
    return Moved(column=column.name, title=title, words=_number_words(column))


def _of_segment(column: SegmentColumn) -> Moved:
    if column.label and column.usual is not None and column.current is not None:
        return _class(column.name, column.label, column.usual, column.current)
    words = _way_words(column.name, column.direction)
    return Moved(column=column.name, title=_title(column.name), words=words)


def _class(column: str, label: str, usual: float, current: float) -> Moved:
    return Moved(
        column=column,
        title=f"{column} {short_label(label)}",
        words=f"{_share(current)} of the images, usually {_share(usual)}",
    )


def _number_words(column: Finding) -> str:
    if lies_to_one_side(column):
        return "moved to one side"
    if column.direction == "spread":
        return "more varied" if spread_widened(column) else "less varied"
    return _way_words(column.name, column.direction or "")


def _way_words(name: str, direction: str) -> str:
    measure = measure_named(name)
    if direction in {"up", "down"}:
        return f"{_look(measure, up=direction == 'up')} on the whole"
    if direction in TAILS:
        return f"{_look(measure, up=direction == 'upper_tail')} in some images"
    return {"spread": "another spread", "pile": "the same in many images"}.get(direction, "changed")


def _look(measure: Measure | None, *, up: bool) -> str:
    look = "" if measure is None else (measure.rises if up else measure.falls)
    return look or ("higher" if up else "lower")


def _title(name: str) -> str:
    measure = measure_named(name)
    return column_title(name, {} if measure is None else {name: measure})


def _share(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 or not share else "under 1 %"
