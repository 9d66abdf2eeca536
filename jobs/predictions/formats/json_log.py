"""JSON logs: lines of one object each; those outside the window are passed over unparsed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.errors import ObjectError
from jobs.predictions.formats.csv.dialect import check_text, lines_end_in_returns
from jobs.predictions.formats.json_lines import parse_line
from jobs.predictions.formats.json_values import read_value_blocks
from jobs.predictions.formats.log_object import LogObject
from jobs.predictions.formats.text_blocks import BLOCK_BYTES, TextBlock, read_blocks
from jobs.predictions.formats.text_encoding import WINDOWS, TextEncoding
from jobs.predictions.log_columns import check_header, check_width
from jobs.predictions.rows.batches import RowBatch, empty_to_null
from jobs.predictions.rows.collector import WindowCollector
from jobs.predictions.rows.rejections import (
    LINE_TOO_LONG,
    UnreadLines,
    shorten,
)
from jobs.times.timestamp_parts import Flags, Integers, Texts
from jobs.times.timestamps import TimestampFault, Timestamps, read_timestamps

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_json_lines_log(
    log: LogObject, collector: WindowCollector, block_bytes: int = BLOCK_BYTES
) -> None:
    """Read one object of JSON lines into the collector.

    Raises
    ------
    ObjectError
        If no line is a JSON object with the timestamp column.
    DamagedTextError
        If it is damaged gzip data.
    """
    longest = collector.needed.longest_line_bytes
    blocks = read_blocks(log.path, block_bytes, log.encoding, longest_line=longest)
    _read(log, collector, blocks)


def read_json_log(
    log: LogObject, collector: WindowCollector, block_bytes: int = BLOCK_BYTES
) -> None:
    """Read one object of any other JSON into the collector: its objects, however they are parted.

    Raises
    ------
    ObjectError
        If there is no JSON object with the timestamp column.
    DamagedTextError
        If it is damaged gzip data.
    """
    collector.origins.count_objects(log.name)
    longest = collector.needed.longest_line_bytes
    blocks = read_value_blocks(log.path, block_bytes, log.encoding, longest_line=longest)
    _read(log, collector, blocks)


def _read(log: LogObject, collector: WindowCollector, blocks: Iterable[TextBlock]) -> None:
    encoding = TextEncoding(None if log.encoding else log.path)
    reader = JsonReader(log.name, log.url, encoding, collector)
    for block in blocks:
        reader.take(block.data)
        if block.overlong is not None:
            reader.take_overlong(block.overlong)
    reader.finish()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glance:
    """What can be said of the lines without parsing them.

    Attributes
    ----------
    texts
        What stands at the only place where the timestamp's name does; empty where it stands more
        than once or not at all.
    outside
        Lines that are surely rows outside the window.
    times
        The times that the texts name.
    """

    texts: list[str]
    outside: Flags
    times: Timestamps


class JsonReader:
    """Takes the blocks of one object, or of several that are read as one, in their order.

    Parameters
    ----------
    source, url
        What the bucket and what users call it.
    is_one_object
        Whether its first line tells what all of it is, as that of several objects does not.
    """

    def __init__(
        self,
        source: str,
        url: str,
        encoding: TextEncoding,
        collector: WindowCollector,
        *,
        is_one_object: bool = True,
    ) -> None:
        self._source, self._url = source, url
        self._collector = collector
        self._encoding = encoding
        self._line = 1
        self._is_first = is_one_object
        self._knows_columns = False
        self._objects = 0
        self._columns: dict[str, None] = {}
        self._know_time_column()

    def _know_time_column(self) -> None:
        """Look for the times where they stand; what has none of its own has a name for them."""
        needed = self._collector.needed
        self._timestamp = self._collector.time_column or needed.named.timestamp
        self._key = json.dumps(self._timestamp, ensure_ascii=False)
        key = re.escape(self._key)
        self._glance_pattern = rf'{key}\s*:\s*(?:"(?P<text>[^"\\]*)"|(?P<number>[0-9.]+))'

    def forget_columns(self) -> None:
        """Say that the next rows may be of another object."""
        self._knows_columns = False

    def _begin(self, data: bytes) -> None:
        """Take in the columns of the first row."""
        for line in data.split(b"\n"):
            row = parse_line(line) if line.strip() else ""
            if not isinstance(row, str):
                self._knows_columns = True
                self._collector.know_columns(list(row))
                self._know_time_column()
                return

    def take(self, data: bytes) -> None:
        """Read whole lines."""
        if not data:
            return
        if self._is_first:
            check_text(self._url, data)
            if b"}\r{" in data.partition(b"\n")[0]:
                raise lines_end_in_returns(self._url)
            data = data.removeprefix(_BYTE_ORDER_MARK)
            self._is_first = False
        data = self._encoding.as_utf8(data)
        if not self._knows_columns and self._collector.needed.of_names.tells_something:
            self._begin(data)
        if not data or data.isspace():
            self._line += data.count(b"\n")
            return
        lines = data.removesuffix(b"\n").split(b"\n")
        glance = self._glance(lines)
        self._objects += int(glance.outside.sum())
        rows, unread = self._parse(lines, glance)
        outside = np.flatnonzero(glance.outside)
        self._collector.see(self._source, outside + self._line, glance.times.moments[outside])
        self._collector.reject_lines(self._source, unread)
        times = self._add(list(rows.values()), list(rows))
        self._collector.settle_places(self._source)
        self._note(outside + self._line, _some(glance.times, outside), list(rows), times)
        self._line += len(lines)

    def _parse(
        self, lines: list[bytes], glance: _Glance
    ) -> tuple[dict[int, dict[str, str | None]], UnreadLines]:
        """Return the rows that may be in the window, by line, and the lines that are no rows."""
        rows: dict[int, dict[str, str | None]] = {}
        unread: dict[int, str] = {}
        for position in np.flatnonzero(~glance.outside).tolist():
            if not lines[position].strip():
                continue
            parsed = parse_line(lines[position])
            if isinstance(parsed, str):
                unread[position] = parsed
            else:
                rows[self._line + position] = parsed
        places = np.array(list(unread), np.int64)
        return rows, UnreadLines(
            numbers=places + self._line,
            reasons=np.array(list(unread.values()), object),
            time_texts=[glance.texts[position] for position in unread],
            describe=lambda place: shorten(lines[places[place]]),
        )

    def _note(
        self, outside: Integers, passed: Timestamps, numbers: list[int], times: Timestamps | None
    ) -> None:
        """Take in the times of a block's lines in their order; they were read in two ways."""
        both = [(outside, passed)]
        if times is not None:
            good = np.flatnonzero(times.faults == TimestampFault.NONE)
            both.append((np.array(numbers, np.int64)[good], _some(times, good)))
        lines = np.concatenate([one for one, _ in both])
        order = np.argsort(lines)
        self._collector.note(
            self._source,
            lines[order],
            np.concatenate([one.moments for _, one in both])[order],
            np.concatenate([one.zoneless for _, one in both])[order],
        )

    def take_overlong(self, head: bytes) -> None:
        """Count a line that is too long; only its first bytes were kept."""
        if self._is_first and b"}\r{" in head:
            raise lines_end_in_returns(self._url)
        self._is_first = False
        glance = self._glance([head])
        line = UnreadLines.single(self._line, LINE_TOO_LONG, glance.texts[0])
        self._collector.reject_lines(self._source, line)
        self._line += 1

    def finish(self) -> None:
        """Check that the object was a log at all."""
        if not self._objects:
            raise ObjectError(
                self._url,
                "the log holds no JSON object. Expected one JSON object a line, or another form "
                'that predictions.format = "json" takes in; check predictions.path and what writes '
                "the log.",
            )
        if self._columns:
            check_header(self._url, list(self._columns), self._collector.needed)
        self._collector.columns |= self._columns
        if self._encoding.is_windows:
            self._collector.recoded[self._source] = WINDOWS

    def _glance(self, lines: list[bytes]) -> _Glance:
        column = pa.array(
            [line if line.isascii() else line.decode("utf-8", "replace") for line in lines],
            pa.string(),
        )
        groups = pc.extract_regex(column, self._glance_pattern)
        found = pc.binary_join_element_wise(
            pc.struct_field(groups, "text"), pc.struct_field(groups, "number"), ""
        )
        once = pc.equal(pc.count_substring(column, self._key), 1)
        texts = pc.if_else(once, pc.fill_null(found, ""), "")
        times = read_timestamps(texts, self._collector.rules)
        readable = times.faults == TimestampFault.NONE
        flat = pc.and_(
            pc.equal(pc.count_substring(column, "{"), 1),
            pc.match_substring_regex(column, r"^\s*\{.*\}\s*$"),
        ).to_numpy(zero_copy_only=False)
        outside = readable & flat & ~self._collector.in_window(times.moments)
        return _Glance(texts=texts.to_pylist(), outside=outside, times=times)

    def _add(self, rows: list[dict[str, str | None]], numbers: list[int]) -> Timestamps | None:
        if not rows:
            return None
        self._objects += len(rows)
        columns = dict.fromkeys(name for row in rows for name in row)
        self._columns |= columns
        check_width(self._url, len(self._columns))
        # A row may consist of an empty object: then there is no column to count it by.
        columns.setdefault(self._timestamp, None)
        table = pa.table(
            {name: pa.array([row.get(name) for row in rows], pa.string()) for name in columns}
        )
        lines = np.array(numbers, dtype=np.int64)
        texts: Texts = table[self._timestamp].combine_chunks()
        times = read_timestamps(texts, self._collector.rules)
        wanted = np.flatnonzero(self._collector.select(self._source, lines, texts, times))
        if len(wanted):
            batch = RowBatch(
                source=self._source,
                table=empty_to_null(table),
                moments=times.moments,
                zoneless=times.zoneless,
                lines=lines,
            )
            self._collector.add(batch.take(wanted))
        return times


def _some(times: Timestamps, rows: Integers) -> Timestamps:
    return Timestamps(
        moments=times.moments[rows], faults=times.faults[rows], zoneless=times.zoneless[rows]
    )
