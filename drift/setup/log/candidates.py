"""Reading the objects that could be the log, and judging each of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from drift.setup.columns.all_columns import ColumnGuesses, guess_columns
from drift.setup.columns.times import why_no_times, with_request_time
from drift.setup.columns.values import ColumnValues, column_values
from drift.setup.log.find import LogFamily, find_families, merge_families
from drift.setup.log.samples.csv_sample import HAS_NO_ROWS
from drift.setup.log.samples.row_sample import LogSample, UnreadSample, join_samples
from drift.setup.log.samples.sample import IS_EMPTY, read_sample
from jobs.buckets.bucket import Bucket, ObjectInfo

_FAMILIES_READ = 24
_TRIED = 3
_OLDEST, _NEWEST = 3, 6
_OLDEST_SMALL, _NEWEST_SMALL = 200, 400
_SMALL_BYTES = 16 << 10
_READ_WHOLE_BYTES = 16 << 20
# Small objects are bound by their bytes; this is a few seconds' worth of requests.
_READ_WHOLE_OBJECTS = 1_000
_READERS = 16
# About how much smaller packed rows are.
_PACKED_FACTOR = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSource:
    """What of a log stands in the names of its objects.

    Attributes
    ----------
    images_only
        `predictions.images_only`: there is nothing but the names.
    from_path
        `predictions.from_path`.
    """

    images_only: bool = False
    from_path: str | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A family of objects that reads like a log.

    Attributes
    ----------
    values
        The columns of a sample.
    source
        What stands in the names of the objects.
    """

    family: LogFamily
    sample: LogSample
    guesses: ColumnGuesses
    values: Mapping[str, ColumnValues] = field(repr=False)
    source: NameSource = NameSource()

    def points(self) -> float:
        """Return how much it looks like the log of requests, names and content together."""
        guesses = self.guesses
        points = self.family.name_points()
        answers = guesses.answer is not None or guesses.boxes is not None
        points += 2.0 * (answers or guesses.prediction is not None)
        points += 1.0 * (answers or guesses.confidence is not None)
        points += 1.0 * (guesses.id is not None) + 1.0 * guesses.has_clock
        return points + 0.75 * min(4.0, math.log10(max(1, self.sample.rows_in_all)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What became of every family.

    Attributes
    ----------
    logs
        Those with a column of times, the likeliest first.
    tables
        Columns and rows by name of those that are readable tables of one object.
    timeless
        Those that are read but have no column of times.
    unread
        Those that cannot be read, or are no log, and why.
    """

    logs: tuple[Candidate, ...]
    tables: Mapping[str, tuple[tuple[str, ...], int]]
    unread: tuple[UnreadSample, ...]
    timeless: tuple[Candidate, ...] = ()

    @property
    def damaged(self) -> tuple[UnreadSample, ...]:
        """Those that cannot be read, without tables that have no times and objects without rows."""
        others = {one.family.path for one in self.timeless}
        return tuple(
            one
            for one in self.unread
            if one.name not in others and one.reason not in {IS_EMPTY, HAS_NO_ROWS}
        )


def find_candidates(
    bucket: Bucket, objects: Sequence[ObjectInfo], by_content: Sequence[LogFamily] = ()
) -> Candidates:
    """Read a sample of every family of objects and judge it.

    Parameters
    ----------
    by_content
        Those whose names tell no format, and whose content does.
    """
    families = [*find_families(objects)[:_FAMILIES_READ], *by_content]
    first: dict[str, LogSample] = {}
    unread: list[UnreadSample] = []
    for family in families:
        sample = _first_readable(bucket, family)
        if isinstance(sample, UnreadSample):
            unread.append(sample)
        else:
            first[family.members[0].name] = sample
    readable = [family for family in families if family.members[0].name in first]
    columns = {name: frozenset(sample.columns) for name, sample in first.items()}
    logs, timeless = [], []
    for family in merge_families(readable, columns, [info.name for info in objects]):
        candidate = _judge(bucket, family, first[_first_name(family, first)])
        if candidate.guesses.time is None:
            reason = why_no_times(candidate.values) or (
                f"no column of it holds times (it has: {_shown(candidate.sample.columns)})"
            )
            unread.append(UnreadSample(name=family.path, reason=reason))
            timeless.append(candidate)
        else:
            logs.append(candidate)
    tables = {
        name: (sample.columns, sample.rows_in_all)
        for name, sample in first.items()
        if name.lower().endswith((".csv", ".csv.gz", ".parquet"))
    }
    ranked = sorted(logs, key=lambda one: (-one.points(), one.family.path))
    return Candidates(
        logs=tuple(ranked), tables=tables, unread=tuple(unread), timeless=tuple(timeless)
    )


def _first_name(family: LogFamily, samples: Mapping[str, LogSample]) -> str:
    return next(info.name for info in family.members if info.name in samples)


def _first_readable(bucket: Bucket, family: LogFamily) -> LogSample | UnreadSample:
    """Read the newest object, or else the ones before it: one damaged part is not the log."""
    members = family.some_members(0, _TRIED) or family.members[:1]
    samples = (read_sample(bucket, member, family.kind) for member in reversed(members))
    first = next(samples)
    if isinstance(first, LogSample):
        return first
    return next((one for one in samples if isinstance(one, LogSample)), first)


def _judge(bucket: Bucket, family: LogFamily, newest: LogSample) -> Candidate:
    sample = newest
    if len(family.members) > 1:
        size = sum(map(_unpacked_bytes, family.members))
        few = size <= _READ_WHOLE_BYTES and len(family.members) <= _READ_WHOLE_OBJECTS
        oldest, last = (_READ_WHOLE_OBJECTS, 0) if few else _how_many(family, size)
        read_one = partial(read_sample, bucket, kind=family.kind)
        with ThreadPoolExecutor(_READERS) as pool:
            read = list(pool.map(read_one, family.some_members(oldest, last)))
        good = [one for one in read if isinstance(one, LogSample)]
        filled = sum(info.size_bytes > 0 for info in family.members)
        if good:
            sample = join_samples(good, objects=filled, notes=_unread_members(read))
    values = column_values(sample.table)
    guesses = with_request_time(values, guess_columns(values))
    return Candidate(family=family, sample=sample, guesses=guesses, values=values)


def _how_many(family: LogFamily, size: int) -> tuple[int, int]:
    """Return how many of the oldest and newest objects are read: more where each is small."""
    are_small = size <= _SMALL_BYTES * len(family.members)
    return (_OLDEST_SMALL, _NEWEST_SMALL) if are_small else (_OLDEST, _NEWEST)


def _unread_members(read: Sequence[LogSample | UnreadSample]) -> list[str]:
    """Say which objects of a log cannot be read; those without rows are no matter."""
    bad = [
        one
        for one in read
        if isinstance(one, UnreadSample) and one.reason not in {IS_EMPTY, HAS_NO_ROWS}
    ]
    if not bad:
        return []
    them = f"{len(bad):,} of {len(read):,} objects looked at cannot be read, such as"
    first = bad[0]
    said = f"{them} {first.name}: {first.reason}. Mend what a run cannot read, or leave it out."
    return [said]


def _unpacked_bytes(info: ObjectInfo) -> int:
    packed = info.name.lower().endswith((".gz", ".parquet"))
    return info.size_bytes * (_PACKED_FACTOR if packed else 1)


def _shown(columns: Sequence[str]) -> str:
    return ", ".join(columns[:8]) + (", ..." if len(columns) > 8 else "")
