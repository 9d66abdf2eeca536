"""A sample of a log in JSON."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pandas as pd

from drift.setup.log.samples.row_sample import (
    BYTE_ORDER_MARK,
    ROWS_PER_PIECE,
    LogSample,
    OddRows,
    Pieces,
    UnreadSample,
    place_of,
    sample_of,
)
from jobs.predictions.formats.json_lines import parse_line
from jobs.predictions.formats.json_values import NOT_CLOSED, split_values
from jobs.predictions.log_columns import LONGEST_LINE_BYTES
from jobs.predictions.rows.rejections import NOT_AN_OBJECT, NOT_UTF8, NUL_BYTE

_WHY_UNREAD = {
    NOT_AN_OBJECT: "are no JSON objects",
    NOT_UTF8: "are not UTF-8 text",
    NUL_BYTE: "hold NUL bytes",
}


def values_as_lines(pieces: Pieces) -> Pieces:
    """Return JSON of any form as lines of one value each; values that are cut off are left out."""
    head = _lines_of(pieces.head)
    if pieces.is_whole:
        return Pieces(head=b"".join(head), size=sum(map(len, head)))
    # The last one is cut off, and the array that holds it is not closed here.
    head = [line for line in head if line.strip() != NOT_CLOSED.encode()][:-1]
    return Pieces(head=b"".join(head), tail=b"".join(_lines_of(pieces.tail)[1:]), size=pieces.size)


def _lines_of(data: bytes) -> list[bytes]:
    stream = io.BytesIO(data.removeprefix(BYTE_ORDER_MARK))
    # One with an image in it is long.
    blocks = split_values(stream, longest=max(LONGEST_LINE_BYTES, len(data)))
    return [line for block in blocks for line in block.data.splitlines(keepends=True)]


def read_json_sample(name: str, pieces: Pieces, *, unit: str = "line") -> LogSample | UnreadSample:
    """Return rows of an object of JSON lines, or why there are none.

    Parameters
    ----------
    unit
        What a line of `pieces` is in the object itself: ``object`` behind `values_as_lines`.
    """
    head, tail = (
        [(number, line) for number, line in enumerate(piece.split(b"\n"), start=1) if line.strip()]
        for piece in (pieces.head.removeprefix(BYTE_ORDER_MARK), pieces.tail)
    )
    last = [(0, line) for _, line in tail[-ROWS_PER_PIECE:]]
    lines = [*head[:ROWS_PER_PIECE], *last] if last else head
    parsed = [(number, parse_line(line)) for number, line in lines]
    rows = [one for _, one in parsed if isinstance(one, dict)]
    bad = [(number, one) for number, one in parsed if isinstance(one, str)]
    if not rows or len(bad) > len(rows):
        reason = "it holds no JSON objects"
        return UnreadSample(name=name, reason=reason)
    table = pd.DataFrame(rows).astype(object)
    return sample_of(table, pieces, odd=_bad_lines(bad, name, unit), rows_seen=len(parsed))


def _bad_lines(bad: Sequence[tuple[int, str]], name: str, unit: str) -> list[OddRows]:
    """Return what cannot be read, by the reasons of `parse_line`, with the first line of each."""
    lines: dict[str, list[int]] = {}
    for number, reason in bad:
        lines.setdefault(reason, []).append(number)
    return [
        OddRows(
            what=f"cannot be read, because they {_WHY_UNREAD.get(reason, reason)}",
            rows=len(numbers),
            first=place_of(numbers[0], name, unit),
        )
        for reason, numbers in lines.items()
    ]
