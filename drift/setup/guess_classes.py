"""Which columns hold the predicted class, the true one, and the model's confidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from drift.setup import column_words
from drift.setup.column_values import ColumnValues
from drift.setup.column_words import points
from drift.setup.guess import Guess, best_of
from drift.setup.guess_probabilities import ProbabilityGuess
from reference_stats.features.registry import FEATURES

FEATURE_NAMES = frozenset(feature.name for feature in FEATURES)
_FEWEST_TIMES = 0.9


def guess_prediction(
    columns: Mapping[str, ColumnValues], probabilities: ProbabilityGuess | None
) -> Guess | None:
    """Return the column of the predicted class."""

    def scored() -> Iterable[tuple[float, Guess]]:
        for column in columns.values():
            if not column.is_class_like or column.share_filled < 0.5:
                continue
            name = points(column.name, column_words.PREDICTION)
            agrees = probabilities is not None and probabilities.agrees_with(column)
            if not agrees and (name <= 0 or points(column.name, column_words.LABEL) >= 4):
                continue
            score = name + 4.0 * agrees + 0.5 * (not column.is_numeric)
            because = _classes(column)
            if agrees:
                because += ", the class of the largest probability"
            yield score, Guess(column=column.name, because=because, is_sure=name >= 2 or agrees)

    return best_of(scored())


def _classes(column: ColumnValues) -> str:
    shown = ", ".join(value for value, _ in column.counts.most_common(3))
    return f"{column.distinct} different values such as {shown}"[:100]


def fallback_prediction(
    columns: Mapping[str, ColumnValues],
    confidence: Guess | None,
    probabilities: ProbabilityGuess | None,
) -> Guess | None:
    """Take the only column of classes of an unknown name, where the log names a confidence."""
    if confidence is None and probabilities is None:
        return None
    found = [
        (float(column.distinct), Guess(column=column.name, because=_classes(column), is_sure=False))
        for column in columns.values()
        if column.is_class_like
        and not column.is_numeric
        and column.distinct >= 2
        and points(column.name, column_words.SEGMENT) <= 0
        and points(column.name, column_words.CLIENT) <= 0
        and points(column.name, column_words.PREDICTION) >= 0
        and not (column.time_reading.share > _FEWEST_TIMES)
    ]
    return best_of(found, fewest=2.0)


def guess_label(
    columns: Mapping[str, ColumnValues], prediction: ColumnValues | None
) -> Guess | None:
    """Return the column of the true class, which may be filled in some rows only."""

    def scored() -> Iterable[tuple[float, Guess]]:
        for column in columns.values():
            if not column.is_class_like and column.distinct > 1:
                continue
            name = points(column.name, column_words.LABEL)
            shared = _shared_values(column, prediction)
            if name <= 0 or (prediction is not None and shared == 0 and name < 4):
                continue
            if (
                prediction is not None
                and shared == 0
                and column.distinct <= 2 < prediction.distinct
            ):
                continue
            because = f"{_classes(column)}, filled in {column.share_filled:.0%} of the rows"
            yield name + 2 * shared, Guess(column=column.name, because=because)

    return best_of(scored())


def _shared_values(column: ColumnValues, other: ColumnValues | None) -> float:
    if other is None or not column.counts:
        return 0.0
    return len(set(column.counts) & set(other.counts)) / len(column.counts)


def guess_confidence(
    columns: Mapping[str, ColumnValues], prediction: Guess | None
) -> tuple[Guess | None, list[str]]:
    """Return the column of the model's confidence, and what is to be said of others like it."""
    scored: list[tuple[float, Guess]] = []
    notes = []
    for column in columns.values():
        name = points(column.name, column_words.CONFIDENCE)
        name = max(name, 0.5 * points(column.name, column_words.PREDICTION))
        if name <= 0 or column.name in FEATURE_NAMES or column.distinct < 2:
            continue
        if not column.is_numeric:
            notes += [_not_numbers(column, "the confidence")] * (name >= 3)
        elif not (column.is_class_like and column.is_whole):
            scored += _as_confidence(column, name)
    return best_of(scored, fewest=2.0 if prediction else 2.5), notes


def _as_confidence(column: ColumnValues, name: float) -> list[tuple[float, Guess]]:
    if column.lies_within(0, 1):
        return [(name + 1, Guess(column=column.name, because="numbers between 0 and 1"))]
    if column.lies_within(0, 100) and name >= 3:
        because = "numbers between 0 and 100"
        return [(name, Guess(column=column.name, because=because, is_sure=False))]
    return []


def _not_numbers(column: ColumnValues, what: str) -> str:
    bad = next(
        value
        for value, good in zip(column.values, column.read.readable, strict=True)
        if not good and value
    )
    hint = " Write it with a point." if re.fullmatch(r"\d+,\d+", bad.strip()) else ""
    return (
        f"The column {column.name} looks like {what}, but {bad!r} is no number; a run would reject "
        f"such rows, so it is left out.{hint}"
    )
