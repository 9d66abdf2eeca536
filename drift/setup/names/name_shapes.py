"""Where times stand in names of objects, and in which format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

_YEAR, _MONTH, _DAY = r"20\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_HOUR, _SIXTY = r"(?:[01]\d|2[0-3])", r"[0-5]\d"
_DATES = {
    "%Y{a}%m{a}%d": rf"{_YEAR}(?P<a>[-_.]?){_MONTH}(?P=a){_DAY}",
    "%d{a}%m{a}%Y": rf"{_DAY}(?P<a>[-_.]?){_MONTH}(?P=a){_YEAR}",
    "%m{a}%d{a}%Y": rf"{_MONTH}(?P<a>[-_.]?){_DAY}(?P=a){_YEAR}",
}
_CLOCK = (
    rf"(?P<clock>{_HOUR}(?P<b>[-_:.h]?){_SIXTY}(?P<c>[-_:.m]?){_SIXTY}"
    r"(?:(?P<s>[-_.,]?)(?P<f>\d{6}|\d{3}))?(?P<z>Z?))"
)
_BETWEEN = r"(?P<t>[-_T. ]{0,2})"
_WHOLE = {
    form: re.compile(rf"(?<!\d){date}(?:{_BETWEEN}{_CLOCK})?(?!\d)")
    for form, date in _DATES.items()
}
_CLOCK_ALONE = re.compile(rf"(?<!\d){_CLOCK}(?!\d)")
# Seconds or milliseconds since 1970, from 2014 to 2033.
_COUNTED = re.compile(r"(?<!\d)1[4-9]\d{8}(\d{3})?(?!\d)")
_KEYED = re.compile(r"([A-Za-z_]+=)?(.*)", re.DOTALL)
_NEXT = (("%Y", _YEAR), ("%m", _MONTH), ("%d", _DAY), ("%H", _HOUR))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a part of a name.

    Attributes
    ----------
    text
        What stands there.
    time_format
        The format of the time that it is; empty where it is none.
    """

    text: str
    time_format: str = ""


Part = tuple[Stretch, ...]
Order = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameShape:
    """A name taken apart: folders and last part, each in stretches."""

    parts: tuple[Part, ...]

    @property
    def kind(self) -> tuple[tuple[str, ...], ...]:
        """What names of one camera have in common: the formats and where they stand."""
        return tuple(
            tuple(one.time_format or ("-" if one.text else "") for one in part)
            for part in self.parts
        )

    @property
    def formats(self) -> str:
        """All formats, one after the other."""
        return " ".join(one.time_format for part in self.parts for one in part if one.time_format)


def shape_of(name: str, order: Order = ("%Y", "%d", "%m")) -> NameShape:
    """Return where times stand in a name.

    Parameters
    ----------
    order
        What dates may begin with, the likeliest first.
    """
    *folders, last = name.split("/")
    parts: list[Part] = []
    known = 0
    for folder in folders:
        part, known = _folder(folder, known, order)
        parts.append(part)
    parts.append(_last_part(last, order, has_day=known >= 3))
    return NameShape(parts=tuple(parts))


def _folder(folder: str, known: int, order: Order) -> tuple[Part, int]:
    """Return a folder in stretches, and how many of year, month, day and hour are known then."""
    whole = _whole_time(folder, order)
    if whole is not None:
        return whole, max(known, 3)
    match = _KEYED.fullmatch(folder)
    key, value = (match[1] or "", match[2]) if match else ("", folder)
    if known < len(_NEXT) and re.fullmatch(_NEXT[known][1], value):
        return _stretches(Stretch(key), Stretch(value, _NEXT[known][0])), known + 1
    return (Stretch(folder),), known


def _last_part(name: str, order: Order, *, has_day: bool) -> Part:
    stem, dot, ending = name.rpartition(".")
    if not dot or not ending.isalnum():
        stem, dot, ending = name, "", ""
    whole = _whole_time(stem, order)
    if whole is None and has_day:
        whole = next(_around(stem, _CLOCK_ALONE, _clock_format), None)
    if whole is None:
        whole = next(_around(stem, _COUNTED, lambda found: "%Q" if found[1] else "%s"), None)
    return (*(whole or (Stretch(stem),)), Stretch(dot + ending))


def _whole_time(text: str, order: Order) -> Part | None:
    for begins in order:
        form = next(one for one in _WHOLE if one.startswith(begins))
        found = next(_around(text, _WHOLE[form], partial(_format, form)), None)
        if found is not None:
            return found
    return None


def _around(
    text: str, shape: re.Pattern[str], format_of: Callable[[re.Match[str]], str]
) -> Iterator[Part]:
    """Yield the text with the last time in it as a stretch of its own."""
    for match in reversed(list(shape.finditer(text))):
        yield (
            Stretch(text[: match.start()]),
            Stretch(match[0], format_of(match)),
            Stretch(text[match.end() :]),
        )


def _format(form: str, match: re.Match[str]) -> str:
    date = form.replace("{a}", match["a"])
    return date + (match["t"] + _clock_format(match) if match["clock"] else "")


def _clock_format(match: re.Match[str]) -> str:
    fraction = ""
    if match["f"]:
        fraction = match["s"] + ("%3f" if len(match["f"]) == 3 else "%f")
    return f"%H{match['b']}%M{match['c']}%S{fraction}{match['z']}"


def _stretches(*stretches: Stretch) -> Part:
    return tuple(one for one in stretches if one.text)
