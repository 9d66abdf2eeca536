"""Columns that hold times beside the one that windows go by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from drift.setup.columns.all_columns import ColumnGuesses
from drift.setup.columns.guess import Guess
from drift.setup.columns.values import FEWEST_TIMES, ColumnValues
from drift.setup.columns.zone_doubts import zones_in_doubt
from drift.setup.words import has_word
from jobs.predictions.row_times.seen import DAY_US

_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?")
_CAPTURE_WORDS = frozenset({"capture", "captured", "taken", "shot", "exif", "aufnahme"})
_REQUEST_WORDS = frozenset(
    {
        "request", "requested", "received", "upload", "uploaded", "processed", "predicted",
        "prediction", "inference", "served", "scored", "logged", "created", "event",
    }
)  # fmt: skip
_FEWEST_FILLED = 0.5
_NEARLY_ALL = 0.99


def with_request_time(columns: Mapping[str, ColumnValues], guesses: ColumnGuesses) -> ColumnGuesses:
    """Let windows go by when images came in, not by when the camera took them.

    Images may wait for days before they are sent; the newest rows by the camera's clock then miss
    the newest requests.
    """
    taken = guesses.time
    if taken is None or not has_word(taken.column, _CAPTURE_WORDS):
        return guesses
    now = columns[taken.column].time_reading
    later = [
        columns[name]
        for name in other_time_columns(columns, guesses)
        if has_word(name, _REQUEST_WORDS)
        and columns[name].time_reading.moments.max() > now.moments.max()
        and columns[name].time_reading.day_first == now.day_first
        and columns[name].time_reading.has_clock >= now.has_clock
    ]
    if not later:
        return guesses
    best = max(later, key=lambda column: (int(column.time_reading.moments.max()), column.name))
    guess = Guess(
        column=best.name,
        because=f"{best.time_reading.share:.0%} of its values are times, later ones than in "
        f"{taken.column}",
        others=(taken.column,),
    )
    reading = best.time_reading
    return replace(guesses, time=guess, has_zone=reading.has_zone, has_clock=reading.has_clock)


def capture_times(columns: Mapping[str, ColumnValues]) -> list[str]:
    """Return the columns of the camera's own times, which often name an image's folder."""
    return [
        name
        for name, column in columns.items()
        if has_word(name, _CAPTURE_WORDS) and column.time_reading.share >= FEWEST_TIMES
    ]


def why_no_times(columns: Mapping[str, ColumnValues]) -> str:
    """Return which column would hold times, if their zone were known; empty where none would."""
    for name, column in columns.items():
        zones = zones_in_doubt(column)
        if len(zones.rows) >= FEWEST_TIMES * max(1, len(column.filled)) and zones.rows:
            return (
                f"the times in its column {name} name the zone {zones.name}, which is unknown or "
                f"ambiguous, such as {zones.example}; log them in UTC, or write the job file by "
                "hand and set predictions.timezone to the zone that is meant"
            )
    return ""


def other_time_columns(
    columns: Mapping[str, ColumnValues], guesses: ColumnGuesses
) -> tuple[str, ...]:
    """Return the columns of dates and times that the guess at the time did not take."""
    taken = {one.column for one in guesses.named.values()}
    return tuple(
        name
        for name, column in columns.items()
        if name not in taken
        and column.share_filled >= _FEWEST_FILLED
        and not column.is_digits
        and column.time_reading.share >= FEWEST_TIMES
        and not (guesses.time and _is_day_of(column, columns[guesses.time.column]))
    )


def _is_day_of(column: ColumnValues, time: ColumnValues) -> bool:
    """Tell whether a column holds nothing but the days of the times."""
    days, moments = column.time_reading.moments, time.time_reading.moments
    known = (days >= 0) & (moments >= 0)
    if column.time_reading.has_clock or not known.any():
        return False
    same = days[known] == moments[known] // DAY_US * DAY_US
    return bool(same.mean() >= _NEARLY_ALL)


def clock_columns(columns: Mapping[str, ColumnValues]) -> tuple[str, ...]:
    """Return the columns that hold times of day without a date."""
    return tuple(
        name
        for name, column in columns.items()
        if len(column.filled) >= _FEWEST_FILLED * max(1, len(column.values))
        and all(_CLOCK.fullmatch(value) for value in column.filled[:200])
        and column.filled
    )
