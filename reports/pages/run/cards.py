"""Findings made ready for the page: one card per column, sorted by how far it moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from jobs.visible_text import visible
from reference_stats.model_view.measures import Measure
from reports.findings.answers import State
from reports.findings.class_shares import class_shares
from reports.findings.columns import Category, Distribution, Finding
from reports.findings.effect_sizes import in_deviations
from reports.history.history import HistoryRow
from reports.history.normal_days import half_width
from reports.pages.run.columns.asides import axis_unit, why_steady
from reports.pages.run.plots import (
    HistogramPair,
    histogram_svg,
    pair_histograms,
    share_bars_svg,
    spark_svg,
)
from reports.words.movements import Movement, effect_size, movement
from reports.words.numbers import NOTHING, p_words, percent, readable, with_spread
from reports.words.wording import STATE_LABELS, column_title

RUNS_IN_COURSE = 30
# A line through two runs says no more than both numbers.
_COURSE_FROM = 3
CLASSES_SHOWN = 12
MOST_CLASSES = 200
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One class: in the reference, on normal days where those are known, and now."""

    name: str
    reference: str
    usual: str
    current: str
    change: str
    mark: str
    bars: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnCard:
    """One column as the page shows it; texts are not yet escaped, `Markup` is."""

    finding: Finding
    title: str
    anchor: str
    label: str
    movement: Movement
    p_words: str
    limit: str
    then: str
    usual: str
    now: str
    plot: Markup | None
    axis_low: str
    axis_high: str
    axis_unit: str
    why_steady: str
    course: Markup | None
    runs_in_course: int
    classes: tuple[ClassRow, ...]
    more_classes: tuple[ClassRow, ...]
    classes_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardGroups:
    """Cards in groups, by what a reader does with them; in each, the farthest moved come first."""

    moved: tuple[ColumnCard, ...]
    unclear: tuple[ColumnCard, ...]
    stayed: tuple[ColumnCard, ...]
    missing: tuple[ColumnCard, ...]

    def __len__(self) -> int:
        return len(self.moved) + len(self.unclear) + len(self.stayed) + len(self.missing)


def group_cards(
    columns: Iterable[Finding],
    features: Mapping[str, Measure],
    history: Sequence[HistoryRow],
    anchor: str,
    limit: float | None = None,
) -> CardGroups:
    """Return a card per column in its group.

    Parameters
    ----------
    features
        Plain words by column name; a column without plain words is shown by its name.
    history
        The rows of earlier runs, oldest first.
    anchor
        The beginning of the cards' fragment identifiers.
    limit
        The smallest effect that counts, in reference standard deviations; None where unknown.
    """
    ordered = sorted(columns, key=by_movement)
    cards = [
        _card(column, features.get(column.name), f"{anchor}-{number}", (history, limit))
        for number, column in enumerate(ordered, start=1)
    ]
    return CardGroups(
        moved=_of(cards, State.DRIFT),
        unclear=_of(cards, State.INCONCLUSIVE, State.FAILED),
        stayed=_of(cards, State.STEADY, State.CONSTANT),
        missing=_of(cards, State.MISSING),
    )


def by_movement(column: Finding) -> tuple[bool, float, str]:
    """Return the sort key of a column: drift first, then how far it moved, on one scale."""
    size = _on_one_scale(column)
    return (column.state is not State.DRIFT, 1.0 if size is None else -size, column.name)


def _on_one_scale(column: Finding) -> float | None:
    return None if column.effect is None else in_deviations(column.effect, column.direction)


def _of(cards: Sequence[ColumnCard], *states: State) -> tuple[ColumnCard, ...]:
    return tuple(card for card in cards if card.finding.state in states)


_Past = tuple[Sequence[HistoryRow], float | None]


def _card(column: Finding, feature: Measure | None, anchor: str, past: _Past) -> ColumnCard:
    title = column_title(column.name, {feature.name: feature} if feature else {})
    pair = _histograms(column)
    rows = _class_rows(column)
    course = _course(column, title, past)
    return ColumnCard(
        finding=column,
        title=title,
        anchor=anchor,
        label=STATE_LABELS[column.state],
        movement=movement(column, feature),
        p_words=p_words(column.adjusted_p_value),
        limit=NOTHING if column.threshold is None else readable(column.threshold),
        then=_spot(column.reference),
        usual=_usual(column),
        now=_spot(column.current),
        plot=_plot(column, title, pair),
        axis_low=_axis_end(pair, low=True),
        axis_high=_axis_end(pair, low=False),
        axis_unit=axis_unit(column.unit),
        why_steady=why_steady(column, past[1]),
        course=course,
        runs_in_course=0 if course is None else len(_course_of(column, past[0])),
        classes=rows[:CLASSES_SHOWN],
        more_classes=rows[CLASSES_SHOWN:MOST_CLASSES],
        classes_left_out=max(len(rows) - MOST_CLASSES, 0),
    )


def _spot(side: Distribution | None) -> str:
    if side is None or side.count == 0 or side.mean is None:
        return NOTHING
    return with_spread(side.mean, side.std)


def _usual(column: Finding) -> str:
    """Return the mean on normal days and how far apart those lie; empty where it is not known."""
    beside = column.beside_days
    if beside is None or beside.usual is None:
        return ""
    deviation = column.reference.std if column.reference else None
    apart = None if deviation is None else beside.day_spread * deviation
    return with_spread(beside.usual, apart)


def _histograms(column: Finding) -> HistogramPair | None:
    return pair_histograms(
        column.reference.histogram if column.reference else None,
        column.current.histogram if column.current else None,
    )


def _plot(column: Finding, title: str, pair: HistogramPair | None) -> Markup | None:
    if pair is None:
        return None
    words = (
        f"Distribution of {title}: reference {_spot(column.reference)}, "
        f"this window {_spot(column.current)} {column.unit}"
    )
    # The plot escapes its title, and holds nothing else but numbers.
    return Markup(histogram_svg(pair, visible(words.strip())))  # noqa: S704


def _axis_end(pair: HistogramPair | None, *, low: bool) -> str:
    if pair is None:
        return ""
    value = readable(pair.edges[0] if low else pair.edges[-1])
    if low:
        return f"≤ {value}" if pair.cut_low else value
    return f"≥ {value}" if pair.cut_high else value


def _course_of(column: Finding, history: Sequence[HistoryRow]) -> list[tuple[float | None, State]]:
    earlier = [
        (row.effect_in_deviations(column.name), row.states.get(column.name, State.MISSING))
        for row in history[-(RUNS_IN_COURSE - 1) :]
    ]
    return [*earlier, (_on_one_scale(column), column.state)]


def _course(column: Finding, title: str, past: _Past) -> Markup | None:
    history, limit = past
    limit = _limit(column, limit)
    sizes = _course_of(column, history)
    if sum(size is not None for size, _ in sizes) < _COURSE_FROM:
        return None
    words = f"Effect of {title} over the last {len(sizes)} runs, now {effect_size(column)}"
    return Markup(spark_svg(sizes, visible(words), limit))  # noqa: S704 - as above


def _limit(column: Finding, limit: float | None) -> float | None:
    """Return what a move has to exceed to count: what matters, or what normal days explain."""
    beside = column.beside_days
    if beside is None or column.direction == "shares":
        return limit
    units = column.current.count if column.current else 0
    return max(limit or 0.0, half_width(beside.day_spread, units))


def _class_rows(column: Finding) -> tuple[ClassRow, ...]:
    categories = column.categories or ()
    usual = column.beside_days.usual_shares if column.beside_days else {}
    before = sum(category.reference for category in categories)
    now = sum(category.current for category in categories)
    shares = class_shares(categories)
    widest = max((max(then, here) for _, then, here in shares), default=0.0)
    changes = {
        one.name: here - (usual.get(one.name, 0.0) if usual else then) for one, then, here in shares
    }
    shares.sort(key=lambda item: (-abs(changes[item[0].name]), item[0].name))
    return tuple(
        ClassRow(
            name=category.name,
            reference=percent(then) if before else NOTHING,
            usual=percent(usual.get(category.name, 0.0)) if usual else "",
            current=percent(here) if now else NOTHING,
            change=_points(changes[category.name]) if (before or usual) and now else NOTHING,
            mark=_class_mark(category, before, now),
            bars=Markup(share_bars_svg(then, here, widest)),  # noqa: S704 - numbers only
        )
        for category, then, here in shares
    )


def _class_mark(category: Category, before: int, now: int) -> str:
    if category.reference == 0 and before and category.current:
        return "new"
    if category.current == 0 and now and category.reference:
        return "gone"
    return ""


def _points(change: float) -> str:
    points = round(100 * change, 1)
    if points == 0:
        return "0"
    return f"{'+' if points > 0 else _MINUS}{abs(points):.1f}"
