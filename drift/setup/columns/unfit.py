"""Columns that look right by name or content but that a run cannot use, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping

from drift.setup.columns import words as column_words
from drift.setup.columns.values import ColumnValues
from drift.setup.columns.words import points
from drift.setup.words import has_word

_MANY_PERCENTS = 10
_NESTED = re.compile(r"[\[{(].*[\]})]", re.DOTALL)
_KEYS = re.compile(r"['\"](?:label|class|score|confidence|prob\w*|prediction)['\"]\s*:", re.I)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBERS = re.compile(rf"\[\s*{_NUMBER}(?:\s*,?\s+{_NUMBER}|\s*,\s*{_NUMBER})*\s*\]")
_NUMBER_BY_KEY = re.compile(
    rf"""\{{\s*['"][^'"]*['"]\s*:\s*{_NUMBER}(?:\s*,\s*['"][^'"]*['"]\s*:\s*{_NUMBER})+\s*\}}"""
)
_NUMBERS_OF_CLASSES = frozenset({"probs", "probabilities", "scores", "logits", "softmax"})
_SHOWN = 40
_CLEARLY_NAMED = 2.0


def without_objects(columns: Mapping[str, ColumnValues]) -> dict[str, ColumnValues]:
    """Return the columns without objects whose fields are columns of their own.

    ``client`` is left away where it is an object and ``client.id`` is there.
    """
    inner = {name[:place] for name in columns for place, sign in enumerate(name) if sign == "."}
    return {
        name: column
        for name, column in columns.items()
        if name not in inner
        or sum(value.startswith("{") for value in column.filled) <= 0.5 * len(column.filled)
    }


def classes_left_out(columns: Mapping[str, ColumnValues]) -> list[str]:
    """Say which columns are named like the predicted class but cannot be taken for it, and why."""
    found = []
    for column in columns.values():
        if points(column.name, column_words.PREDICTION) < _CLEARLY_NAMED:
            continue
        reason = _why_no_class(column)
        if reason:
            found.append(
                f"The column {column.name} is named like the predicted class, but {reason}, so it "
                "is not taken for it. If it is the class all the same, set "
                "predictions.columns.prediction."
            )
    return found


def _why_no_class(column: ColumnValues) -> str:
    shown = ", ".join(_shortened(value) for value, _ in column.counts.most_common(3))
    if column.distinct == 1:
        return f"every row has the same value ({shown})"
    if column.share_filled < 0.5:
        return f"only {column.share_filled:.0%} of the rows have a value"
    if column.is_numeric and not column.is_whole:
        return f"it holds fractions such as {shown}"
    if column.looks_like_paths:
        return f"it holds paths such as {_shortened(column.filled[0])}"
    if not column.is_class_like:
        return f"it holds {column.distinct:,} different values in {len(column.filled):,} rows"
    return ""


def is_percent(column: ColumnValues) -> bool:
    """Tell whether many whole numbers up to 100 stand there, above 1 as well."""
    return (
        column.lies_within(0, 100)
        and column.distinct > _MANY_PERCENTS
        and float(column.numbers.max()) > 1
    )


def why_no_confidence(column: ColumnValues) -> str:
    """Say why a column that is named like the confidence is none."""
    if not column.is_numeric:
        return not_numbers(column, "the confidence")
    if column.distinct == 1:
        return (
            f"The column {column.name} is named like the confidence, but every row has the same "
            f"value ({_shortened(column.filled[0])}), so it is not taken for it."
        )
    low, high = float(column.numbers.min()), float(column.numbers.max())
    found = f"{column.distinct} different numbers from {low:g} to {high:g}"
    return (
        f"The column {column.name} is named like the confidence, but holds {found}; a confidence "
        "is a share between 0 and 1 or 0 and 100, so it is not taken for it."
    )


def not_numbers(column: ColumnValues, what: str) -> str:
    """Say that a column of numbers holds something else as well."""
    bad = first_unreadable(column)
    hint = " Write it with a point." if re.fullmatch(r"\d+,\d+", bad.strip()) else ""
    if "tensor(" in bad:
        hint = " It is a printed tensor: log float(x), not str(x)."
    count = round((1 - column.share_readable) * len(column.filled))
    return (
        f"The column {column.name} looks like {what}, but {count:,} of {len(column.filled):,} "
        f"values are no numbers a run can read, such as {_shortened(bad)!r}, so it is not taken "
        f"for it.{hint}"
    )


def first_unreadable(column: ColumnValues) -> str:
    """Return the first value that is no number."""
    return next(
        value
        for value, good in zip(column.values, column.read.readable, strict=True)
        if not good and value
    )


def nested_columns(columns: Mapping[str, ColumnValues]) -> list[str]:
    """Say which columns hold classes or probabilities as lists or JSON in one text."""
    return [
        f"The column {column.name} holds {_kind(column)} ({_shown(column)}), which is not used. A "
        "run reads cells that hold classes with their numbers where predictions.columns.answer "
        "names their column; else log the class, its confidence and each probability as columns "
        "of their own."
        for column in columns.values()
        if _is_nested(column) and _is_about_classes(column)
    ]


def _kind(column: ColumnValues) -> str:
    """Return what a nested value is, in plain words."""
    value = column.filled[0]
    if _NUMBER_BY_KEY.fullmatch(value):
        return "a dictionary of a number for each class"
    if _NUMBERS.fullmatch(value):
        return "a list of numbers"
    if value.startswith("[") and _KEYS.search(value):
        return "a list of classes with their scores"
    return "lists or JSON"


def _is_nested(column: ColumnValues) -> bool:
    first = column.filled[:200]
    return sum(bool(_NESTED.fullmatch(value)) for value in first) > 0.5 * len(first)


def _is_about_classes(column: ColumnValues) -> bool:
    return (
        points(column.name, column_words.PREDICTION) > 0
        or points(column.name, column_words.CONFIDENCE) > 0
        or has_word(column.name, _NUMBERS_OF_CLASSES)
        or bool(_KEYS.search(column.filled[0]))
    )


def _shown(column: ColumnValues) -> str:
    return _shortened(column.filled[0])


def _shortened(value: str) -> str:
    return value if len(value) <= _SHOWN else value[:_SHOWN] + "..."
