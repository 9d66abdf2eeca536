"""A text log as blocks of whole lines: plain or gzip, streamed, and never one endless line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from jobs.predictions.formats.text_stream import open_text
from jobs.predictions.log_columns import LONGEST_LINE_BYTES

# Small enough for a core's cache, in which a block is gone through several times.
BLOCK_BYTES = 2 << 20
# Enough of an over-long line to read the time that it most likely starts with.
HEAD_BYTES = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """Whole lines of a log, each with its newline.

    Attributes
    ----------
    data
        The lines; empty only before an over-long line.
    overlong
        The first bytes of a line that is longer than lines may be, follows `data` and is left out;
        None where there is none.
    """

    data: bytes
    overlong: bytes | None = None


def read_blocks(
    path: Path,
    block_bytes: int = BLOCK_BYTES,
    encoding: str | None = None,
    *,
    longest_line: int = LONGEST_LINE_BYTES,
) -> Iterator[TextBlock]:
    """Yield a file's lines in blocks of about `block_bytes`; the last line gets a newline.

    Parameters
    ----------
    encoding
        As for `open_text`.
    longest_line
        A line of more bytes is left out.

    Raises
    ------
    DamagedTextError
        If gzip data is truncated or damaged.
    """
    with open_text(path, encoding) as stream:
        yield from _split_blocks(stream, block_bytes, longest_line)


def _split_blocks(
    stream: BinaryIO | io.BufferedIOBase, block_bytes: int, longest: int
) -> Iterator[TextBlock]:
    while chunk := stream.read(block_bytes):
        whole = chunk.endswith(b"\n")
        data = chunk if whole else chunk + stream.readline(longest + 1)
        if whole or data.endswith(b"\n"):
            yield from _separate(data, longest)
            continue
        last = data.rfind(b"\n") + 1
        if len(data) - last <= longest:
            # The last line of all.
            yield from _separate(data + b"\n", longest)
            return
        if last:
            yield from _separate(data[:last], longest)
        yield TextBlock(data=b"", overlong=data[last : last + HEAD_BYTES])
        _skip_line(stream)


def _separate(data: bytes, longest: int) -> Iterator[TextBlock]:
    """Yield `data`, cut at its over-long lines."""
    start = 0
    for line_start, line_end in _overlong_lines(data, longest):
        yield TextBlock(
            data=data[start:line_start], overlong=data[line_start : line_start + HEAD_BYTES]
        )
        start = line_end
    if start < len(data):
        yield TextBlock(data=data[start:] if start else data)


def _overlong_lines(data: bytes, longest: int) -> list[tuple[int, int]]:
    """Return start and end (behind the newline) of the lines that are too long."""
    found: list[tuple[int, int]] = []
    # A line that is too long covers one of these strides wholly.
    stride = longest // 2
    for position in range(0, len(data) - stride, stride):
        if data.find(b"\n", position, position + stride) >= 0:
            continue
        start = data.rfind(b"\n", 0, position) + 1
        end = data.find(b"\n", position) + 1
        if end - start > longest + 1 and (start, end) not in found:
            found.append((start, end))
    return found


def _skip_line(stream: BinaryIO | io.BufferedIOBase) -> None:
    while (part := stream.readline(LONGEST_LINE_BYTES)) and not part.endswith(b"\n"):
        pass
