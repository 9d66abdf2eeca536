"""How the rows of an object are written, told from its content where the name does not tell it."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path

from jobs.predictions.formats.csv.dialect import DELIMITERS, split_fields
from jobs.predictions.formats.text_stream import open_text
from jobs.predictions.selection.object_names import LogFormat

HEAD_BYTES = 256 << 10
_PARQUET_MAGIC = b"PAR1"
_LINES_TRIED = 50
_LIKE_THE_FIRST = 0.9
_FEWEST_FIELDS = 2
_OBJECT = re.compile(rb'\s*\{\s*["}]')
_ARRAY = re.compile(rb"\s*\[[\s\[]*[{\]]")
# Begins each value of a JSON text sequence.
_SEPARATOR = b"\x1e"


def format_in_file(path: Path, encoding: str | None = None) -> LogFormat | None:
    """Return the format of an object's content; None where it is none that is known.

    Parameters
    ----------
    encoding
        As for `open_text`.

    Raises
    ------
    DamagedTextError
        If gzip data is truncated or damaged.
    """
    with path.open("rb") as file:
        if file.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC:
            return LogFormat.PARQUET
    with open_text(path, encoding) as stream:
        head = stream.read(HEAD_BYTES)
        return format_of_content(head, is_whole=not stream.read(1))


def format_of_content(head: bytes, *, is_whole: bool) -> LogFormat | None:
    """Return the format that content is written in; None where it is none that is known.

    Parameters
    ----------
    head
        The content, or its beginning: unpacked, and text as UTF-8.
    is_whole
        Whether it is all of it.
    """
    if head.startswith(_PARQUET_MAGIC):
        return LogFormat.PARQUET
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(_SEPARATOR):
        return LogFormat.JSON
    if _ARRAY.match(text):
        return LogFormat.JSON
    if _OBJECT.match(text):
        return LogFormat.JSON_LINES if _is_object_a_line(text, is_whole) else LogFormat.JSON
    return LogFormat.CSV if _is_table(text, is_whole) else None


def _is_object_a_line(text: bytes, is_whole: bool) -> bool:
    """Tell whether the lines hold an object each; one or two that are damaged are no matter."""
    lines = _whole_lines(text, is_whole)
    good = [_objects_in(line) for line in lines]
    return bool(lines) and not any(count > 1 for count in good) and 2 * sum(good) > len(lines)


def _objects_in(line: bytes) -> int:
    """Return 1 for a line that is an object, 2 for one that holds more behind it, else 0."""
    try:
        text = line.decode("utf-8", "replace").strip()
        value, end = json.JSONDecoder(parse_int=float).raw_decode(text)
    except (ValueError, RecursionError):
        return 0
    if not isinstance(value, dict):
        return 0
    return 2 if text[end:].strip() else 1


def _is_table(text: bytes, is_whole: bool) -> bool:
    """Tell whether most lines have as many fields as the first one."""
    if b"\0" in text:
        return False
    lines = [line for line in _whole_lines(text, is_whole) if not line.startswith(b"#")]
    if lines and lines[0].lower().startswith(b"sep="):
        lines = lines[1:]
    if len(lines) < _FEWEST_FIELDS:
        return False
    return any(_are_alike(lines, delimiter) for delimiter in DELIMITERS)


def _are_alike(lines: list[bytes], delimiter: bytes) -> bool:
    counts = [len(split_fields(line.rstrip(b"\r"), delimiter).values) for line in lines]
    names = [name.strip(b' "') for name in split_fields(lines[0], delimiter).values]
    same = sum(count == counts[0] for count in counts)
    return counts[0] >= _FEWEST_FIELDS and same >= _LIKE_THE_FIRST * len(counts) and all(names)


def _whole_lines(text: bytes, is_whole: bool) -> list[bytes]:
    lines = text.split(b"\n", _LINES_TRIED + 1)
    whole = lines if is_whole and len(lines) <= _LINES_TRIED else lines[:-1]
    return [line for line in whole[:_LINES_TRIED] if line.strip()]
