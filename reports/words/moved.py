"""What moved most, in plain words: for the first lines of a page and of a message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from reference_stats.features.registry import feature_named
from reference_stats.model_view.measures import Measure, measure_named
from reference_stats.model_view.view_scores import view_score_named
from reports.findings.answers import State
from reports.findings.class_shares import usual_and_current
from reports.findings.columns import Finding, Outside
from reports.findings.constant_reference import difference_words, reference_words
from reports.findings.days import Basis
from reports.findings.effect_sizes import TAILS, in_deviations
from reports.findings.places import SegmentColumn
from reports.findings.run import RunFindings
from reports.words.movements import copies_share, images_of, lies_to_one_side, spread_widened
from reports.words.numbers import counted, rounded_share
from reports.words.segments import name_in_words, short_label
from reports.words.wording import column_title

MOST_MOVED = 4
# Where fewer images than this part left the usual range, all of them moved a little.
_FEW = 0.1
# With more images than this part outside on other days, "normal" is no name for the range.
_HARDLY_ANY = 0.02
_SLIGHTLY = 0.5
_Column = TypeVar("_Column", Finding, SegmentColumn)
_UP, _DOWN = ("up", "upper_tail"), ("down", "lower_tail")


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
        How it moved, without statistics, to follow the title and a colon: ``150 of 164 images
        below normal``, ``52 % of the images, usually 13 %``.
    """

    column: str
    title: str
    words: str


def moved_in_words(findings: RunFindings, most: int = MOST_MOVED) -> tuple[Moved, ...]:
    """Return the columns that moved, in the headline's order; empty where none drifted.

    Those that the headline names come first, then the others, the largest move first. Where the
    headline is about one segment, they are the columns of that segment's images. Of columns whose
    moves look the same, such as the mean and the median brightness, the first one stands for all.
    """
    noun = _noun(findings)
    tests = findings.segment_tests
    segment = None if tests is None else tests.headline
    if segment is not None:
        parts = _unlike(_ordered(segment.drifted, findings.named))[:most]
        return tuple(_of_segment(one, noun) for one in parts)
    drifted = [one for one in findings.columns if one.state is State.DRIFT]
    columns = _unlike(_ordered(drifted, findings.named))[:most]
    return tuple(_of_column(one, noun) for one in columns)


def changed_heading(findings: RunFindings) -> str:
    """Return the heading above what moved: ``What changed at camera warehouse``."""
    tests = findings.segment_tests
    segment = None if tests is None else tests.headline
    if segment is None:
        return "What changed"
    return f"What changed at {name_in_words(segment.column, segment.value)}"


def _unlike(columns: Iterable[_Column]) -> list[_Column]:
    looks: dict[str, _Column] = {}
    for column in columns:
        feature, up = feature_named(column.name), column.direction in _UP
        has_look = feature is not None and column.direction in {*_UP, *_DOWN}
        looks.setdefault(_look(feature, up=up) if has_look else column.name, column)
    return list(looks.values())


def _noun(findings: RunFindings) -> str:
    """Return what is counted: beside the reference near-copies count once."""
    evidence = findings.evidence
    once = findings.basis is Basis.REFERENCE and evidence is not None
    fewer = evidence is not None and evidence.current_units < findings.compared
    return "different image" if once and fewer else "image"


def _ordered(columns: Iterable[_Column], named: tuple[str, ...]) -> list[_Column]:
    places = {name: place for place, name in enumerate(named)}

    def place(column: _Column) -> tuple[int, float, str]:
        size = in_deviations(column.effect or 0.0, column.direction)
        return places.get(column.name, len(places)), -size, column.name

    return sorted(columns, key=place)


def _of_column(column: Finding, noun: str) -> Moved:
    if column.categories:
        shares = usual_and_current(column)
        label = max(shares, key=lambda name: abs(shares[name][1] - shares[name][0]))
        return _class(column.name, label, *shares[label])
    words = _special_words(column) or _number_words(
        column.name, column.direction or "", column.effect or 0.0, (column.outside, noun)
    )
    return Moved(column=column.name, title=title_of_column(column.name), words=words)


def _of_segment(column: SegmentColumn, noun: str) -> Moved:
    if column.label and column.usual is not None and column.current is not None:
        return _class(column.name, column.label, column.usual, column.current)
    words = _number_words(column.name, column.direction, column.effect, (column.outside, noun))
    return Moved(column=column.name, title=title_of_column(column.name), words=words)


def _class(column: str, label: str, usual: float, current: float) -> Moved:
    return Moved(
        column=column,
        title=f"{column} {short_label(label)}",
        words=f"{rounded_share(current)} of the images, usually {rounded_share(usual)}",
    )


def _special_words(column: Finding) -> str:
    """Return what is said of a move that is no more or less of a number; else empty."""
    if column.constant is not None and column.beside_days is None:
        now = difference_words(column.constant, images_of(column.current))
        return f"{now}, {reference_words(column.constant, images_of(column.reference))}"
    if column.pile is not None:
        usually = "" if column.pile.expected < 1 else f", usually {column.pile.expected:,.0f}"
        return f"nearly the same in {counted(column.pile.images, 'image')}{usually}"
    if lies_to_one_side(column):
        return "all images moved the same way"
    if column.direction == "spread":
        return _spread_words(spread_widened(column))
    then, share = copies_share(column.reference), copies_share(column.current)
    if column.direction == "shares" and then is not None and share is not None:
        return f"{rounded_share(share)} of the images, usually {rounded_share(then)}"
    return ""


def _spread_words(widened: bool | None) -> str:
    if widened is None:
        return "spread in another way than usual"
    return "more varied than usual" if widened else "less varied than usual"


def _number_words(
    name: str, direction: str, effect: float, outside: tuple[Outside | None, str]
) -> str:
    """Return how a number moved: how many images left the usual range, else which way all went.

    Parameters
    ----------
    outside
        How many images lie outside the usual range, and what they are called.
    """
    counted_out = _counted_out(direction, *outside)
    if counted_out:
        return counted_out
    if direction not in {*_UP, *_DOWN}:
        return "not as usual"
    look = _look(measure_named(name), up=direction in _UP)
    if direction in TAILS:
        return f"some images {look} than usual"
    return f"slightly {look} on average" if effect < _SLIGHTLY else f"{look} on average"


def _counted_out(direction: str, outside: Outside | None, noun: str) -> str:
    """Return how many images lie on the side to which a number moved; empty where few do."""
    if outside is None or direction not in {*_UP, *_DOWN}:
        return ""
    up = direction in _UP
    out = outside.above if up else outside.below
    usual = outside.usual_above if up else outside.usual_below
    if out / outside.images - usual < _FEW and direction not in TAILS:
        return ""
    number = f"{out:,} of {counted(outside.images, noun)}"
    if usual <= _HARDLY_ANY:
        return f"{number} {'above' if up else 'below'} normal"
    return f"{number} very {'high' if up else 'low'}, usually {usual * outside.images:,.0f}"


def _look(measure: Measure | None, *, up: bool) -> str:
    # The title of a score says already that it is about the model.
    is_score = measure is not None and view_score_named(measure.name) is not None
    look = "" if measure is None or is_score else (measure.rises if up else measure.falls)
    return look or ("higher" if up else "lower")


def title_of_column(name: str) -> str:
    """Return what people call a column."""
    measure = measure_named(name)
    return column_title(name, {} if measure is None else {name: measure})


def column_in_words(column: Finding, findings: RunFindings) -> Moved:
    """Return how one column of a run moved, whatever its state is."""
    return _of_column(column, _noun(findings))


def segment_column_in_words(column: SegmentColumn, findings: RunFindings) -> Moved:
    """Return how one column of a segment's images moved."""
    return _of_segment(column, _noun(findings))
