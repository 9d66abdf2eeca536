"""How the columns of two sides differ, in plain words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from reference_stats.model_view.measures import Measure, measures_named
from reports.findings.answers import State
from reports.findings.effect_sizes import SHARE_PER_DEVIATION
from reports.pages.two_runs.sides import ColumnOfSide, ComparedSide
from reports.words.numbers import listed, readable, rounded_share, sentence
from reports.words.segments import short_label
from reports.words.wording import column_title

# As `detection.minimum_effect` by default: a smaller difference is never called one.
_SMALLEST = 0.1
_SAME = "about the same"
# Where numbers of one side are not known.
_BY_STATES = {
    (True, False): "moved in the first only",
    (False, True): "moved in the second only",
    (True, True): "moved in both",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnBeside:
    """One column of both sides.

    Attributes
    ----------
    title
        The column in plain words.
    first, second
        What each side says of it; None where a side does not know it.
    difference
        What changes from the first to the second: ``blurrier: 2.9 to 0.4``, ``about the same``.
    size
        How far the second lies from the first, in reference standard deviations, or in what weighs
        as much for a share; 0 where that is not known.
    """

    name: str
    title: str
    first: ColumnOfSide | None
    second: ColumnOfSide | None
    difference: str
    size: float

    @property
    def in_brief(self) -> str:
        """The column and its difference, without the means of a number."""
        words = self.difference
        if self.first is not None and not self.first.shares:
            words = words.partition(":")[0]
        return f"{self.title}, {words}"

    @property
    def drifted(self) -> tuple[bool, bool]:
        """On which sides it drifted."""
        first, second = (
            one is not None and one.state is State.DRIFT for one in (self.first, self.second)
        )
        return first, second


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSides:
    """Two sides beside each other.

    Attributes
    ----------
    columns
        All columns: those that drifted on a side first, the largest differences before others.
    sentences
        What to know first, in plain words.
    doubts
        Why the two cannot be compared as they are; empty where they can.
    """

    first: ComparedSide
    second: ComparedSide
    columns: tuple[ColumnBeside, ...]
    sentences: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def names(self) -> tuple[str, str]:
        """What the sides are called, which tells them apart."""
        return _names(self.first, self.second)

    @property
    def days(self) -> str:
        """The days of both; empty where they differ, and the names say them."""
        return self.first.days if self.first.days == self.second.days else ""


def compare_sides(first: ComparedSide, second: ComparedSide) -> ComparedSides:
    """Return two sides beside each other, and what differs."""
    before, after = first.columns, second.columns
    titles = measures_named({**before, **after})
    columns = sorted(
        (
            _beside(
                name,
                titles,
                before.get(name) or first.unnamed(name),
                after.get(name) or second.unnamed(name),
            )
            for name in {**before, **after}
        ),
        key=lambda one: (not any(one.drifted), -one.size, one.name),
    )
    return ComparedSides(
        first=first,
        second=second,
        columns=tuple(columns),
        sentences=_sentences(first, second, columns),
        doubts=tuple(_doubts(first, second)),
    )


def _names(first: ComparedSide, second: ComparedSide) -> tuple[str, str]:
    parts = (first.part_name, second.part_name)
    if first.days != second.days:
        names = [
            ", ".join(filter(None, one))
            for one in zip(parts, (first.days, second.days), strict=True)
        ]
        return names[0], names[1]
    if parts[0] != parts[1]:
        return parts[0] or "all of them", parts[1] or "all of them"
    return first.findings.run_id, second.findings.run_id


def _beside(
    name: str,
    measures: Mapping[str, Measure],
    first: ColumnOfSide | None,
    second: ColumnOfSide | None,
) -> ColumnBeside:
    difference, size = _difference(first, second, measures.get(name))
    return ColumnBeside(
        name=name,
        title=column_title(name, measures),
        first=first,
        second=second,
        difference=difference,
        size=size,
    )


def _difference(
    first: ColumnOfSide | None, second: ColumnOfSide | None, measure: Measure | None
) -> tuple[str, float]:
    if first is None or second is None:
        return "", 0.0
    if first.shares or second.shares:
        words, size = _of_shares(first.shares, second.shares)
    else:
        words, size = _of_means(first, second, measure)
    drifted = (first.state is State.DRIFT, second.state is State.DRIFT)
    if words == _SAME and drifted[0] != drifted[1]:
        # Tails and spreads can move where means do not.
        return f"{_SAME} on average", size
    return words or _BY_STATES.get(drifted, ""), size


def _of_shares(first: Mapping[str, float], second: Mapping[str, float]) -> tuple[str, float]:
    # A part of the traffic knows the share of one class; of whole runs all are known.
    known = first.keys() | second.keys()
    if len(first) == 1 or len(second) == 1:
        known = first.keys() & second.keys()
    if not known:
        return "", 0.0
    moves = {name: second.get(name, 0.0) - first.get(name, 0.0) for name in sorted(known)}
    most = max(moves, key=lambda name: abs(moves[name]))
    size = abs(moves[most]) / SHARE_PER_DEVIATION
    if size < _SMALLEST:
        return _SAME, size
    shares = f"{rounded_share(first.get(most, 0.0))} to {rounded_share(second.get(most, 0.0))}"
    return f"{short_label(most)}: {shares}", size


def _of_means(
    first: ColumnOfSide, second: ColumnOfSide, measure: Measure | None
) -> tuple[str, float]:
    if first.mean is None or second.mean is None:
        return "", 0.0
    moved = second.mean - first.mean
    scale = first.scale or second.scale
    size = abs(moved) / scale if scale else 0.0
    if not moved or (scale and size < _SMALLEST) or not math.isfinite(moved):
        return _SAME, size
    look = "" if measure is None else (measure.rises if moved > 0 else measure.falls)
    look = look or ("higher" if moved > 0 else "lower")
    return f"{look}: {readable(first.mean)} to {readable(second.mean)}", size


def _sentences(
    first: ComparedSide, second: ComparedSide, columns: list[ColumnBeside]
) -> tuple[str, ...]:
    one, other = _names(first, second)
    said = [_verdicts(first, second)]
    for where, drifted in (
        (f"only in the first ({one})", (True, False)),
        (f"only in the second ({other})", (False, True)),
        ("in both", (True, True)),
    ):
        titles = [column.title for column in columns if column.drifted == drifted]
        if titles:
            said.append(f"Moved {where}: {listed(titles)}.")
    far = max(columns, key=lambda column: column.size, default=None)
    if far is not None and far.size >= _SMALLEST:
        said.append(f"The largest difference from the first to the second: {far.in_brief}.")
    return tuple(said)


def _verdicts(first: ComparedSide, second: ComparedSide) -> str:
    one, other = _names(first, second)
    if first.state == second.state:
        return f"{sentence(one)} and {other}: both {first.state_words.lower()}."
    sides = ((one, first), (other, second))
    return " ".join(f"{sentence(name)}: {side.state_words.lower()}." for name, side in sides)


def _doubts(first: ComparedSide, second: ComparedSide) -> list[str]:
    one, other = first.findings, second.findings
    doubts = []
    if one.profile.id != other.profile.id:
        doubts.append(
            f"They were compared with different references, {one.profile.id} and "
            f"{other.profile.id}: a movement of one says nothing of the other. The differences "
            "between their own numbers do count."
        )
    elif one.basis is not other.basis:
        doubts.append(
            "One was compared with normal days and the other with the reference: what moved was "
            "not judged alike."
        )
    if first.part is not None or second.part is not None:
        doubts.append(
            "Of a part of the traffic a report keeps numbers only of the columns that moved there, "
            "so some differences are not known."
        )
    return doubts
