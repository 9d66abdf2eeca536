"""A line of JSON as a row of texts.

What an object in the object holds is a column of its own, ``request.file``, beside the column
``request`` with the whole as JSON; lists are JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from jobs.predictions.rows.rejections import NOT_AN_OBJECT, NOT_UTF8, NUL_BYTE
from jobs.predictions.values.texts import text_of

# Objects in objects are columns down to so many levels below the first.
_DEEPEST = 3


def parse_line(line: bytes) -> dict[str, str | None] | str:
    """Return the object in a line with its values as text, or the reason why there is none."""
    if b"\0" in line:
        return NUL_BYTE
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return NOT_UTF8
    try:
        row = _parse_object(text)
    except (ValueError, RecursionError):
        return NOT_AN_OBJECT
    if row is None:
        return NOT_AN_OBJECT
    try:
        # An escape such as \ud800 alone stands for no character.
        "".join(part for item in row.items() for part in item if part).encode("utf-8")
    except UnicodeEncodeError:
        return NOT_UTF8
    return row


def _parse_object(text: str) -> dict[str, str | None] | None:
    parsed = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    if not isinstance(parsed, dict):
        return None
    nested = [name for name, value in parsed.items() if isinstance(value, (dict, list))]
    if nested:
        # Numbers are kept as they were written at the top only; below they stay numbers.
        plain = json.loads(text)
        inner = {
            name: value
            for outer in nested
            for name, value in _inner(outer, parsed[outer], plain[outer], _DEEPEST)
            if name not in parsed
        }
        parsed |= {name: plain[name] for name in nested} | inner
    return {name: text_of(value) for name, value in parsed.items()}


def _inner(name: str, value: object, plain: object, depth: int) -> Iterator[tuple[str, object]]:
    """Yield what objects in an object hold as columns of their own: ``request.file``.

    Parameters
    ----------
    value, plain
        The same value, its numbers as they are written and as numbers.
    """
    if not isinstance(value, dict) or not isinstance(plain, dict):
        return
    for key, one in value.items():
        if isinstance(one, list):
            yield f"{name}.{key}", plain[key]
        elif not isinstance(one, dict):
            yield f"{name}.{key}", one
        elif depth:
            yield from _inner(f"{name}.{key}", one, plain[key], depth - 1)
