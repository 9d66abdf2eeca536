"""Objects that could be a log, or parts of one, and that no run reads: what they look like."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from drift.setup.columns.all_columns import guess_columns
from drift.setup.columns.values import column_values
from drift.setup.image_sets import NEVER_LOGS, ending_of
from drift.setup.log.find import general_part
from drift.setup.log.sniffing import Look, look_at
from drift.setup.words import LOG_WORDS, has_word
from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError
from jobs.predictions.formats.json_lines import parse_line
from jobs.predictions.selection.object_names import format_of

_GROUPS = 12
_LOOKED_AT_BYTES = 1 << 18
_SHOWN_COLUMNS = 6
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


def find_unread(
    bucket: Bucket, objects: Sequence[ObjectInfo], images: Sequence[str]
) -> list[UnreadObjects]:
    """Return what no run reads but what looks like a table or a log, the likeliest names first.

    Parameters
    ----------
    images
        The names of those that are images.
    """
    known = set(images)
    groups: dict[tuple[str, ...], list[ObjectInfo]] = defaultdict(list)
    for info in objects:
        if _may_be_a_log(info, known):
            groups[tuple(map(general_part, info.name.split("/")))].append(info)
    ranked = sorted(groups.items(), key=lambda one: (-_points(one[0]), -len(one[1]), one[0]))
    found = [_looked_at(bucket, members) for _, members in ranked[:_GROUPS]]
    return [one for one in found if one is not None]


def _points(parts: Sequence[str]) -> int:
    return sum(has_word(part, LOG_WORDS) for part in parts)


def _may_be_a_log(info: ObjectInfo, images: set[str]) -> bool:
    return (
        info.size_bytes > 0
        and info.name not in images
        and format_of(info.name) is None
        and ending_of(info.name) not in NEVER_LOGS
    )


def _looked_at(bucket: Bucket, members: Sequence[ObjectInfo]) -> UnreadObjects | None:
    newest = members[-1]
    size = min(newest.size_bytes, _LOOKED_AT_BYTES)
    try:
        data = bucket.read_part(newest.name, 0, size)
    except ObjectError:
        return None
    look = look_at(data, is_whole=size == newest.size_bytes)
    if look is None and ending_of(newest.name) in _ENDINGS_OF_LOGS:
        look = _UNKNOWN
    if look is None:
        return None
    columns, has_times = _fields(look)
    names = tuple(sorted(one.name for one in members))
    return UnreadObjects(names=names, look=look, columns=columns, has_times=has_times)


def _fields(look: Look) -> tuple[tuple[str, ...], bool]:
    """Return the names of the fields, those of inner objects too, and whether times are there."""
    lines = [parse_line(json.dumps(row).encode()) for row in look.rows]
    rows = [one for one in lines if isinstance(one, dict)]
    if not rows:
        return (), False
    table = pd.DataFrame(rows).astype(object)
    guesses = guess_columns(column_values(table.where(table.notna(), None)))
    return tuple(map(str, rows[0])), guesses.time is not None
