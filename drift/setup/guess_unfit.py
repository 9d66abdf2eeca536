"""Columns that look right by name or content but that a run cannot use, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping

from drift.setup import column_words
from drift.setup.column_values import ColumnValues
from drift.setup.column_words import points
from drift.setup.words import has_word

_MANY_PERCENTS = 10
_NESTED = re.compile(r"[\[{(].*[\]})]", re.DOTALL)
_KEYS = re.compile(r"['\"](?:label|class|score|confidence|prob\w*|prediction)['\"]\s*:", re.I)
_NUMBERS_OF_CLASSES = frozenset({"probs", "probabilities", "scores", "logits", "softmax"})
_SHOWN = 40
_LOOKED_AT = 50
# How JPEG, PNG, GIF and WebP begin: in base64, and as texts of their bytes.
_IMAGE_INSIDE = re.compile(
    r"(?:data:image/[a-z+.-]+;base64,)?(?:/9j/|iVBORw0KGgo|R0lGOD|UklGR)"
    r"|\\xff\\xd8\\xff|\\x89PNG|GIF8[79]a|RIFF.{4,16}WEBP",
    re.DOTALL,
)


def images_inside(column: ColumnValues) -> list[str]:
    """Say where a column holds the images themselves, as bytes or as base64 text."""
    first = column.filled[:_LOOKED_AT]
    held = sum(bool(_IMAGE_INSIDE.match(value)) for value in first)
    if not first or held < 0.5 * len(first):
        return []
    said = (
        f"The column {column.name} holds the images themselves. A run reads images from objects of "
        "their own: write each one as an object, and log its name."
    )
    return [said]


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
    low, high = float(column.numbers.min()), float(column.numbers.max())
    found = f"{column.distinct} different numbers from {low:g} to {high:g}"
    return (
        f"The column {column.name} is named like the confidence, but holds {found}; a confidence "
        "is a share between 0 and 1 or 0 and 100, so it is left out."
    )


def not_numbers(column: ColumnValues, what: str) -> str:
    """Say that a column of numbers holds something else as well."""
    bad = first_unreadable(column)
    hint = " Write it with a point." if re.fullmatch(r"\d+,\d+", bad.strip()) else ""
    return (
        f"The column {column.name} looks like {what}, but {bad!r} is no number; a run would reject "
        f"such rows, so it is left out.{hint}"
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
        f"The column {column.name} holds lists or JSON ({_shown(column)}), which a run does not "
        "take apart, so it is left out. Log the class, its confidence and each probability as "
        "columns of their own."
        for column in columns.values()
        if _is_nested(column) and _is_about_classes(column)
    ]


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
    value = column.filled[0]
    return value if len(value) <= _SHOWN else value[:_SHOWN] + "..."
