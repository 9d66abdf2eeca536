"""Times searched in names by a format such as ``%Y%m%d_%H%M%S``; no clock, no log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from jobs.times.timestamp_parts import Texts
from jobs.times.timestamp_shapes import MONTHS

# The clock on which a time is written down, in front of its format.
CLOCK = re.compile(r"(utc|[+-]\d\d:\d\d|[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+) (?=.*%)")
_SHAPES = {
    "%Y": r"(?:19[7-9]\d|2[01]\d\d)",
    "%y": r"\d\d",
    "%m": r"(?:0[1-9]|1[0-2])",
    "%-m": r"1?\d",
    "%d": r"(?:0[1-9]|[12]\d|3[01])",
    "%-d": r"[1-3]?\d",
    "%j": r"[0-3]\d\d",
    "%b": r"[A-Za-z]{3}",
    "%B": r"[A-Za-z]{3,9}",
    "%H": r"(?:[01]\d|2[0-3])",
    "%-H": r"[12]?\d",
    "%I": r"(?:0\d|1[0-2])",
    "%p": r"[AaPp][Mm]",
    "%M": r"[0-5]\d",
    "%S": r"[0-5]\d",
    "%f": r"\d{1,6}",
    "%3f": r"\d{3}",
    "%s": r"\d{9,10}",
    "%Q": r"\d{12,13}",
    "%z": r"(?:Z|[+-]\d\d:?\d\d)",
}
_DIRECTIVE = re.compile("|".join(map(re.escape, _SHAPES)) + "|%%")
_ALIKE = {"%-m": "%m", "%-d": "%d", "%-H": "%H", "%3f": "%f"}
_OF_A_DAY = frozenset({"%Y", "%y", "%m", "%-m", "%d", "%-d", "%j", "%b", "%B"})
_SINCE_1970 = frozenset({"%s", "%Q"})
_FRACTION_BEFORE = frozenset({"%S", "%f", "%3f"})
_TEXTUAL = frozenset({"%b", "%B", "%p", "%z"})
_ANY_DIGIT = r"(?<!\d)", r"(?!\d)"


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """A format of times as it stands in a template, ready to be searched.

    Attributes
    ----------
    written
        The format, a clock in front of it where it names one: ``Asia/Tokyo %Y-%m-%d``.
    zone
        That clock; empty where it names none.
    pieces
        Directives such as ``%Y``, and the texts between them.

    Raises
    ------
    ValueError
        If it tells no day; the message says what is expected.

    Examples
    --------
    >>> TimeFormat("%d-%m-%Y").text_in("photos/31-12-2025/a.jpg")
    '2025-12-31T00:00:00'
    >>> TimeFormat("Asia/Tokyo %Y%m%d_%H%M%S").text_in("cam1/20251231_235901.jpg")
    '2025-12-31T23:59:01 Asia/Tokyo'
    """

    written: str
    zone: str = field(init=False, compare=False)
    pieces: tuple[str, ...] = field(init=False, compare=False)
    _shape: re.Pattern[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        clock = CLOCK.match(self.written)
        zone = clock[1] if clock else ""
        pieces = pieces_of(self.written[clock.end() :] if clock else self.written)
        check_clock(zone)
        check_tells_day(pieces)
        object.__setattr__(self, "zone", zone)
        object.__setattr__(self, "pieces", pieces)
        object.__setattr__(self, "_shape", re.compile(expression_of(pieces)))

    @property
    def is_of_days(self) -> bool:
        """Whether it tells the day and nothing finer."""
        return is_of_days(self.pieces)

    def text_in(self, name: str) -> str | None:
        """Return the last time that stands in a name, as ISO 8601; None where there is none."""
        return next((text for _, text in self._found_in(name)), None)

    def written_in(self, name: str) -> str | None:
        """Return the last time that stands in a name, as it is written there."""
        return next((match[0] for match, _ in self._found_in(name)), None)

    def texts_in(self, texts: Texts) -> Texts:
        """Return for each of a column of texts what `text_in` does."""
        column = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        encoded = column.dictionary_encode()
        known = [one and self.text_in(one) for one in encoded.dictionary.to_pylist()]
        return pa.array(known, pa.string()).take(encoded.indices)

    def _found_in(self, name: str) -> Iterator[tuple[re.Match[str], str]]:
        directives = directives_of(self.pieces)
        for match in reversed(list(self._shape.finditer(name))):
            text = iso_text(zip(directives, match.groups(), strict=True), self.zone)
            if text is not None:
                yield match, text


def pieces_of(time_format: str) -> tuple[str, ...]:
    """Return the directives of a format and the texts between them, ``%%`` as ``%``.

    A ``Z`` behind the seconds is a directive too: the time is UTC's.
    """
    pieces: list[str] = []
    place = 0
    for match in _DIRECTIVE.finditer(time_format):
        pieces += [time_format[place : match.start()], match[0]]
        place = match.end()
    pieces.append(time_format[place:])
    told: list[str] = []
    for piece in pieces:
        if told and told[-1] in _FRACTION_BEFORE and piece.startswith("Z"):
            told += ["%z", piece[1:]]
        else:
            told.append("%" if piece == "%%" else piece)
    return tuple(piece for piece in told if piece)


def directives_of(pieces: Sequence[str]) -> tuple[str, ...]:
    """Return the directives among the pieces of a format."""
    return tuple(piece for piece in pieces if piece in _SHAPES)


def is_of_days(pieces: Sequence[str]) -> bool:
    """Tell whether a format tells the day and nothing finer."""
    return {"%H", "%-H", "%I", *_SINCE_1970}.isdisjoint(pieces)


def expression_of(pieces: Sequence[str]) -> str:
    """Return a regular expression with a group for each directive.

    Digits that go on before or behind the time are none of it.
    """
    parts = [f"({_SHAPES[piece]})" if piece in _SHAPES else re.escape(piece) for piece in pieces]
    before, behind = _ANY_DIGIT
    starts, ends = (pieces[place] in _SHAPES.keys() - _TEXTUAL for place in (0, -1))
    return (before if starts else "") + "".join(parts) + (behind if ends else "")


def day_part(written: str) -> TimeFormat | None:
    """Return the part of a format that tells the day, on its clock; None where none does.

    >>> day_part("Asia/Tokyo %d-%m-%Y %H:%M:%S").written
    'Asia/Tokyo %d-%m-%Y'
    """
    clock = CLOCK.match(written)
    pieces = pieces_of(written[clock.end() :] if clock else written)
    of_day = [place for place, piece in enumerate(pieces) if piece in _OF_A_DAY]
    if not of_day:
        return None
    # A date that is written twice tells the day at its first place.
    for stop in of_day:
        text = "".join(pieces[of_day[0] : stop + 1])
        try:
            return TimeFormat((clock[0] if clock else "") + text)
        except ValueError:
            continue
    return None


def check_clock(zone: str) -> None:
    """Check the clock in front of a format.

    Raises
    ------
    ValueError
        If there is no such zone; the message says what is expected.
    """
    if zone and zone != "utc" and zone[0] not in "+-":
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f'a zone such as "Europe/Berlin" in place of "{zone}"') from None


def check_tells_day(pieces: Sequence[str]) -> None:
    """Check that a day can be told by the directives of a format.

    Raises
    ------
    ValueError
        If it cannot, or if a % begins no known directive; the message says what is expected.
    """
    odd = next((piece for piece in pieces if piece not in _SHAPES and re.search("%.", piece)), "")
    if odd:
        raise ValueError(f'directives out of {" ".join(_SHAPES)} (found: "{odd}")')
    there = {_ALIKE.get(piece, piece) for piece in directives_of(pieces)}
    month = there & {"%m", "%b", "%B"}
    day = "%j" in there or (month and "%d" in there)
    if not there & _SINCE_1970 and not (there & {"%Y", "%y"} and day):
        raise ValueError("a format with year, month and day, such as %Y%m%d_%H%M%S")


def iso_text(found: Iterable[tuple[str, str]], zone: str) -> str | None:
    """Return a time in ISO 8601, a count of seconds as it is; None where it is no time.

    Parameters
    ----------
    found
        Directives and what stands for each; one that comes again has to say the same.
    zone
        The clock that the format names.
    """
    values: dict[str, str] = {}
    for directive, text in found:
        key = _ALIKE.get(directive, directive)
        plain = text.zfill(2) if directive.startswith("%-") else text
        if values.setdefault(key, plain) != plain:
            return None
    counted = values.get("%Q") or values.get("%s")
    if counted is not None:
        return counted
    try:
        clock = _clock_time(values)
    except ValueError:
        return None
    fraction = f".{values['%f']}" if "%f" in values else ""
    return f"{clock:%Y-%m-%dT%H:%M:%S}{fraction}{_zone_text(values.get('%z', ''), zone)}"


def _clock_time(values: dict[str, str]) -> datetime:
    """Return the time that values of directives tell.

    Raises
    ------
    ValueError
        If there is no such day, or no such month.
    """
    short = int(values.get("%y", "0"))
    year = int(values["%Y"]) if "%Y" in values else short + (2000 if short < 70 else 1900)
    hour = int(values.get("%H", values.get("%I", "0")))
    if "%p" in values:
        hour = hour % 12 + 12 * (values["%p"].lower() == "pm")
    time = (hour, int(values.get("%M", "0")), int(values.get("%S", "0")))
    if "%j" in values:
        start = datetime(year, 1, 1, *time)  # noqa: DTZ001 - the zone is written behind it
        found = start + timedelta(days=int(values["%j"]) - 1)
        if found.year != year:
            raise ValueError("no such day in the year")
        return found
    named = values.get("%b") or values.get("%B")
    month = list(MONTHS).index(named[:3].lower()) + 1 if named else int(values["%m"])
    return datetime(year, month, int(values["%d"]), *time)  # noqa: DTZ001 - as above


def _zone_text(offset: str, zone: str) -> str:
    if offset:
        return offset
    if zone == "utc":
        return "Z"
    return zone if zone[:1] in {"+", "-"} or not zone else f" {zone}"
