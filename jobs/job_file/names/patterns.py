"""Patterns over objects' names whose pieces are columns, as in `predictions.from_path`."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from jobs.times.time_formats import (
    CLOCK,
    check_clock,
    check_tells_day,
    directives_of,
    expression_of,
    iso_text,
    pieces_of,
)

_TOKEN = re.compile(r"\{([^{}]*)\}|(\*\*/|\*\*|\*|\?)")
_BRACES = re.compile(r"\{([^{}]+)\}")
_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(slots=True)
class _Column:
    """One column while a pattern is taken apart: the groups that it is made of."""

    groups: list[int] = field(default_factory=list)
    directives: list[str] = field(default_factory=list)
    zone: str = ""
    is_time: bool = False


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A pattern that whole names of objects match.

    ``{camera}`` is a column that holds what stands there, within one part of the name;
    ``{time:%Y%m%d}`` one that holds a time, which may stand in several places, a part of it in
    each. ``*``, ``**`` and ``?`` are as in a glob.

    Attributes
    ----------
    written
        The pattern.

    Raises
    ------
    ValueError
        If it is none; the message says what is expected.

    Examples
    --------
    >>> pattern = NamePattern("{camera}/{time:%Y/%m/%d}/{time:%H%M%S}_*.jpg")
    >>> pattern.columns_of("yard/2025/03/04/101112_a.jpg")
    {'camera': 'yard', 'time': '2025-03-04T10:11:12'}
    >>> pattern.glob
    '*/*/*/*/*_*.jpg'
    """

    written: str
    _shape: re.Pattern[str] = field(init=False, compare=False, repr=False)
    _columns: dict[str, _Column] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        columns: dict[str, _Column] = defaultdict(_Column)
        parts: list[str] = []
        groups = place = 0
        for token in _TOKEN.finditer(self.written):
            literal = self.written[place : token.start()]
            _check_literal(literal)
            parts.append(re.escape(literal))
            if token[2]:
                parts.append(_WILDCARDS[token[2]])
            else:
                expression, count = _take(token[1], columns, groups)
                parts.append(expression)
                groups += count
            place = token.end()
        _check_literal(self.written[place:])
        parts.append(re.escape(self.written[place:]))
        _check_columns(columns)
        object.__setattr__(self, "_columns", dict(columns))
        object.__setattr__(self, "_shape", re.compile("".join(parts), re.DOTALL))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the order in which they stand."""
        return tuple(self._columns)

    @property
    def glob(self) -> str:
        """A glob that takes in every name that the pattern matches."""
        parts: list[str] = []
        place = 0
        for token in _TOKEN.finditer(self.written):
            parts.append(self.written[place : token.start()])
            wildcard = token[2] or "/".join("*" for _ in token[1].split("/"))
            # Two stars side by side would cross folders.
            parts.append("" if wildcard == "*" and "".join(parts).endswith("*") else wildcard)
            place = token.end()
        return "".join([*parts, self.written[place:]])

    def beginning(self, parts: int) -> NamePattern | None:
        """Return the pattern of the folders that names begin with; None where it is not known.

        Parameters
        ----------
        parts
            How many folders.
        """
        pieces = _BRACES.sub(_in_parts, self.written).split("/")
        if len(pieces) <= parts or any("**" in piece for piece in pieces[:parts]):
            return None
        try:
            return NamePattern("".join(f"{piece}/" for piece in pieces[:parts]))
        except ValueError:
            return None

    def is_time(self, column: str) -> bool:
        """Tell whether a column of it holds times."""
        return column in self._columns and self._columns[column].is_time

    def columns_of(self, name: str) -> dict[str, str | None]:
        """Return the columns of one name; a name that does not match has none of their values."""
        match = self._shape.fullmatch(name)
        if match is None:
            return dict.fromkeys(self._columns)
        return {column: _value(one, match) for column, one in self._columns.items()}


def _in_parts(braces: re.Match[str]) -> str:
    """Return one piece for each part of the name that a time is written in."""
    name, colon, time_format = braces[1].partition(":")
    clock = CLOCK.match(time_format)
    zone = clock[0] if clock else ""
    rest = time_format[len(zone) :]
    return "/".join(f"{{{name}{colon}{zone}{part}}}" for part in rest.split("/"))


def _check_literal(text: str) -> None:
    if "{" in text or "}" in text:
        raise ValueError('pieces in braces, such as "{camera}/{timestamp:%Y%m%d_%H%M%S}.jpg"')


def _take(text: str, columns: dict[str, _Column], groups: int) -> tuple[str, int]:
    """Return the expression of what stands in braces, and how many groups it has."""
    name, colon, time_format = text.partition(":")
    if not name:
        raise ValueError('a name in each pair of braces, such as "{camera}"')
    column = columns[name]
    if not colon:
        if column.groups:
            raise ValueError(f'each piece once, but for times (found twice: "{name}")')
        column.groups.append(groups)
        return "([^/]+?)", 1
    if "%" not in time_format:
        raise ValueError(f'a format of times behind the colon, such as "{{{name}:%Y-%m-%d}}"')
    clock = CLOCK.match(time_format)
    column.zone = column.zone or (clock[1] if clock else "")
    pieces = pieces_of(time_format[clock.end() :] if clock else time_format)
    directives = directives_of(pieces)
    if not column.is_time and column.groups:
        raise ValueError(f'each piece once, but for times (found twice: "{name}")')
    column.is_time = True
    column.directives += directives
    column.groups += range(groups, groups + len(directives))
    return expression_of(pieces), len(directives)


def _check_columns(columns: dict[str, _Column]) -> None:
    if not columns:
        raise ValueError('at least one piece in braces, such as "{camera}/*.jpg"')
    for column in columns.values():
        if column.is_time:
            check_clock(column.zone)
            check_tells_day(column.directives)


def _value(column: _Column, match: re.Match[str]) -> str | None:
    texts = [match[group + 1] for group in column.groups]
    if not column.is_time:
        return texts[0]
    return iso_text(zip(column.directives, texts, strict=True), column.zone)
