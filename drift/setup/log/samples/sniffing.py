"""What an object that no run reads looks like, told from its content."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from drift.setup.log.samples.csv_lines import delimiter_of
from drift.setup.log.samples.row_sample import Pieces, as_text
from jobs.predictions.formats.content import format_of_content
from jobs.predictions.formats.text_stream import GZIP_MAGIC
from jobs.predictions.selection.object_names import LogFormat

_MARKS = {
    b"PAR1": ("Parquet", "let their names end in .parquet"),
    b"Obj\x01": ("Avro", "write CSV with a header, Parquet or JSON lines"),
    b"ORC": ("ORC", "write CSV with a header, Parquet or JSON lines"),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV with a header"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "save the sheet as CSV UTF-8"),
    b"PK\x03\x04": ("a ZIP archive or a workbook", "save the sheet as CSV UTF-8, or unpack it"),
    b"\x28\xb5\x2f\xfd": ("packed with zstd", "unpack it, or pack it with gzip"),
    b"BZh": ("packed with bzip2", "unpack it, or pack it with gzip"),
    b"\xfd7zXZ": ("packed with xz", "unpack it, or pack it with gzip"),
}
_FEWEST_FIELDS = 2
_MOST_OBJECTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an object looks like.

    Attributes
    ----------
    kind
        What it holds, such as ``JSON lines``.
    advice
        What to do so that a run reads it; no sentence yet.
    rows
        Some of its rows, by the names of their fields; empty where they were not taken apart.
    format
        The format in which a run reads it; None where no run does.
    """

    kind: str
    advice: str
    rows: tuple[Mapping[str, object], ...] = ()
    format: LogFormat | None = None


def look_at(data: bytes, *, is_whole: bool) -> Look | None:
    """Return what data looks like, or None where nothing is known of it.

    Parameters
    ----------
    data
        The object, or its beginning.
    is_whole
        Whether it is all of it.
    """
    if data.startswith(GZIP_MAGIC):
        data = _unpacked(data)
        is_whole = False
    marked = next((told for mark, told in _MARKS.items() if data.startswith(mark)), None)
    if marked is not None:
        kind = format_of_content(data[:4], is_whole=False)
        return Look(kind=marked[0], advice=marked[1], format=kind)
    data = as_text(Pieces(head=data, size=len(data))).head
    try:
        text = data.decode("utf-8-sig") if is_whole else data.decode("utf-8-sig", "ignore")
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    text = text.lstrip()
    if text.startswith("["):
        return _array(text)
    if text.startswith("{"):
        return _objects(text, is_whole=is_whole)
    return _table(text)


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, 1 << 20)
    except zlib.error:
        return b""


def _array(text: str) -> Look | None:
    rows = _decoded(text[1:], between=", \t\r\n")
    if not rows:
        return None
    return Look(
        kind="one JSON array",
        advice="write one object a line, such as with jq -c '.[]', and let the name end in .jsonl",
        rows=tuple(rows),
        format=LogFormat.JSON,
    )


def _objects(text: str, *, is_whole: bool) -> Look | None:
    rows = _decoded(text, between=" \t\r\n")
    if not rows:
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    written = LogFormat.JSON
    if len(rows) == 1 and is_whole:
        kind = "a single JSON object"
        advice = "write such objects one a line, into an object whose name ends in .jsonl"
    elif all(_is_object(line) for line in lines[: max(1, len(rows) - 1)]) and len(lines) > 1:
        kind = "JSON lines under a name that does not end in .jsonl,"
        advice = "let the names end in .jsonl; where their writer does not allow that, copy them"
        written = LogFormat.JSON_LINES
    else:
        kind = "JSON objects one after the other instead of one a line,"
        advice = (
            "write a line break behind each object (the newline delimiter of Amazon Data "
            "Firehose), and let the name end in .jsonl"
        )
    return Look(kind=kind, advice=advice, rows=tuple(rows), format=written)


def _decoded(text: str, between: str) -> list[dict[str, object]]:
    decoder, place = json.JSONDecoder(), 0
    rows: list[dict[str, object]] = []
    while len(rows) < _MOST_OBJECTS:
        while place < len(text) and text[place] in between:
            place += 1
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        if not isinstance(value, dict):
            break
        rows.append(value)
    return rows


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _table(text: str) -> Look | None:
    lines = [line for line in text.splitlines()[:_MOST_OBJECTS] if line.strip()]
    if len(lines) < _FEWEST_FIELDS:
        return None
    mark = delimiter_of("\n".join(lines))
    split = [line.split(mark) for line in lines]
    header = [value.strip().strip('"') for value in split[0]]
    even = sum(len(one) == len(header) for one in split)
    if len(header) < _FEWEST_FIELDS or even < 0.9 * len(split) or not all(header):
        return None
    rows = [dict(zip(header, one, strict=True)) for one in split[1:] if len(one) == len(header)]
    return Look(
        kind="a table with a header under a name that does not tell so,",
        advice="let the name end in .csv, or in .csv.gz where it is packed",
        rows=tuple(rows),
        format=LogFormat.CSV,
    )
