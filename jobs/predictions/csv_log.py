"""CSV logs: one pass, block by block; only the rows of the window are ever kept.

A block without anything unusual goes to pyarrow as it is, first its timestamps and then the rows of
the window. Any other block is sorted line by line (`csv_records`) before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from pyarrow import csv

from jobs.errors import ObjectError
from jobs.predictions.csv_dialect import CsvDialect, check_line_ends, read_header
from jobs.predictions.csv_records import LineSorter, overlong_line, time_text
from jobs.predictions.equal_fields import times_of_first_fields
from jobs.predictions.log_columns import check_header
from jobs.predictions.log_object import LogObject
from jobs.predictions.records import Records
from jobs.predictions.text_blocks import BLOCK_BYTES, Block, read_blocks
from jobs.predictions.window_rows import RowBatch, WindowCollector, empty_to_null
from jobs.timestamp_parts import Integers, Texts
from jobs.timestamps import TimestampFault, TimestampRules, Timestamps, read_timestamps

_BLOCKS_AHEAD = 3
_WORKERS = 2
# A line that starts so is a row, even where its time cannot be used.
_OF_A_ROW = (TimestampFault.NONE, TimestampFault.AMBIGUOUS, TimestampFault.UNKNOWN_ZONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedBlock:
    """A block and, where nothing in it is unusual, the times of its rows.

    Attributes
    ----------
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

    block: Block
    newlines: Integers
    times: Timestamps | None = None
    texts: Texts = None
    is_blank: bool = False


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
    blocks = read_blocks(log.path, block_bytes)
    first = next(blocks, None)
    if first is not None and first.overlong is not None and not first.data:
        check_line_ends(log.url, first.overlong)
    if first is None or (not first.data and first.overlong is not None):
        what = "is empty" if first is None else "starts with a line of more than 1 MiB"
        raise ObjectError(
            log.url, f"the log {what}. Expected a header line; check what writes the log."
        )
    dialect, size, lines = read_header(log.url, first.data, collector.needed.named.timestamp)
    check_header(log.url, dialect.columns, collector.needed)
    collector.columns |= dict.fromkeys(dialect.columns)
    reader = _CsvReader(log.name, dialect, collector, first_line=lines + 1)
    reader.take(Block(data=first.data[size:], overlong=first.overlong))
    with ThreadPoolExecutor(_WORKERS) as pool:
        for scanned in _scan_ahead(pool, blocks, dialect, collector.rules):
            reader.take_scanned(scanned)
    reader.finish()


def _scan_ahead(
    pool: ThreadPoolExecutor, blocks: Iterator[Block], dialect: CsvDialect, rules: TimestampRules
) -> Iterator[ScannedBlock]:
    waiting: deque[Future[ScannedBlock]] = deque()
    for block in blocks:
        waiting.append(pool.submit(scan_block, block, dialect, rules))
        if len(waiting) > _BLOCKS_AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def scan_block(block: Block, dialect: CsvDialect, rules: TimestampRules) -> ScannedBlock:
    """Read the times of a block's rows, if it holds nothing unusual."""
    # numpy searches without the interpreter's lock, so that two blocks are scanned at once.
    raw = np.frombuffer(block.data, np.uint8)
    newlines = np.flatnonzero(raw == ord("\n"))
    scanned = ScannedBlock(block=block, newlines=newlines)
    # A blank line of a log with one column cannot be told from a row without a value.
    if not len(newlines) or len(dialect.columns) == 1 or not _is_usual(block.data):
        return scanned
    if block.data.isspace():
        return replace(scanned, is_blank=dialect.delimiter not in block.data)
    if dialect.timestamp == 0 and b'"' not in block.data:
        times = times_of_first_fields(raw, newlines, dialect.delimiter, rules)
        if times is not None:
            return replace(scanned, times=times)
    texts = _parse_lines(block.data, dialect)
    if texts is None or len(texts) != len(newlines):
        return scanned
    texts = texts.combine_chunks()
    return replace(scanned, texts=texts, times=read_timestamps(texts, rules))


def _parse_lines(data: bytes, dialect: CsvDialect) -> Texts | None:
    """Return the timestamps of lines of which each is a row; fewer, or None, where one is not.

    A row with other fields is skipped, and a quote that stays open joins lines: either way some
    are missing in the end. A last line shows whether the one before it left a quote open.
    """
    if b'"' not in data:
        return _parse(data, dialect, [dialect.timestamp]).column(0)
    sentinel = dialect.delimiter * (len(dialect.columns) - 1) + b"\n"
    try:
        texts = _parse(data + sentinel, dialect, [dialect.timestamp], multi_line=True).column(0)
    except pa.ArrowInvalid:
        return None
    return texts[:-1]


def _is_usual(data: bytes) -> bool:
    if b"\0" in data:
        return False
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        return False
    if data.isascii():
        return True
    try:
        str(data, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _CsvReader:
    """Takes the blocks of one object in their order."""

    def __init__(
        self, source: str, dialect: CsvDialect, collector: WindowCollector, first_line: int
    ) -> None:
        self._source = source
        self._dialect = dialect
        self._collector = collector
        self._line = first_line
        self._rest = b""

    def take(self, block: Block) -> None:
        """Read a block that was not scanned yet."""
        self.take_scanned(scan_block(block, self._dialect, self._collector.rules))

    def take_scanned(self, scanned: ScannedBlock) -> None:
        """Read a block, after the lines that the one before left."""
        if scanned.is_blank and not self._rest:
            self._line += len(scanned.newlines)
        elif self._rest or scanned.times is None or not self._take_usual(scanned, scanned.times):
            self._sort(self._rest + scanned.block.data, scanned.block.overlong is not None)
        if scanned.block.overlong is not None:
            line = overlong_line(self._line, scanned.block.overlong, self._dialect)
            self._collector.reject_lines(self._source, [line])
            self._line += 1
        self._collector.places.settle(self._source)

    def finish(self) -> None:
        """Read what waits for lines that do not come."""
        self._sort(self._rest, True)

    def _take_usual(self, scanned: ScannedBlock, times: Timestamps) -> bool:
        """Read a block whose times are known; False where a wanted line is no row after all."""
        count = len(scanned.newlines)
        lines = np.arange(self._line, self._line + count, dtype=np.int64)
        wanted = self._collector.select(self._source, lines, scanned.texts, times)
        if wanted.any():
            records = Records(data=scanned.block.data, lines=lines, ends=scanned.newlines + 1)
            records = records.take(wanted)
            table = self._parse_all(records, multi_line=False)
            if table.num_rows != len(records):
                return False
            self._add(records, table, times, np.flatnonzero(wanted))
        self._line += count
        return True

    def _sort(self, data: bytes, is_last: bool) -> None:
        self._rest = b""
        if not data:
            return
        sorter = LineSorter(data, self._dialect, self._line, is_last, self._looks_like_a_row)
        sorted_lines = sorter.sort()
        self._rest = sorted_lines.rest
        self._line += data.count(b"\n") - self._rest.count(b"\n")
        self._collector.reject_lines(self._source, sorted_lines.unread)
        records = sorted_lines.records
        if not len(records):
            return
        parsed = _parse(records.data, self._dialect, [self._dialect.timestamp], multi_line=True)
        texts = parsed.column(0).combine_chunks()
        _check_count(len(texts), records)
        times = read_timestamps(texts, self._collector.rules)
        wanted = self._collector.select(self._source, records.lines, texts, times)
        if wanted.any():
            records = records.take(wanted)
            table = self._parse_all(records, multi_line=True)
            _check_count(table.num_rows, records)
            self._add(records, table, times, np.flatnonzero(wanted))

    def _parse_all(self, records: Records, *, multi_line: bool) -> Texts:
        columns = list(range(len(self._dialect.columns)))
        table = _parse(records.data, self._dialect, columns, multi_line=multi_line)
        return table.rename_columns(list(self._dialect.columns))

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

    def _looks_like_a_row(self, fields: list[bytes]) -> bool:
        text = pa.array([time_text(fields, self._dialect)])
        fault = read_timestamps(text, self._collector.rules).faults[0]
        return fault in _OF_A_ROW


def _parse(
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


def _check_count(count: int, records: Records) -> None:
    if count != len(records):
        raise AssertionError(f"{len(records)} records were read as {count}")
