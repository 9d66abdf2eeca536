"""Object names: the format that a name tells, globs over names, and the days that a name tells."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jobs.predictions.selection.globs import Glob


class LogFormat(enum.Enum):
    """How the rows of a log are written."""

    CSV = "csv"
    JSON_LINES = "json lines"
    JSON = "json"
    PARQUET = "parquet"


_FORMATS = {
    ".csv": LogFormat.CSV,
    ".csv.gz": LogFormat.CSV,
    ".tsv": LogFormat.CSV,
    ".tsv.gz": LogFormat.CSV,
    ".jsonl": LogFormat.JSON_LINES,
    ".jsonl.gz": LogFormat.JSON_LINES,
    ".ndjson": LogFormat.JSON_LINES,
    ".ndjson.gz": LogFormat.JSON_LINES,
    ".parquet": LogFormat.PARQUET,
}
KNOWN_ENDINGS = ".csv, .csv.gz, .parquet, .jsonl, .jsonl.gz"

# What logrotate and rotating log handlers put behind the name of an older part, and then pack it.
_ROTATION = re.compile(
    r"(\.(?:csv|tsv|jsonl|ndjson|json|log|txt))"
    r"[.-](?:\d{1,4}|20\d\d-?\d\d-?\d\d(?:[-_T]?\d\d){0,3})(?:\.gz)?$",
    re.IGNORECASE,
)

# Rows near midnight may lie in the neighbouring day of a writer in another zone.
MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSpan:
    """The half-open stretch of UTC time that an object's name says its rows lie in.

    Attributes
    ----------
    is_exact
        Whether it is one time, the very time of all rows.
    """

    start: datetime
    end: datetime
    is_exact: bool = False

    @classmethod
    def of_moment(cls, moment: datetime) -> NamedSpan:
        """Return the span of a time that is that of all rows."""
        return cls(start=moment, end=moment + timedelta(microseconds=1), is_exact=True)

    def widened(self) -> NamedSpan:
        """Return the span with a day more on either side, or of an exact one behind it alone.

        The rows of the hours before a window are counted, so they are read too.
        """
        if self.is_exact:
            return NamedSpan(start=self.start, end=self.end + MARGIN)
        return NamedSpan(start=self.start - MARGIN, end=self.end + MARGIN)


def format_of(name: str) -> LogFormat | None:
    """Return the format that a name's ending tells, or None where it tells none."""
    lowered = without_rotation(name.lower())
    return next((kind for ending, kind in _FORMATS.items() if lowered.endswith(ending)), None)


def without_rotation(name: str) -> str:
    """Return a name without what rotation put behind its ending: `a.csv` of `a.csv.2.gz`."""
    return _ROTATION.sub(r"\1", name)


def is_glob(path: str) -> bool:
    """Tell whether `path` stands for many objects rather than being the name of one."""
    return "*" in path or "?" in path


def fixed_prefix(pattern: str) -> str:
    """Return what every name that the glob matches starts with."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def compile_glob(pattern: str) -> Glob:
    """Return a glob ready to be matched.

    ``*`` and ``?`` stay within one part of the path, ``**`` crosses parts, and ``**/`` matches no
    part at all too.
    """
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return Glob(pieces=tuple(piece for piece in pieces if piece))


_HIVE = re.compile(
    r"(?:year|y)=(?P<year>\d{4})(?:/(?:month|m)=(?P<month>\d{1,2})(?:/(?:day|d)=(?P<day>\d{1,2}))?)?",
    re.IGNORECASE,
)
# Behind a day and a month stands the year of their date, and behind that an hour.
_NOT_LAST = "".join(
    rf"(?<!(?<!\d)(?<!\d\d\d\d{mark})\d\d{mark}\d\d{mark})" for mark in (r"\-", "_", r"\.", "/")
)
_DAY = re.compile(
    rf"(?<!\d){_NOT_LAST}(?P<year>20\d\d)(?P<mark>[-_./])(?P<month>\d\d)(?P=mark)(?P<day>\d\d)(?!\d)"
)
_COMPACT_DAY = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:\d\d|\d{4}|\d{6})?(?!\d)"
)
# Which of the first two is the day is told by all names together: see `day_comes_first`.
_YEAR_LAST = re.compile(
    r"(?<!\d)(?P<day>\d\d)(?P<mark>[-_./])(?P<month>\d\d)(?P=mark)(?P<year>20\d\d)(?!\d)"
)
_MONTH = re.compile(
    rf"(?<!\d){_NOT_LAST}(?P<year>20\d\d)[-_./](?P<month>\d\d)(?!\d|[-_./]\d\d(?!\d))"
)

_YEAR_FIRST = (_HIVE, _DAY, _COMPACT_DAY, _MONTH)
_MONTHS = 12


def not_excluded(names: Iterable[str], globs: Iterable[str]) -> list[str]:
    """Return the names that no glob matches.

    Parameters
    ----------
    globs
        One without a slash is compared with the last part of a name.
    """
    compiled = [(compile_glob(glob), "/" in glob) for glob in globs]
    return [
        name
        for name in names
        if not any(
            glob.fullmatch(name if of_whole else name.rpartition("/")[2])
            for glob, of_whole in compiled
        )
    ]


def named_span(name: str, glob: Glob, *, day_first: bool | None = None) -> NamedSpan | None:
    """Return the days that a name tells, or None where it tells none or disagrees with itself.

    Only what the wildcards matched counts: a date that is part of the pattern says nothing about
    one object. An hour in the name is not used: a day on either side is read anyway. Nor is the day
    that rotation put behind an ending: the rows are of some time before it.

    Parameters
    ----------
    day_first
        Whether the day comes first in dates that end with the year; None where that is not known,
        and such a date tells nothing.
    """
    if without_rotation(name) != name:
        return None
    match = glob.fullmatch(name)
    if match is None:
        return None
    dates = [date for shape in _YEAR_FIRST for date in shape.finditer(name)]
    if day_first is not None:
        # Digits of a random name look like a date now and then, which says nothing of these.
        taken = [date.span() for date in dates]
        dates += [
            date
            for date in _YEAR_LAST.finditer(name)
            if not any(date.start() < end and start < date.end() for start, end in taken)
        ]
    spans = [
        span
        for date in dates
        if any(date.start() < end and start < date.end() for start, end in match.spans)
        and (span := _span_of(date, day_first=day_first is not False)) is not None
    ]
    if not spans:
        return None
    common = NamedSpan(start=max(span.start for span in spans), end=min(span.end for span in spans))
    return common if common.start < common.end else None


def day_comes_first(names: Iterable[str]) -> bool | None:
    """Tell whether the day comes first in the dates of names that end with the year.

    None where no name has such a date, where every one could be read either way, and where they
    disagree.
    """
    found: set[bool] = set()
    for name in names:
        if any(shape.search(name) for shape in _YEAR_FIRST):
            continue
        for date in _YEAR_LAST.finditer(name):
            first, second = int(date["day"]), int(date["month"])
            if (first > _MONTHS) != (second > _MONTHS):
                found.add(first > _MONTHS)
    return found.pop() if len(found) == 1 else None


def _span_of(date: re.Match[str], *, day_first: bool) -> NamedSpan | None:
    parts = {part: int(text) for part, text in date.groupdict().items() if part != "mark" and text}
    month, day = parts.get("month"), parts.get("day")
    if date.re is _YEAR_LAST and not day_first:
        month, day = day, month
    try:
        start = datetime(parts["year"], month or 1, day or 1, tzinfo=UTC)
    except ValueError:
        return None
    if day is not None:
        return NamedSpan(start=start, end=start + timedelta(days=1))
    if month is not None:
        return NamedSpan(start=start, end=(start + timedelta(days=31)).replace(day=1))
    return NamedSpan(start=start, end=start.replace(year=start.year + 1))
