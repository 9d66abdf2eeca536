"""Which further columns of numbers a log without images holds that are worth comparing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from drift.setup.columns import words as column_words
from drift.setup.columns.all_columns import ColumnGuesses
from drift.setup.columns.values import ColumnValues
from drift.setup.columns.words import points
from drift.setup.words import words_of

MOST_NUMBERS = 40
_FEWEST_VALUES = 5
_MOSTLY_FILLED = 0.5
_NEARLY_ALWAYS = 0.95
_MOSTLY_TIMES = 0.5
# Numbers by which things are called or ordered, not what is measured of them.
_WORDS = (
    "id ids idx index nr no num number code key seed port pid row rows line lines page zip plz "
    "phone year month day weekday hour minute second count counter seq sequence frame batch step "
    "offset version epoch timestamp ts uid uuid hash lat lon lng latitude longitude"
)
_NAMES = frozenset(_WORDS.split())


def further_numbers(values: Mapping[str, ColumnValues], guesses: ColumnGuesses) -> tuple[str, ...]:
    """Return the numeric columns that vary and are no ids, counters or times, in their order.

    Parameters
    ----------
    values
        The columns of a sample.
    guesses
        What columns are taken for already.
    """
    taken = {one.column for one in guesses.named.values()} | set(guesses.segments)
    if guesses.probabilities is not None:
        taken |= set(guesses.probabilities.columns)
    # The numbers of the classes in an answer are read with it.
    inner = None if guesses.answer is None else f"{guesses.answer.column}."
    found = [
        name
        for name, one in values.items()
        if name not in taken
        and not (inner is not None and name.startswith(inner))
        and _is_measured(one)
    ]
    return tuple(found[:MOST_NUMBERS])


def _is_measured(column: ColumnValues) -> bool:
    if not column.is_numeric or column.share_filled < _MOSTLY_FILLED:
        return False
    if column.distinct < _FEWEST_VALUES or _NAMES.intersection(words_of(column.name)):
        return False
    return not (_is_name(column) or _counts_on(column) or _is_time(column))


def _is_name(column: ColumnValues) -> bool:
    """Tell whether whole numbers are names: nearly all different, or called so."""
    if not column.is_whole:
        return False
    named = points(column.name, column_words.ID) > 0 or points(column.name, column_words.CLIENT) > 0
    return named or column.uniqueness > _NEARLY_ALWAYS


def _counts_on(column: ColumnValues) -> bool:
    """Tell whether the numbers only ever grow, or grow by one, as counters and clocks do."""
    steps = np.diff(column.numbers)
    if not len(steps):
        return True
    grows = float((steps >= 0).mean()) > _NEARLY_ALWAYS and column.numbers[-1] > column.numbers[0]
    return grows or float((steps == 1).mean()) > _NEARLY_ALWAYS


def _is_time(column: ColumnValues) -> bool:
    return column.time_reading.share > _MOSTLY_TIMES and (
        points(column.name, column_words.TIME) > 0 or float(np.median(column.numbers)) > 1e8
    )
