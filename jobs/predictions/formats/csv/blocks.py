"""Blocks of a CSV log that hold nothing unusual: their times, and whole columns by pyarrow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from pyarrow import csv

from jobs.predictions.formats.csv.dialect import CsvDialect
from jobs.predictions.formats.csv.equal_fields import times_of_first_fields
from jobs.predictions.formats.text_blocks import TextBlock
from jobs.predictions.formats.text_encoding import is_utf8
from jobs.times.timestamp_parts import Integers, Texts
from jobs.times.timestamps import TimestampRules, Timestamps, read_timestamps


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedBlock:
    """A block and, where nothing in it is unusual, the times of its rows.

    Attributes
    ----------
    dialect
        How it was taken to be written.
    newlines
        Where its lines end.
    times
        The timestamps, one per line; None where care is needed.
    is_blank
        Whether all its lines are blank.
    texts
        The timestamps as written; None where none of them is faulty, and where the lines may have
        fields that are too many or too few.
    """

    block: TextBlock
    dialect: CsvDialect
    newlines: Integers
    times: Timestamps | None = None
    texts: Texts = None
    is_blank: bool = False


def scan_block(block: TextBlock, dialect: CsvDialect, rules: TimestampRules) -> ScannedBlock:
    """Read the times of a block's rows, if it holds nothing unusual."""
    # numpy searches without the interpreter's lock, so that two blocks are scanned at once.
    raw = np.frombuffer(block.data, np.uint8)
    newlines = np.flatnonzero(raw == ord("\n"))
    scanned = ScannedBlock(block=block, dialect=dialect, newlines=newlines)
    # A blank line of a log with one column cannot be told from a row without a value.
    if not len(newlines) or len(dialect.columns) == 1 or not _is_usual(block.data):
        return scanned
    if block.data.isspace():
        return replace(scanned, is_blank=dialect.delimiter not in block.data)
    if dialect.timestamp == 0 and rules.takes_texts_as_they_are and b'"' not in block.data:
        times = times_of_first_fields(raw, newlines, dialect.delimiter, rules)
        if times is not None:
            return replace(scanned, times=times)
    texts = _parse_lines(block.data, dialect)
    if texts is None or len(texts) != len(newlines):
        return scanned
    texts = texts.combine_chunks()
    return replace(scanned, texts=texts, times=read_timestamps(texts, rules))


def _parse_lines(data: bytes, dialect: CsvDialect) -> Texts | None:
    """Return the timestamps of lines, one each; fewer, or None, where a line is no row.

    A row with other fields is skipped, and a quote that stays open joins lines: either way some
    are missing in the end. A last line shows whether the one before it left a quote open.
    """
    if b'"' not in data:
        return parse(data, dialect, [dialect.timestamp]).column(0)
    sentinel = dialect.delimiter * (len(dialect.columns) - 1) + b"\n"
    try:
        texts = parse(data + sentinel, dialect, [dialect.timestamp], multi_line=True).column(0)
    except pa.ArrowInvalid:
        return None
    return texts[:-1]


def _is_usual(data: bytes) -> bool:
    if b"\0" in data:
        return False
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        return False
    return is_utf8(data)


def parse(
    data: bytes, dialect: CsvDialect, columns: list[int], *, multi_line: bool = False
) -> Texts:
    """Return some columns as text, named by their position; rows with other fields are skipped."""
    names = [str(position) for position in range(len(dialect.columns))]
    return csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(
            column_names=names, block_size=len(data) + 1, use_threads=False
        ),
        parse_options=csv.ParseOptions(
            delimiter=dialect.delimiter.decode(),
            newlines_in_values=multi_line,
            invalid_row_handler=lambda _: "skip",
        ),
        convert_options=csv.ConvertOptions(
            include_columns=[names[position] for position in columns],
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
        ),
    )
