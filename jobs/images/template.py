r"""The template of `images.path`: literal text, and placeholders over the log's own columns.

``{column}`` stands for the column's value as it is written. ``{column:format}`` changes it first:

====================  ============================================================================
``{time:%Y/%m/%d}``   parts of a time, on the clock that the value is written in; ``%3f`` are
                      milliseconds, ``%s`` and ``%Q`` count seconds and milliseconds since 1970,
                      ``%-m``, ``%-d`` and ``%-H`` are without a zero in front
``{file:%Y%m%d}``     the last such time within a text that is no time itself
``{time:utc %Y}``     the same in UTC; ``{time:Asia/Tokyo %Y}`` or ``{time:+09:00 %Y}`` in a zone
``{path:name}``       what follows the last ``/`` or ``\\``
``{path:stem}``       the same without its ending
``{url:urlname}``     the last part of a web address: ``%20`` is a space, and no ``?...``
``{id:lower}``        in lower case; ``upper`` likewise
``{name:safe}``       as many web servers store it: ASCII letters and digits, ``_`` for spaces
``{name:nfd}``        with accents as signs of their own, as macOS writes names; ``nfc`` without
``{path:slashes}``    with ``/`` in place of each ``\\``, as a Windows service writes paths
``{id:whole}``        a number that was written as ``12.0``, as ``12``
``{id:06}``           a number, filled up with zeros to so many digits (``12.0`` counts as ``12``)
``{id:.2}``           the first two characters
``{id:2.4}``          the two behind them: from the third character to the fourth
``{id:2.}``           everything behind the first two characters
``{url:after=/up/}``  what follows the first ``/up/``; a ``\\`` in the value counts as ``/``
====================  ============================================================================
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import pyarrow as pa

from jobs.times.time_formats import CLOCK, TimeFormat
from jobs.times.timestamps import TimestampFault, TimestampRules, read_timestamps, to_datetime

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
# Only behind a time of day: the end of 2025-03-03 is no offset.
_OFFSET = re.compile(r"(?<=:\d\d)((?:[.,]\d+)?)\s*(?:[Zz]|[+-]\d\d:?\d\d)(?:\[[^\]]*\])?$")
# An abbreviation or a name such as Europe/Berlin; am and pm are part of the clock.
_ZONE_NAME = re.compile(
    r"(?<=:\d\d)((?:[.,]\d+)?(?:\s*[AaPp]\.?[Mm]\b\.?)?)(?:\s*[+-]\d\d:?\d\d)?"
    r"\s*\(?(?![AaPp]\.?[Mm]\b)[A-Za-z_]{2,}[A-Za-z0-9_/:+-]*\)?"
)
_DAY = timedelta(days=1)
_WHOLE = re.compile(r"([+-]?\d+)\.0+")
_TIME_FORMAT = re.compile(r"(?=.*%)(?:[^%]|%[YmdHMSyjBbfsQIpz%]|%-[mdH]|%3f)*")
_FORMAT = re.compile(
    r"name|urlname|stem|lower|upper|safe|nfc|nfd|slashes|whole|0[1-9]\d?|"
    r"\.[1-9]\d?|[1-9]\d?\.(?:[1-9]\d?)?|after=.+",
    re.DOTALL,
)
_CUT = re.compile(r"(\d*)\.(\d*)")
_LAST_PART = re.compile(r"[^/\\]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """One column in a template.

    Attributes
    ----------
    column
        The log's column.
    format
        What is made of its value; empty for the value itself.
    """

    column: str
    format: str = ""

    @classmethod
    def parse(cls, text: str) -> Placeholder:
        """Return what stands between the braces; a colon may be a part of the column's name."""
        for colon in (match.start() for match in re.finditer(":", text)):
            behind = text[colon + 1 :]
            if colon and (_FORMAT.fullmatch(behind) or _TIME_FORMAT.fullmatch(behind)):
                return cls(column=text[:colon], format=behind)
        return cls(column=text)

    def __str__(self) -> str:
        return "{" + self.column + (f":{self.format}" if self.format else "") + "}"

    def texts(
        self, values: Sequence[str | None], day_first: bool | None = None
    ) -> list[str | None]:
        """Return what the placeholder stands for, one text a row; None where there is none.

        Parameters
        ----------
        values
            The column's values.
        day_first
            As in `TimestampRules`.
        """
        if self.is_time:
            return self._times(values, day_first)
        change = _change(self.format)
        return [
            None if pd.isna(value) or value == "" else change(str(value)) or None
            for value in values
        ]

    def _times(self, values: Sequence[str | None], day_first: bool | None) -> list[str | None]:
        """Return times in the format; where a text is none, the one in this format within it."""
        texts = format_times(values, self.format, day_first)
        if None not in texts:
            return texts
        try:
            search = TimeFormat(self.format)
        except ValueError:
            return texts
        return [
            search.written_in(value) if text is None and isinstance(value, str) else text
            for text, value in zip(texts, values, strict=True)
        ]

    @property
    def is_time(self) -> bool:
        """Whether the value is read as a time."""
        return "%" in self.format and not self.format.startswith("after=")

    @property
    def is_cut(self) -> bool:
        """Whether it stands for some characters of the value only."""
        return _CUT.fullmatch(self.format) is not None


def placeholders_of(path: str) -> list[Placeholder]:
    """Return the placeholders of `images.path`: without braces all of it is one column."""
    if "{" not in path:
        return [Placeholder(column=path)]
    return [Placeholder.parse(text) for text in _PLACEHOLDER.findall(path)]


def fill(path: str, texts: Sequence[str]) -> str:
    """Return `path` with the text of each placeholder in its place."""
    if "{" not in path:
        return texts[0]
    rest = iter(texts)
    return _PLACEHOLDER.sub(lambda _: next(rest), path)


def format_times(
    values: Sequence[str | None], time_format: str, day_first: bool | None = None
) -> list[str | None]:
    """Return times in another form, None where a value is no time.

    The clock is the one that the value is written in, whatever its zone; that of a count of
    seconds is UTC's. With ``utc``, an offset or a zone's name before the format every time is
    brought to that clock first.
    """
    zone, time_format = _clock_of(time_format)
    texts = [None if pd.isna(value) else str(value).strip() for value in values]
    clock = UTC if zone is None else zone
    if zone is None:
        texts = [text and _ZONE_NAME.sub(r"\1", _OFFSET.sub(r"\1", text)) for text in texts]
    column = pa.array(texts, pa.string())
    read = read_timestamps(column, TimestampRules(day_first=day_first))
    good = (read.faults == TimestampFault.NONE).tolist()
    return [
        _written(to_datetime(moment).astimezone(clock), moment, time_format) if known else None
        for moment, known in zip(read.moments.tolist(), good, strict=True)
    ]


def _clock_of(time_format: str) -> tuple[tzinfo | None, str]:
    """Return the zone that a format begins with, None where it names none, and the rest of it."""
    named = CLOCK.match(time_format)
    if named is None:
        return None, time_format
    zone = zone_of(named[1])
    return (None, time_format) if zone is None else (zone, time_format[named.end() :])


def zone_of(name: str) -> tzinfo | None:
    """Return the zone that ``utc``, an offset such as ``+09:00`` or a name means, or None."""
    if name == "utc":
        return UTC
    if name[:1] in {"+", "-"}:
        length = timedelta(hours=int(name[1:3]), minutes=int(name[4:6]))
        return timezone(length if name[0] == "+" else -length) if length < _DAY else None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _written(time: datetime, moment: int, time_format: str) -> str:
    """Return a moment in a format with signs that not every system knows, such as %3f and %-d.

    Parameters
    ----------
    time
        The moment on the clock that the format is meant in.
    """
    counted = {
        "%-m": str(time.month),
        "%-d": str(time.day),
        "%-H": str(time.hour),
        "%3f": f"{moment // 1000 % 1000:03d}",
        "%s": str(moment // 1_000_000),
        "%Q": str(moment // 1000),
    }
    for sign, text in counted.items():
        time_format = time_format.replace(sign, text)
    return time.strftime(time_format)


def last_part(path: str) -> str:
    """Return what follows the last slash of either kind."""
    match = _LAST_PART.search(path)
    return match[0] if match else path


def without_ending(name: str) -> str:
    """Return a file's name without its ending; a dot at its start is none."""
    return name.rpartition(".")[0] or name


def safe_name(name: str) -> str:
    """Return a file's name as the widespread ``secure_filename`` of Werkzeug stores it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    joined = "_".join(plain.replace("/", " ").split())
    return re.sub(r"[^A-Za-z0-9_.-]", "", joined).strip("._")


def with_slashes(path: str) -> str:
    """Return a path with slashes where Windows writes backslashes."""
    return path.replace("\\", "/")


def _without_fraction(number: str) -> str:
    """Return a whole number that was written as 12.0 without its fraction; other text as it is."""
    found = _WHOLE.fullmatch(number.strip())
    return found[1] if found else number


def _change(text_format: str) -> Callable[[str], str]:
    if text_format.startswith("after="):
        mark = text_format.removeprefix("after=")
        return lambda value: (value if mark in value else with_slashes(value)).partition(mark)[2]
    if text_format.startswith("0"):
        return lambda value: _without_fraction(value).zfill(int(text_format))
    if cut := _CUT.fullmatch(text_format):
        start, end = int(cut[1] or 0), int(cut[2]) if cut[2] else None
        return lambda value: value[start:end]
    changes: dict[str, Callable[[str], str]] = {
        "": str,
        "name": last_part,
        "urlname": lambda value: last_part(unquote(value.partition("?")[0])),
        "stem": lambda value: without_ending(last_part(value)),
        "lower": str.lower,
        "upper": str.upper,
        "safe": safe_name,
        "slashes": with_slashes,
        "whole": _without_fraction,
        "nfc": lambda value: unicodedata.normalize("NFC", value),
        "nfd": lambda value: unicodedata.normalize("NFD", value),
    }
    return changes[text_format]
