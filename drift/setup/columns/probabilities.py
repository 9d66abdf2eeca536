"""Which columns hold one class probability each: numbers that add up to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from drift.setup.columns.values import ColumnValues
from drift.setup.words import common_start
from reports.words.numbers import listed

_SUM_TOLERANCE = 0.03
_FEWEST_ROWS = 0.95
# More than add up to one by chance.
_FEW_ROWS = 0.2
_FEWEST_ALIKE = 2
# `PredictionRows.fields` holds columns of these names already.
_FIELDS = frozenset({"timestamp", "id", "prediction", "confidence", "label", "client", "latency"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbabilityGuess:
    """The columns, and the patterns that take in these and no others.

    Attributes
    ----------
    columns
        The columns.
    patterns
        What `predictions.columns.probabilities` would be.
    largest
        Per row of the sample the place in `columns` of the largest one; -1 where one is missing.
    share
        In how many of the rows they add up to one.
    """

    columns: tuple[str, ...]
    patterns: tuple[str, ...]
    largest: tuple[int, ...]
    share: float = 1.0

    @property
    def because(self) -> str:
        """Why, in plain words."""
        where = "" if self.share >= _FEWEST_ROWS else f" in {self.share:.0%} of the rows"
        return f"{len(self.columns)} columns that add up to one{where}"

    def notes(self) -> list[str]:
        """Say where they do not add up."""
        if self.share >= _FEWEST_ROWS:
            return []
        said = (
            f"The columns {listed(list(self.patterns))} add up to one in {self.share:.0%} of the "
            "rows only. Do they hold something else in the others, such as scores that are no "
            "probabilities?"
        )
        return [said]

    def agrees_with(self, column: ColumnValues) -> bool:
        """Tell whether a column mostly names the class of the largest probability."""
        pairs = [
            (value.strip(), self.columns[place])
            for value, place in zip(column.values, self.largest, strict=True)
            if value and place >= 0
        ]
        if not pairs or column.distinct < 2:
            return False
        classes = {value for value, _ in pairs}
        by_class = {value: [name for one, name in pairs if one == value] for value in classes}
        usual = {value: max(set(names), key=names.count) for value, names in by_class.items()}
        hits = sum(usual[value] == name for value, name in pairs)
        return hits >= 0.9 * len(pairs) and len(set(usual.values())) >= 2


def guess_probabilities(columns: Mapping[str, ColumnValues]) -> ProbabilityGuess | None:
    """Return the largest group of columns whose values lie in [0, 1] and add up to one.

    Where there is none, columns are taken that add up to one in a good part of the rows and whose
    names begin alike, or are the classes that another column holds: one of them is no confidence
    just because the others changed.
    """
    columns = {
        name: column if column.is_numeric else column.in_shares for name, column in columns.items()
    }
    able = {
        name: column
        for name, column in columns.items()
        if column.lies_within(0, 1) and name not in _FIELDS and column.share_filled > 0.9
    }
    groups = [group for group in _groups(list(able)) if _add_up(group, able)]
    if not groups:
        able = {
            name: column
            for name, column in columns.items()
            if column.is_numeric and name not in _FIELDS and column.share_filled > 0.9
        }
        alike = [*_alike(list(able)), *_called_like_classes(list(able), columns)]
        groups = [group for group in alike if _share(group, able) >= _FEW_ROWS]
    if not groups:
        return None
    group = max(groups, key=len)
    patterns = _patterns(group, list(columns))
    if patterns is None:
        return None
    values = np.column_stack([able[name].read.values for name in group])
    known = np.isfinite(values).all(axis=1)
    largest = np.where(known, np.argmax(np.nan_to_num(values), axis=1), -1)
    return ProbabilityGuess(
        columns=group,
        patterns=patterns,
        largest=tuple(largest.tolist()),
        share=_share(group, able),
    )


def _alike(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return groups of at least two names that begin alike, up to a mark between words."""
    return [group for group in dict.fromkeys(_by_start(names)) if len(group) >= _FEWEST_ALIKE]


def _called_like_classes(
    names: Sequence[str], columns: Mapping[str, ColumnValues]
) -> list[tuple[str, ...]]:
    """Return the groups of names that are the classes of a column."""
    groups = []
    for column in columns.values():
        if column.is_class_like and not column.is_numeric:
            classes = {value.strip().lower() for value in column.counts}
            groups.append(tuple(name for name in names if name.strip().lower() in classes))
    return [group for group in dict.fromkeys(groups) if len(group) >= _FEWEST_ALIKE]


def _by_start(names: Sequence[str]) -> list[tuple[str, ...]]:
    by_start: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for place, letter in enumerate(name):
            if letter in "_.-[ :/":
                by_start[name[: place + 1]].append(name)
    return [tuple(group) for group in by_start.values()]


def _groups(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield groups of names that could belong together, by how they start, and all."""
    found = [*_by_start(names), tuple(names)]
    yield from (group for group in dict.fromkeys(found) if len(group) >= 2)
    for group in dict.fromkeys(found):
        # The largest probability is often logged once more.
        yield from (
            tuple(name for name in group if name != left_out)
            for left_out in group
            if 3 <= len(group) <= 30
        )


def _add_up(group: Sequence[str], columns: Mapping[str, ColumnValues]) -> bool:
    return _share(group, columns) >= _FEWEST_ROWS


def _share(group: Sequence[str], columns: Mapping[str, ColumnValues]) -> float:
    """Return in how many rows the columns add up to one; 0 where none of them varies."""
    values = np.column_stack([columns[name].read.values for name in group])
    known = values[np.isfinite(values).all(axis=1)]
    if len(known) < 2 or not (known.std(axis=0) > 0).any():
        return 0.0
    right = (np.abs(known.sum(axis=1) - 1) <= _SUM_TOLERANCE) & (known >= 0).all(axis=1)
    return float(right.mean())


def _patterns(group: Sequence[str], names: Sequence[str]) -> tuple[str, ...] | None:
    """Return one pattern where their common start fits no other column, else the names."""
    start = common_start(group)
    pattern = escaped(start) + "*"
    if start and {name for name in names if fnmatchcase(name, pattern)} == set(group):
        return (pattern,)
    exact = tuple(escaped(name) for name in group)
    taken = {name for name in names if any(fnmatchcase(name, one) for one in exact)}
    return exact if taken == set(group) else None


def escaped(name: str) -> str:
    """Return a pattern that takes in a name, whatever signs it has."""
    return "".join("?" if letter in "*?[]" else letter for letter in name)
