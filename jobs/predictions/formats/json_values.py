"""JSON that is not one object a line: arrays, objects over several lines or without a line between.

The values are cut out and given on as lines, one each, so that they are read as JSON lines are: the
first value is line 1. Commas and brackets between the values say nothing and are passed over. A
value that is damaged ends where the next one begins, as far as that can be told; both are counted.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from jobs.predictions.formats.text_blocks import BLOCK_BYTES, HEAD_BYTES, TextBlock
from jobs.predictions.formats.text_stream import open_text
from jobs.predictions.log_columns import LONGEST_LINE_BYTES

_DECODER = json.JSONDecoder(parse_int=float, parse_constant=str)
# What stands between values; RS begins each of them in JSON text sequences.
_BETWEEN = re.compile(r"[\s,\x1e\ufeff\[\]]*")
_NEXT_OBJECT = re.compile(r"(?:\}\s*,?\s*|\n\s*)(?P<object>\{)")
_FIRST_KEY = re.compile(r'\{\s*("(?:[^"\\]|\\.)*")\s*:')
# A value that is cut off fails at its end: so near to it where a word or an escape is cut.
_NEAR_END = 12
# The end of a value that is too long to be a row is looked for this far.
_LONGEST_SKIPPED = 16 << 20
NOT_CLOSED = "the array is not closed: its end is missing"


def read_value_blocks(
    path: Path,
    block_bytes: int = BLOCK_BYTES,
    encoding: str | None = None,
    *,
    longest_line: int = LONGEST_LINE_BYTES,
) -> Iterator[TextBlock]:
    """Yield a file's top-level JSON values, and those of its arrays, one a line.

    Parameters
    ----------
    encoding
        As for `open_text`.
    longest_line
        A value of more bytes is left out.

    Raises
    ------
    DamagedTextError
        If gzip data is truncated or damaged.
    """
    with open_text(path, encoding) as stream:
        yield from split_values(stream, block_bytes, longest_line)


def split_values(
    stream: BinaryIO, block_bytes: int = BLOCK_BYTES, longest: int = LONGEST_LINE_BYTES
) -> Iterator[TextBlock]:
    """Yield the values of a stream of UTF-8 in blocks of about `block_bytes`, one a line."""
    splitter = _Splitter(stream, block_bytes, longest)
    lines: list[str] = []
    size = 0
    while (value := splitter.next_value()) is not None:
        if len(value) > longest:
            yield TextBlock(data=_as_lines(lines), overlong=_as_bytes(value[:HEAD_BYTES]))
            lines, size = [], 0
            continue
        lines.append(value)
        size += len(value)
        if size >= block_bytes:
            yield TextBlock(data=_as_lines(lines))
            lines, size = [], 0
    if lines:
        yield TextBlock(data=_as_lines(lines))


def _as_lines(lines: list[str]) -> bytes:
    return _as_bytes("\n".join([*lines, ""]))


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class _Splitter:
    """Cuts the text of a stream into values; holds little more than the longest of them."""

    def __init__(self, stream: BinaryIO, piece_bytes: int, longest: int) -> None:
        self._stream = stream
        self._longest = longest
        self._piece_bytes = piece_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._place = 0
        self._has_ended = False
        self._open_arrays = 0
        self._next_object: re.Pattern[str] | None = None

    def next_value(self) -> str | None:
        """Return the next value on one line, or what stands in its place; None at the end."""
        if not self._find_start():
            return self._end()
        while True:
            error = self._try_value()
            if isinstance(error, int):
                return self._cut(error, "\n", " ")
            waiting = len(self._text) - self._place
            is_open = self._is_open(error)
            most = max(_LONGEST_SKIPPED, self._longest) if is_open else LONGEST_LINE_BYTES
            if self._has_ended or waiting > most:
                start = self._start_of_next()
                if self._has_ended or start < len(self._text) or waiting > self._longest:
                    # A line break in a text is no JSON; written as one it is what was meant.
                    return self._cut(start, "\n", "\\n")
            # Twice as much each time: a long value is not gone through again and again.
            self._fill(waiting if is_open else 0)

    def _find_start(self) -> bool:
        while True:
            between = _BETWEEN.match(self._text, self._place)
            if between is None:
                raise AssertionError("what stands between values may be nothing")
            marks = between[0]
            closed = self._open_arrays + marks.count("[") - marks.count("]")
            self._open_arrays = max(0, closed)
            self._place = between.end()
            if self._place < len(self._text):
                return True
            if self._has_ended:
                return False
            self._fill(0)

    def _end(self) -> str | None:
        is_open, self._open_arrays = self._open_arrays > 0, 0
        return NOT_CLOSED if is_open else None

    def _fill(self, least: int) -> None:
        """Read on; what was cut out already is forgotten."""
        piece = self._stream.read(max(least, self._piece_bytes))
        self._has_ended = not piece
        text = self._decoder.decode(piece, final=not piece)
        self._text, self._place = self._text[self._place :] + text, 0

    def _try_value(self) -> int | Exception:
        """Return where the value at the present place ends, or why it does not."""
        try:
            value, end = _DECODER.raw_decode(self._text, self._place)
        except (ValueError, RecursionError) as error:
            return error
        if not isinstance(value, (dict, str)) and end == len(self._text) and not self._has_ended:
            # More digits may come.
            return json.JSONDecodeError("cut off", self._text, end)
        if self._next_object is None and isinstance(value, dict):
            self._next_object = _next_objects(self._text, self._place)
        return end

    def _is_open(self, error: Exception) -> bool:
        """Tell whether a value fails only because the text ends."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        return error.msg.startswith("Unterminated string") or error.pos >= (
            len(self._text) - _NEAR_END
        )

    def _start_of_next(self) -> int:
        """Return where an object begins behind a value that is damaged."""
        found = None
        if self._next_object is not None:
            found = self._next_object.search(self._text, self._place + 1)
        if found is None:
            found = _NEXT_OBJECT.search(self._text, self._place + 1)
        return len(self._text) if found is None else found.start("object")

    def _cut(self, end: int, line_break: str, replacement: str) -> str:
        value = self._text[self._place : end]
        self._place = end
        if line_break in value:
            value = value.replace(line_break, replacement)
        return value


def _next_objects(text: str, place: int) -> re.Pattern[str] | None:
    """Return how further objects begin, given where one does: with the same key."""
    key = _FIRST_KEY.match(text, place)
    return None if key is None else re.compile(rf"(?P<object>\{{\s*{re.escape(key[1])}\s*:)")
