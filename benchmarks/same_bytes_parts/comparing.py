"""Comparing what two checkouts left in two folders, byte for byte but for the clock."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.clock_fields import without_clock

OUTPUT = "output"
"""The folder in which the output of the commands is kept beside what they wrote."""
_CONTEXT = 50
# A part of the feature cache; its name and its rows' versions follow the image files' own.
_CACHE_PART = re.compile(r"(.*/features/[^/]+)/part-[^/]+\.parquet")
# Clock fields of what no trial of benchmarks/chaos.py writes: by the name, what stays before them.
_CLOCKS = {
    re.compile(name): re.compile(field, re.MULTILINE)
    for name, field in {
        r".*/notifications/[^/]+\.json": (
            rb'("(?:claimed_at|finished_at|seconds)": ?)("[^"]*"|[\d.]+)'
        ),
        r".*\.prom": rb"^(image_drift_(?:last_run_timestamp|stage_duration)_seconds\S*) .*",
        rf"{OUTPUT}/\d+ profile show.*": rb"(Profile \S+, built )\S+ \S+ UTC",
        rf"{OUTPUT}/\d+ notify.*\.txt": rb"(arrived \S+) *[\d.]+",
    }.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An object that is not the same on both sides.

    Attributes
    ----------
    name
        The object's path below the folder.
    place
        Where and how it differs first.
    """

    name: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was compared.

    Attributes
    ----------
    objects, size_bytes
        How many objects of the first folder were compared, and their bytes but for the clock
        fields; files that were there before and have not changed do not count.
    differences
        In the order of the names.
    """

    objects: int
    size_bytes: int
    differences: tuple[Difference, ...]


def compare(
    first: Path, second: Path, *, before: Path | None = None, leave_out: Collection[str] = ()
) -> Comparison:
    """Compare two folders.

    Parameters
    ----------
    first, second
        The folders.
    before
        What both were copied from; the files in it are compared too, but not counted.
    leave_out
        Keys that are taken out of all JSON objects, wherever they are.
    """
    ours, theirs = (contents(folder, leave_out) for folder in (first, second))
    old = {} if before is None else contents(before, leave_out)
    counted = [name for name, data in ours.items() if old.get(name) != data]
    return Comparison(
        objects=len(counted),
        size_bytes=sum(len(ours[name]) for name in counted),
        differences=tuple(
            Difference(name=name, place=_place(name, ours, theirs))
            for name in sorted({*ours, *theirs})
            if ours.get(name) != theirs.get(name)
        ),
    )


def contents(folder: Path, leave_out: Collection[str] = ()) -> dict[str, bytes]:
    """Return every object below a folder by name, without the clock fields.

    A feature cache is one object, its rows in order.
    """
    found: dict[str, bytes] = {}
    caches: dict[str, list[str]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        part = _CACHE_PART.fullmatch(name)
        if part is not None:
            caches.setdefault(part[1], []).extend(_cache_rows(path.read_bytes()))
        else:
            found[name] = _compared(name, path.read_bytes(), leave_out)
    for name, rows in caches.items():
        found[f"{name}/rows"] = "\n".join(sorted(rows)).encode()
    return found


def _compared(name: str, data: bytes, leave_out: Collection[str]) -> bytes:
    data = without_clock(name, data)
    for names, clock in _CLOCKS.items():
        if names.fullmatch(name):
            data = clock.sub(rb"\1null", data)
    if leave_out and name.endswith(".json"):
        return json.dumps(_without_keys(json.loads(data), leave_out), indent=2).encode()
    return data


def _without_keys(value: object, keys: Collection[str]) -> object:
    if isinstance(value, dict):
        return {key: _without_keys(one, keys) for key, one in value.items() if key not in keys}
    if isinstance(value, list):
        return [_without_keys(one, keys) for one in value]
    return value


def _cache_rows(data: bytes) -> list[str]:
    table = pq.read_table(io.BytesIO(data))
    kept = table.drop_columns([name for name in table.column_names if name == "version"])
    return [repr(row) for row in kept.to_pylist()]


def _place(name: str, ours: Mapping[str, bytes], theirs: Mapping[str, bytes]) -> str:
    if name not in theirs:
        return "only this checkout writes it"
    if name not in ours:
        return "only the other checkout writes it"
    one, other = _readable(name, ours[name]), _readable(name, theirs[name])
    if one == other:
        return "the rows are the same, the bytes of the file are not"
    pairs = enumerate(zip(one, other, strict=False))
    start = next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
    begin, end = max(start - _CONTEXT, 0), start + _CONTEXT
    line = one.count("\n", 0, start) + 1
    return f"line {line}: this {one[begin:end]!r}, other {other[begin:end]!r}"


def _readable(name: str, data: bytes) -> str:
    """Return an object as text: a table as its schema and its rows."""
    if name.endswith(".parquet"):
        table = pq.read_table(io.BytesIO(data))
        return "\n".join([str(table.schema), *map(repr, table.to_pylist())])
    return data.decode(errors="backslashreplace")
