"""What ``drift init`` says of a log's times: their zones, and where they run backwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from drift.remarks.words.times import jump_words, mixed_words
from drift.setup.columns.values import ColumnValues, column_values
from drift.setup.columns.zone_doubts import zones_in_doubt
from drift.setup.log.candidates import Candidate
from drift.setup.propose.proposal import Doubt
from jobs.buckets.bucket import Bucket
from jobs.errors import DriftError
from jobs.job_file.prediction_settings import LogColumns, PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.predictions.row_times.course import TimeCourse
from jobs.predictions.rows.rejections import shorten
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import TimestampFault
from jobs.times.windows import WindowRequest
from reports.words.numbers import sentence

_KEY = "predictions.timezone"
# So much is read line by line, to name the line where something begins.
_MOST_BYTES = 64 << 20
_MOST_OBJECTS = 50
_WHAT_IF_ZONED = "Rows count by their time, not by their place."
_WHAT_IF_ZONELESS = "Rows count by their time; is the zone right?"
_ALL_TIME = datetime.max.replace(tzinfo=UTC)


def time_doubts(candidate: Candidate, bucket: Bucket) -> list[Doubt]:
    """Return what a person should know of how the times of a log are written."""
    guess = candidate.guesses.time
    if guess is None:
        return []
    table = candidate.sample.table
    column = column_values(table[[guess.column]], most=len(table))[guess.column]
    unread = _unread(candidate, column, bucket)
    return [
        *(Doubt(key="predictions.columns.timestamp", text=text) for text in unread),
        *(Doubt(key=_KEY, text=text) for text in _sentences(candidate, column, bucket)),
    ]


def _sentences(candidate: Candidate, column: ColumnValues, bucket: Bucket) -> Iterator[str]:
    day_first = candidate.guesses.day_first
    in_doubt = zones_in_doubt(column, day_first)
    looked = "" if candidate.sample.is_complete else " looked at"
    if in_doubt.rows:
        yield (
            f"{len(in_doubt.rows):,} of {len(column.filled):,} times{looked} name the zone "
            f"{in_doubt.name}, which is not unambiguous, such as {in_doubt.example}: runs reject "
            "and count them. Set the zone that is meant, or log times in UTC."
        )
    sampled = _course_of(column, day_first, candidate.family.path)
    if not sampled.zoned and sampled.zoneless:
        yield (
            "The times name no zone and are read as UTC. If the log is written in local time, "
            "set the zone."
        )
    if not (sampled.zoned and sampled.zoneless) and not sampled.jumps_stand_out:
        return
    read = _read_whole(candidate, bucket)
    courses = [course for one in read for course in one.times.courses]
    mixed = mixed_words(courses or [sampled], "UTC")
    if mixed:
        where = mixed if courses else f"{mixed.partition(' (')[0]}, of those{looked or ' seen'}"
        yield (
            f"{where}. If those without one are in local time, set its zone, or windows hold the "
            "wrong rows; if they are UTC, set that."
        )
    jump = jump_words(courses)
    if jump:
        yield (
            f"{sentence(jump)}: the order of the lines contradicts the times. "
            f"{_WHAT_IF_ZONELESS if sampled.zoneless else _WHAT_IF_ZONED}"
        )


def _unread(candidate: Candidate, column: ColumnValues, bucket: Bucket) -> Iterator[str]:
    """Yield how many times are none, other than those in a zone that is not known."""
    faults = column.times(candidate.guesses.day_first).faults
    odd = np.flatnonzero((faults != TimestampFault.NONE) & (faults != TimestampFault.UNKNOWN_ZONE))
    texts = [(column.values[row] or "").strip() for row in odd.tolist()]
    # A header inside the log is none of its rows; where nothing stands is said elsewhere.
    texts = [text for text in texts if text and text != column.name]
    if not texts:
        return
    reasons = {fault.reason for fault in TimestampFault}
    lost = [one for read in _read_whole(candidate, bucket) for one in read.tally.examples]
    first = next((one for one in lost if one.reason in reasons and one.detail), None)
    place = "" if first is None else f", first at {first.unit} {first.line:,} of {first.source}"
    looked = "" if candidate.sample.is_complete else " looked at"
    yield (
        f"{len(texts):,} of {len(column.values):,} rows{looked} cannot be read, because "
        f"{column.name} holds no time in them, such as {shorten(texts[0])}{place}: runs reject and "
        "count them. Correct what writes the log."
    )


def _course_of(column: ColumnValues, day_first: bool | None, source: str) -> TimeCourse:
    times = column.times(day_first)
    good = np.flatnonzero(times.faults == TimestampFault.NONE)
    course = TimeCourse(source=source)
    course.add(good + 2, times.moments[good], times.zoneless[good])
    return course


def _read_whole(candidate: Candidate, bucket: Bucket) -> Sequence[PredictionRows]:
    """Return all lines, read as a run does, by object; nothing where that is too much."""
    family, guess = candidate.family, candidate.guesses.time
    members = [info for info in family.members if info.size_bytes]
    if guess is None or len(members) > _MOST_OBJECTS or family.size_bytes > _MOST_BYTES:
        return []
    newest = WindowRequest(end=_ALL_TIME, rows=1)
    read: list[PredictionRows] = []
    for info in members:
        settings = PredictionSettings(
            path=info.name,
            columns=LogColumns(timestamp=guess.column),
            day_first=candidate.guesses.day_first,
            **candidate.sample.written.settings(),
        )
        try:
            read.append(read_predictions(bucket, settings, newest))
        except DriftError:
            return []
    return read
