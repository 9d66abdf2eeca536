"""What a template could make of one row: every placeholder with the text that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from drift.setup.columns.classes import FEATURE_NAMES
from drift.setup.columns.values import FEWEST_TIMES, ColumnValues
from jobs.images.template import Placeholder, format_times

# The dates and times that programs put into the names of files and folders.
_TIME_FORMATS = (
    "%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y_%m_%d", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m", "%Y/%m", "%Y%m",
    "%Y", "%m", "%d", "%H", "%H%M%S", "%Y%m%d%H%M%S", "%Y%m%d_%H%M%S", "%Y%m%d-%H%M%S",
    "%Y%m%dT%H%M%S", "%Y-%m-%dT%H-%M-%S", "%Y-%m-%d_%H-%M-%S", "%Y-%m-%d-%H-%M-%S",
    "%Y-%m-%dT%H:%M:%S", "%H-%M-%S", "%Y%m%d%H%M%S%f", "%Y%m%d_%H%M%S_%f", "%Y%m%d_%H%M%S%f",
    "%Y%m%dT%H%M%S%f", "%Y%m%d%H", "%Y%m%d%H%M", "%Y/%m/%d/%H", "%Y-%m-%d/%H", "%Y%m%d/%H",
    "%s", "%Q", "%Y%m%d%H%M%S%3f", "%Y%m%d_%H%M%S_%3f", "%Y%m%d_%H%M%S%3f", "%Y%m%dT%H%M%S%3f",
    "%Y-%m-%dT%H-%M-%S-%3f", "%Y-%m-%d_%H-%M-%S-%3f", "%Y-%m-%d %H.%M.%S", "%Y-%m-%d %H:%M:%S",
    "%d-%m-%Y %H:%M:%S", "%H.%M.%S", "%B", "%b",
    "%-m", "%-d", "%-H", "%Y/%-m/%-d", "%Y-%-m-%-d", "%Y_%-m_%-d", "%-d.%-m.%Y", "%Y/%-m",
)  # fmt: skip
_WHOLE = "%Y%m%d%H%M%S"
# Folders by the first characters of a hash, and names without these.
_CUTS = (
    ".1", ".2", ".3", ".4", "1.2", "2.3", "3.4", "2.4", "4.6", "6.8", "3.6", "4.8",
    "1.", "2.", "3.", "4.", "6.",
)  # fmt: skip
_FIRST_CUTS = _CUTS[:4]
_SHORTEST_CUT = 6
_SPELLINGS = ("lower", "upper", "safe", "nfc", "nfd", "slashes", "whole")
_LONGEST_TEXT = 400
_LONGEST_PADDED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One placeholder over all rows of a sample.

    Attributes
    ----------
    texts
        What it stands for, None where the row has no value.
    is_key
        Whether its texts tell rows apart, so that an object can be found by one.
    """

    placeholder: Placeholder
    texts: tuple[str | None, ...]
    is_key: bool


def pieces_of(
    columns: Mapping[str, ColumnValues], times: Iterable[str], day_first: bool | None
) -> list[Piece]:
    """Return the placeholders that could stand in a template, values as they are first.

    Parameters
    ----------
    columns
        The log's columns; values are compared with names of objects as they are.
    times
        The columns that hold times.
    """
    time_columns = set(times)
    pieces: list[Piece] = []
    for name, column in columns.items():
        if not column.filled or {"{", "}"} & set(name) or name in FEATURE_NAMES:
            continue
        if column.is_numeric and not column.is_whole:
            continue
        pieces += _of_texts(column)
        if name in time_columns or _is_compact_time(column):
            pieces += _of_times(column, day_first)
    return pieces


def _of_texts(column: ColumnValues) -> list[Piece]:
    forms = ["", *(["stem", "name", "urlname"] if column.looks_like_paths else [])]
    forms += [form for form in _SPELLINGS if _changes(column, form)]
    whole = Placeholder(column=column.name, format="whole").texts(column.filled)
    digits = [text for text in whole if text and text.isdigit()]
    if column.is_whole and len(digits) == len(column.filled):
        longest, shortest = (pick(map(len, digits)) for pick in (max, min))
        forms += [f"0{width}" for width in range(max(shortest + 1, longest), _LONGEST_PADDED + 1)]
    elif column.uniqueness > 0.5 or column.is_whole:
        forms += _FIRST_CUTS
    if column.uniqueness > 0.5 and min(map(len, column.filled)) >= _SHORTEST_CUT:
        forms += [form for form in _CUTS if form not in forms]
    return [piece for form in forms if (piece := _piece(column, form)) is not None]


def _changes(column: ColumnValues, form: str) -> bool:
    """Tell whether another spelling is another text for any value."""
    changed = Placeholder(column=column.name, format=form).texts(column.filled)
    return changed != list(column.filled)


def _piece(column: ColumnValues, form: str) -> Piece | None:
    placeholder = Placeholder(column=column.name, format=form)
    texts = placeholder.texts(column.values)
    short = [None if text is None or len(text) > _LONGEST_TEXT else text for text in texts]
    if form == "":
        # A path may start with "./", which the job leaves out.
        short = [text.removeprefix("./") if text else None for text in short]
    # One image may be asked about again and again: its name is a key all the same.
    return _with_key(placeholder, short, fewest=0.0 if column.looks_like_paths else 0.2)


def _of_times(column: ColumnValues, day_first: bool | None) -> list[Piece]:
    found = []
    as_written = format_times(column.values, _WHOLE, day_first)
    in_utc = format_times(column.values, f"utc {_WHOLE}", day_first)
    zones = ("",) if as_written == in_utc else ("", "utc ")
    for time_format in (zone + one for zone in zones for one in _TIME_FORMATS):
        placeholder = Placeholder(column=column.name, format=time_format)
        texts = format_times(column.values, time_format, day_first)
        if (piece := _with_key(placeholder, texts)) is not None:
            found.append(piece)
    return found


def _with_key(
    placeholder: Placeholder, texts: Sequence[str | None], fewest: float = 0.2
) -> Piece | None:
    known = [text for text in texts if text]
    if not known:
        return None
    is_key = (len(set(known)) >= fewest * len(known) and not _is_short(placeholder)) or len(
        known
    ) == 1
    return Piece(placeholder=placeholder, texts=tuple(texts), is_key=is_key)


def _is_short(placeholder: Placeholder) -> bool:
    """Tell whether it stands for so little of a value that many rows share it.

    An hour or a day of the month fits numbers in names by chance.
    """
    if placeholder.is_time:
        return not any(sign in placeholder.format for sign in ("%Y", "%S", "%s", "%Q"))
    return placeholder.is_cut and not placeholder.format.endswith(".")


def _is_compact_time(column: ColumnValues) -> bool:
    """Tell whether an id is made from a time, such as 20250303101500."""
    reading = column.time_reading
    return reading.share >= FEWEST_TIMES and (reading.has_clock or not column.is_digits)
