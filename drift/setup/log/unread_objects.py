"""Objects that could be a log, or parts of one, and that no run reads: what they look like."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from drift.setup.columns.all_columns import guess_columns
from drift.setup.columns.headerless import CLASS, IMAGE
from drift.setup.columns.values import column_values
from drift.setup.image_sets import ending_of, may_hold_a_log
from drift.setup.log.find import LogFamily, family_of
from drift.setup.log.part_names import LikeNames, grouped
from drift.setup.log.samples.row_sample import LogSample
from drift.setup.log.samples.sample import read_sample
from drift.setup.log.samples.sniffing import Look, look_at
from drift.setup.names.name_patterns import names_hold_times
from drift.setup.words import LOG_WORDS, has_word
from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError
from jobs.predictions.formats.json_lines import parse_line
from jobs.predictions.selection.object_names import format_of

_GROUPS = 12
_LOOKED_AT_BYTES = 1 << 18
_SHOWN_COLUMNS = 6
_TRIED = 3
_OF_PREDICTIONS = frozenset({IMAGE, CLASS})
_ENDINGS_OF_LOGS = frozenset(
    {".json", ".txt", ".log", ".xls", ".xlsx", ".avro", ".orc", ".db", ".pq"}
)
_UNKNOWN = Look(
    kind="in no format that is known here",
    advice="write CSV with a header, Parquet or JSON lines",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadObjects:
    """Objects of like names that no run reads.

    Attributes
    ----------
    names
        Their names, sorted.
    columns
        The names of their fields, as far as known.
    has_times
        Whether one of the fields holds times, as in a log.
    """

    names: tuple[str, ...]
    look: Look
    columns: tuple[str, ...]
    has_times: bool

    def described(self) -> str:
        """Return a sentence: how many, what they look like, and what to do."""
        first = self.names[0]
        many = len(self.names) > 1
        who = f"{len(self.names):,} objects such as {first} are" if many else f"{first} is"
        each = " each" if many and self.look.kind.startswith("a ") else ""
        fields = ""
        if self.columns:
            more = ", ..." if len(self.columns) > _SHOWN_COLUMNS else ""
            fields = f" with the fields {', '.join(self.columns[:_SHOWN_COLUMNS])}{more}"
        if self.columns and not self.has_times:
            kind = self.look.kind.rstrip(",")
            return f"{who}{each} {kind}{fields}. None of these holds times, as a log does."
        kind = self.look.kind if fields else self.look.kind.rstrip(",")
        return f"{who}{each} {kind}{fields}. A run does not read this: {self.look.advice}."


class LookedInto(NamedTuple):
    """What lies in objects whose names tell no format.

    Attributes
    ----------
    unread
        What looks like a table or a log, and is not read.
    families
        Those that hold rows with times in a format that runs read: logs, as far as that tells.
    """

    unread: tuple[UnreadObjects, ...]
    families: tuple[LogFamily, ...]


def look_into(bucket: Bucket, objects: Sequence[ObjectInfo], images: Sequence[str]) -> LookedInto:
    """Look into objects whose names tell no format, the likeliest names first.

    Parameters
    ----------
    images
        The names of those that are images.
    """
    known = set(images)
    names = [info.name for info in objects]
    groups = grouped([info for info in objects if _may_be_a_log(info, known)])
    ranked = sorted(groups, key=lambda one: (-_points(one), -len(one.members), one.path))
    families: list[LogFamily] = []
    unread: list[UnreadObjects] = []
    for group in ranked[:_GROUPS]:
        found = _looked_at(bucket, group.members)
        if found is None:
            continue
        kind = found.look.format
        if kind is not None and (found.has_times or names_hold_times(found.names)):
            family = family_of(group.members, names, kind)
            families.append(replace(family, path=group.path) if group.is_general else family)
        else:
            unread.append(found)
    return LookedInto(families=tuple(families), unread=tuple(unread))


def _points(group: LikeNames) -> int:
    return sum(has_word(part, LOG_WORDS) for part in group.path.split("/"))


def _may_be_a_log(info: ObjectInfo, images: set[str]) -> bool:
    return (
        info.size_bytes > 0
        and info.name not in images
        and format_of(info.name) is None
        and may_hold_a_log(info.name)
    )


def _looked_at(bucket: Bucket, members: Sequence[ObjectInfo]) -> UnreadObjects | None:
    """Look into the newest object, or into those before it where that one is damaged."""
    found = None
    for member in reversed(members[-_TRIED:]):
        seen = _look(bucket, member)
        if seen is None:
            continue
        look, columns, has_times = seen
        names = tuple(sorted(one.name for one in members))
        told = UnreadObjects(names=names, look=look, columns=columns, has_times=has_times)
        if look.format is not None and has_times:
            return told
        found = found or told
    return found


def _look(bucket: Bucket, info: ObjectInfo) -> tuple[Look, tuple[str, ...], bool] | None:
    size = min(info.size_bytes, _LOOKED_AT_BYTES)
    try:
        data = bucket.read_part(info.name, 0, size)
    except ObjectError:
        return None
    look = look_at(data, is_whole=size == info.size_bytes)
    if look is None and ending_of(info.name) in _ENDINGS_OF_LOGS:
        look = _UNKNOWN
    if look is None:
        return None
    columns, has_times = _fields(look)
    if look.format is not None:
        sample = read_sample(bucket, info, look.format)
        if isinstance(sample, LogSample):
            names = sample.written.header
            if names and not _OF_PREDICTIONS.intersection(names):
                # Such as lines of a program's own log, which begin with times.
                return None
            guesses = guess_columns(column_values(sample.table))
            has_times = guesses.time is not None
            columns = columns or sample.columns
        else:
            look = replace(look, format=None)
    return look, columns, has_times


def _fields(look: Look) -> tuple[tuple[str, ...], bool]:
    """Return the names of the fields, those of inner objects too, and whether times are there."""
    lines = [parse_line(json.dumps(row).encode()) for row in look.rows]
    rows = [one for one in lines if isinstance(one, dict)]
    if not rows:
        return (), False
    table = pd.DataFrame(rows).astype(object)
    guesses = guess_columns(column_values(table.where(table.notna(), None)))
    return tuple(map(str, rows[0])), guesses.time is not None
