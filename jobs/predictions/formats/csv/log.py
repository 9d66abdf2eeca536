"""CSV logs: one pass, block by block; only the rows of the window are ever kept.

A block without anything unusual goes to pyarrow as it is, first its timestamps and then the rows of
the window. Any other block is sorted line by line (`csv_records`) before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pyarrow as pa

from jobs.errors import ObjectError
from jobs.predictions.formats.csv.blocks import ScannedBlock, parse, scan_block
from jobs.predictions.formats.csv.careful_records import LineSorter
from jobs.predictions.formats.csv.dialect import (
    CsvDialect,
    HeaderRules,
    check_line_ends,
    read_header,
)
from jobs.predictions.formats.csv.inner_headers import FoundHeader, find_headers, read_header_line
from jobs.predictions.formats.csv.records import Records
from jobs.predictions.formats.csv.unread import lines_below, overlong_line
from jobs.predictions.formats.log_object import LogObject
from jobs.predictions.formats.text_blocks import BLOCK_BYTES, TextBlock, read_blocks
from jobs.predictions.formats.text_encoding import WINDOWS, TextEncoding
from jobs.predictions.log_columns import check_header
from jobs.predictions.rows.batches import RowBatch, empty_to_null
from jobs.predictions.rows.collector import WindowCollector
from jobs.times.timestamp_parts import Flags, Integers, Texts
from jobs.times.timestamps import TimestampFault, TimestampRules, Timestamps, read_timestamps

_BLOCKS_AHEAD = 3
_WORKERS = 2
# So many lines without a time are looked at one by one.
_FEW_FAULTS = 1_000
# A line that starts so is a row, even where its time cannot be used.
_OF_A_ROW = (TimestampFault.NONE, TimestampFault.AMBIGUOUS, TimestampFault.UNKNOWN_ZONE)


def read_csv_log(
    log: LogObject, collector: WindowCollector, block_bytes: int = BLOCK_BYTES
) -> None:
    """Read one CSV object into the collector.

    Raises
    ------
    ObjectError
        If it is no CSV with the columns that the job names.
    DamagedTextError
        If it is damaged gzip data.
    """
    longest = collector.needed.longest_line_bytes
    blocks = read_blocks(log.path, block_bytes, log.encoding, longest_line=longest)
    first = next(blocks, None)
    if first is not None and first.overlong is not None and not first.data:
        check_line_ends(log.url, first.overlong)
    if first is None or (not first.data and first.overlong is not None):
        most = f"{longest / (1 << 20):.3g} MiB"
        what = "is empty" if first is None else f"starts with a line of more than {most}"
        raise ObjectError(
            log.url, f"the log {what}. Expected a header line; check what writes the log."
        )
    encoding = TextEncoding(None if log.encoding else log.path)
    first = replace(first, data=encoding.as_utf8(first.data))
    rules = HeaderRules(timestamp=collector.time_column, stated=log.header)
    dialect, size, lines = read_header(log.url, first.data, rules)
    check_header(log.url, dialect.columns, collector.needed)
    dialect = replace(dialect, timestamp=collector.know_columns(dialect.columns) or 0)
    collector.columns |= dict.fromkeys(dialect.columns)
    if dialect.delimiter == b";":
        collector.origins.decimal_commas.add(log.name)
    reader = _CsvReader(log.name, encoding, dialect, collector, first_line=lines + 1)
    reader.take(TextBlock(data=first.data[size:], overlong=first.overlong))
    with ThreadPoolExecutor(_WORKERS) as pool:
        for scanned in _scan_ahead(pool, blocks, dialect, collector.rules):
            reader.take_scanned(scanned)
    reader.finish()


def _scan_ahead(
    pool: ThreadPoolExecutor,
    blocks: Iterator[TextBlock],
    dialect: CsvDialect,
    rules: TimestampRules,
) -> Iterator[ScannedBlock]:
    waiting: deque[Future[ScannedBlock]] = deque()
    for block in blocks:
        waiting.append(pool.submit(scan_block, block, dialect, rules))
        if len(waiting) > _BLOCKS_AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _CsvReader:
    """Takes the blocks of one object in their order."""

    def __init__(
        self,
        source: str,
        encoding: TextEncoding,
        dialect: CsvDialect,
        collector: WindowCollector,
        *,
        first_line: int,
    ) -> None:
        self._source = source
        self._encoding = encoding
        self._dialect = dialect
        # Why no row can be read since the last header; empty where rows can.
        self._problem = ""
        self._collector = collector
        self._line = first_line
        self._rest = b""

    def take(self, block: TextBlock) -> None:
        """Read a block that was not scanned yet."""
        self.take_scanned(scan_block(block, self._dialect, self._collector.rules))

    def take_scanned(self, scanned: ScannedBlock) -> None:
        """Read a block, after the lines that the one before left."""
        scanned = self._as_written(scanned)
        if scanned.is_blank and not self._rest:
            self._line += len(scanned.newlines)
        elif self._rest or scanned.times is None or not self._take_usual(scanned, scanned.times):
            self._sort(self._rest + scanned.block.data, scanned.block.overlong is not None)
        if scanned.block.overlong is not None:
            line = overlong_line(self._line, scanned.block.overlong, self._dialect)
            self._collector.reject_lines(self._source, line)
            self._line += 1
        self._collector.settle_places(self._source)

    def finish(self) -> None:
        """Read what waits for lines that do not come."""
        self._sort(self._rest, True)
        if self._encoding.is_windows:
            self._collector.recoded[self._source] = WINDOWS

    def _as_written(self, scanned: ScannedBlock) -> ScannedBlock:
        """Scan a block again where its encoding or a header before it was not known yet."""
        data = scanned.block.data
        if scanned.times is None and not scanned.is_blank:
            data = self._encoding.as_utf8(data)
        if data is scanned.block.data and scanned.dialect is self._dialect:
            return scanned
        block = replace(scanned.block, data=data)
        return scan_block(block, self._dialect, self._collector.rules)

    def _take_usual(self, scanned: ScannedBlock, times: Timestamps) -> bool:
        """Read a block whose times are known; False where a line is no row after all."""
        count = len(scanned.newlines)
        lines = np.arange(self._line, self._line + count, dtype=np.int64)
        if self._problem or self._holds_header(scanned, times):
            return False
        inside = self._collector.in_window(times.moments) & (times.faults == TimestampFault.NONE)
        records, table = None, None
        if inside.any():
            records = Records(data=scanned.block.data, lines=lines, ends=scanned.newlines + 1)
            records = records.take(inside)
            table = self._parse_all(records, multi_line=False)
            if table.num_rows != len(records):
                return False
        wanted = self._collector.select(self._source, lines, scanned.texts, times)
        if records is not None:
            self._add(records, table, times, np.flatnonzero(wanted))
        self._note(lines, times)
        self._line += count
        return True

    def _note(self, lines: Integers, times: Timestamps) -> None:
        good = times.faults == TimestampFault.NONE
        self._collector.note(self._source, lines[good], times.moments[good], times.zoneless[good])

    def _holds_header(self, scanned: ScannedBlock, times: Timestamps) -> bool:
        """Tell whether one of the lines without a time of their own is a header."""
        faulty = np.flatnonzero(times.faults)
        if len(faulty) > _FEW_FAULTS or self._collector.time_column is None:
            return next(find_headers(scanned.block.data, self._dialect), None) is not None
        ends = scanned.newlines[faulty] + 1
        starts = np.where(faulty > 0, scanned.newlines[faulty - 1] + 1, 0)
        return any(
            read_header_line(scanned.block.data[start:end], self._dialect) is not None
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        )

    def _sort(self, data: bytes, is_last: bool) -> None:
        """Read lines, some of them with care, and follow the headers among them."""
        self._rest = b""
        while data:
            changed, repeated = self._next_headers(data)
            part = data if changed is None else data[: changed.start]
            self._sort_part(part, is_last or changed is not None, repeated)
            if changed is None:
                return
            self._follow(changed)
            data = data[changed.stop :]

    def _next_headers(self, data: bytes) -> tuple[FoundHeader | None, list[int]]:
        """Return the first header of other columns, and where those before it end."""
        repeated: list[int] = []
        for header in find_headers(data, self._dialect):
            if self._problem or not header.repeats(self._dialect):
                return header, repeated
            repeated.append(header.stop)
        return None, repeated

    def _follow(self, header: FoundHeader) -> None:
        """Read what comes next by the names of another header."""
        timestamp = self._collector.time_column
        problem = header.problem(timestamp) if timestamp is not None else ""
        self._problem = f"the header in line {self._line} {problem}" if problem else ""
        if not problem:
            dialect = CsvDialect(
                columns=header.columns,
                delimiter=header.delimiter,
                timestamp=header.columns.index(timestamp) if timestamp is not None else 0,
                line=self._line,
            )
            self._collector.change_columns(
                self._source, self._line, self._dialect.columns, dialect.columns
            )
            self._dialect = dialect
        self._line += 1

    def _sort_part(self, data: bytes, is_last: bool, headers: Sequence[int]) -> None:
        """Read lines between two headers of different columns."""
        if not data:
            return
        if self._problem:
            lines = lines_below(data, self._line, self._dialect, self._problem)
            self._collector.reject_lines(self._source, lines)
            self._line += data.count(b"\n")
            return
        sorter = LineSorter(data, self._dialect, self._line, is_last, self._are_rows, headers)
        sorted_lines = sorter.sort()
        self._rest = sorted_lines.rest
        self._line += data.count(b"\n") - self._rest.count(b"\n")
        self._collector.reject_lines(self._source, sorted_lines.unread)
        records = sorted_lines.records
        if not len(records):
            return
        parsed = parse(records.data, self._dialect, [self._dialect.timestamp], multi_line=True)
        texts = parsed.column(0).combine_chunks()
        _check_count(len(texts), records)
        times = read_timestamps(texts, self._collector.rules)
        wanted = self._collector.select(self._source, records.lines, texts, times)
        self._note(records.lines, times)
        if wanted.any():
            records = records.take(wanted)
            table = self._parse_all(records, multi_line=True)
            _check_count(table.num_rows, records)
            self._add(records, table, times, np.flatnonzero(wanted))

    def _parse_all(self, records: Records, *, multi_line: bool) -> Texts:
        names = self._collector.columns_to_read(self._dialect.columns)
        columns = [self._dialect.columns.index(name) for name in names]
        table = parse(records.data, self._dialect, columns, multi_line=multi_line)
        return table.rename_columns(names)

    def _add(self, records: Records, table: Texts, times: Timestamps, rows: Integers) -> None:
        self._collector.add(
            RowBatch(
                source=self._source,
                table=empty_to_null(table),
                moments=times.moments[rows],
                zoneless=times.zoneless[rows],
                lines=records.lines,
            )
        )

    def _are_rows(self, texts: list[str]) -> Flags:
        times = read_timestamps(pa.array(texts, pa.string()), self._collector.rules)
        return np.isin(times.faults, _OF_A_ROW)


def _check_count(count: int, records: Records) -> None:
    if count != len(records):
        raise AssertionError(f"{len(records)} records were read as {count}")
