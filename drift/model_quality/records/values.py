"""The values of a stored document, each checked: `TypeError` or `ValueError` for any other."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar, cast

from jobs.visible_text import escaped_json

_LONGEST_DAY = timedelta(hours=30)

Content = TypeVar("Content")


class BrokenRecordError(ValueError):
    """An object is no record of a day; the text says why, as the end of a sentence."""


def document_bytes(document: Mapping[str, object]) -> bytes:
    """Return a document as one line of JSON; equal documents are equal bytes."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return escaped_json(text).encode()


def read_document(data: bytes, read: Callable[[Mapping[str, object]], Content]) -> Content:
    """Return what is made of a document's table.

    Parameters
    ----------
    read
        Raises `ValueError`, `TypeError`, `KeyError` or `OverflowError` for what it does not
        understand.

    Raises
    ------
    BrokenRecordError
        If it does.
    """
    try:
        return read(table_in(json.loads(data)))
    except RecursionError:
        raise BrokenRecordError("its JSON is nested too deeply") from None
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise BrokenRecordError(str(error)[:200] or type(error).__name__) from None


def day_in(document: Mapping[str, object]) -> tuple[datetime, datetime]:
    """Return the start and the end of a document's day."""
    start, end = moment_in(document["start"]), moment_in(document["end"])
    if not timedelta() < end - start < _LONGEST_DAY:
        raise ValueError("it is not of one day")
    return start, end


def table_in(value: object) -> Mapping[str, object]:
    """Return a table of JSON."""
    if not isinstance(value, dict):
        raise TypeError("it is no table")
    return value


def list_in(value: object) -> list[object]:
    """Return a list."""
    if not isinstance(value, list):
        raise TypeError("a list is missing")
    return value


def lists_in(value: object, length: int) -> list[list[object]]:
    """Return a list of lists of one length."""
    found = [list_in(one) for one in list_in(value)]
    if any(len(one) != length for one in found):
        raise ValueError(f"a list has not {length} values")
    return found


def counts_in(value: object) -> dict[str, int]:
    """Return counts by name."""
    return {text_in(name): count_in(count) for name, count in table_in(value).items()}


def count_in(value: object) -> int:
    """Return a whole number that is not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{str(value)[:40]!r} is no count")
    return value


def number_in(value: object) -> float:
    """Return a finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise TypeError(f"{str(value)[:40]!r} is no number")
    return float(value)


def text_in(value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is no text")
    return value


def text_or_none(value: object) -> str | None:
    """Return a text, or None."""
    return None if value is None else text_in(value)


def moment_in(value: object) -> datetime:
    """Return a time with a zone."""
    found = datetime.fromisoformat(text_in(value))
    if found.tzinfo is None:
        raise ValueError(f"{cast('str', value)[:40]!r} is no time with a zone")
    return found
