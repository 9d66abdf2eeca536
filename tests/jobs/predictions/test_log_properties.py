from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.job_file.prediction_settings import LogColumns
from jobs.predictions.formats.csv.log import read_csv_log
from jobs.predictions.formats.log_object import LogObject
from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.rows.collector import WindowCollector
from jobs.predictions.rows.tally import tally_rows
from jobs.times.timestamps import TimestampRules
from jobs.times.windows import WindowRequest
from tests.support.fuzzed_logs import as_log, log_lines
from tests.support.log_window import WINDOW_END, read_log

COLUMNS = ("timestamp", "id", "name")
TIMES = st.sampled_from(
    [
        "2025-03-04T10:00:00",
        "2025-03-04 10:00:00Z",
        "04.03.2025 11:00:00",
        "2025-03-04T11:00:00+00:00",
        "2025-01-01T00:00:00",
        "never",
    ]
)
TEXTS = st.text(st.sampled_from("ab é,;\"\n'|"), max_size=6)
ROWS = st.lists(st.tuples(TIMES, st.sampled_from("12345"), TEXTS), max_size=12)
REQUESTS = st.sampled_from(
    [WindowRequest(end=WINDOW_END, last=timedelta(days=1)), WindowRequest(end=WINDOW_END, rows=3)]
)


def written(rows, columns=COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[row[COLUMNS.index(name)] for name in columns] for row in rows])
    return text.getvalue()


@settings(max_examples=60)
@given(ROWS, REQUESTS, st.data())
def test_neither_order_nor_partitions_nor_column_order_change_the_rows(rows, request, data):
    plain = read_log({"logs/one.csv": written(rows)}, "logs/*.csv", request=request)
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    bounds = list(zip([0, *cuts], [*cuts, len(rows)], strict=True))
    objects = {
        f"logs/{n}.csv": written(shuffled[a:b], data.draw(st.permutations(COLUMNS)))
        for n, (a, b) in enumerate(bounds)
    }
    parted = read_log(objects, "logs/*.csv", request=request)
    pd.testing.assert_frame_equal(plain.fields, parted.fields)
    pd.testing.assert_frame_equal(plain.raw, parted.raw)
    assert plain.window == parted.window
    assert plain.tally.reasons == parted.tally.reasons
    assert plain.tally.rows == parted.tally.rows
    assert plain.assumed_timezone == parted.assumed_timezone


def sample(identity: int, kind: str) -> tuple[bytes, str | None, int]:
    """Return a line (or two), why it is rejected, and how many lines it takes."""
    start = f"2025-03-04T10:00:00,{identity},".encode()
    return {
        "good": (start + b"cat\n", None, 1),
        "crlf": (start + b"cat\r\n", None, 1),
        "quoted": (start + b'"a ""big"", cat"\n', None, 1),
        "inch": (start + b'5" cat\n', None, 1),
        "inches": (start + b'5" by 7" cat\n', None, 1),
        "two lines": (start + b'"two\nlines"\n', None, 2),
        "many lines": (start + b'"' + b"\n" * 50 + b'"\n', None, 51),
        "return inside": (start + b'"two\rparts"\n', None, 1),
        "blank": (b"\n", "", 1),
        "spaces": (b"  \t \n", "", 1),
        "open": (start + b'"cat\n', "unbalanced quote", 1),
        "odd": (start + b'"cat""\n', "unbalanced quote", 1),
        "short": (b"2025-03-04T10:00:00\n", "wrong number of fields", 1),
        "long": (start + b"a,b,c\n", "wrong number of fields", 1),
        "nul": (start + b'"a\0"\n', "NUL byte", 1),
        "latin": (start + b"m\x81ll\n", "not UTF-8", 1),
        "return": (start + b"a\rb\n", "stray carriage return", 1),
        "endless": (start + b"x" * (1 << 20) + b"\n", "line too long", 1),
        "timeless": (b",1,cat\n", "no timestamp", 1),
        "dateless": (b"hm,1,cat\n", "unreadable timestamp", 1),
    }[kind]


KINDS = st.sampled_from(
    [
        *("good", "crlf", "quoted", "inch", "inches", "two lines", "many lines", "return inside"),
        *("blank", "spaces", "open", "odd", "short", "long", "nul", "latin", "return"),
        *("timeless", "dateless"),
    ]
)


def collect(
    path: Path, content: bytes, block_bytes: int, rows: int | None = None
) -> WindowCollector:
    path.write_bytes(content)
    last = timedelta(days=2) if rows is None else None
    collector = WindowCollector(
        request=WindowRequest(end=WINDOW_END, last=last, rows=rows),
        rules=TimestampRules(),
        needed=NeededColumns(named=LogColumns()),
    )
    log = LogObject(name="log.csv", url="file:///log.csv", path=path)
    read_csv_log(log, collector, block_bytes)
    return collector


@pytest.fixture(scope="module")
def log_path(tmp_path_factory):
    return tmp_path_factory.mktemp("log") / "log.csv"


@settings(max_examples=80)
@given(kinds=st.lists(KINDS, max_size=20), block_bytes=st.integers(30, 600), newline=st.booleans())
def test_no_bad_line_costs_a_good_row_and_every_line_is_accounted_for(
    log_path, kinds, block_bytes, newline
):
    content, line = b"timestamp,id,name\n", 2
    good: list[str] = []
    bad: list[tuple[int, str]] = []
    for identity, kind in enumerate(kinds):
        text, reason, lines = sample(identity, kind)
        content += text
        if reason is None:
            good.append(str(identity))
        elif reason:
            bad.append((line, reason))
        line += lines
    collector = collect(log_path, content if newline else content[:-1], block_bytes)
    rows = collector.rows()
    tally = collector.rejections.tally(len(rows), collector.start)
    found = rows.table["id"].to_pylist() if len(rows) else []
    assert sorted(found, key=int) == good
    assert [(row.line, row.reason) for row in tally.examples] == bad
    assert tally.rows == len(good) + len(bad)


@settings(max_examples=20)
@given(
    kinds=st.lists(st.sampled_from(["good", "open", "two lines", "endless"]), max_size=5),
    block_bytes=st.sampled_from([1 << 16, 1 << 20, 3 << 20]),
)
def test_endless_lines_fall_out_wherever_the_blocks_end(log_path, kinds, block_bytes):
    content = b"timestamp,id,name\n" + b"".join(sample(n, kind)[0] for n, kind in enumerate(kinds))
    collector = collect(log_path, content, block_bytes)
    tally = collector.rejections.tally(len(collector.rows()), collector.start)
    expected = {kind: kinds.count(kind) for kind in ("endless", "open")}
    assert tally.reasons.get("line too long", 0) == expected["endless"]
    assert tally.reasons.get("unbalanced quote", 0) == expected["open"]
    assert tally.rows == len(kinds)


PIECES = st.sampled_from(
    [
        b'"',
        b'""',
        b",",
        b"\n",
        b"\r",
        b"\r\n",
        b"a",
        b" ",
        b"\0",
        b"\xff",
        b"2025-03-04T10:00:00,1,",
    ]
)


@settings(max_examples=80)
@given(
    content=st.lists(PIECES, max_size=40).map(b"".join),
    block_bytes=st.integers(8, 60),
)
def test_any_bytes_at_all_are_read_the_same_in_any_blocks(log_path, content, block_bytes):
    header = b"timestamp,id,name\n"
    small = collect(log_path, header + content, block_bytes)
    whole = collect(log_path, header + content, 1 << 20)
    one, other = small.rows(), whole.rows()
    assert one.table.to_pydict() == other.table.to_pydict()
    assert one.lines.tolist() == other.lines.tolist()
    assert small.rejections.tally(0, None) == whole.rejections.tally(0, None)


@settings(max_examples=40)
@given(lines=log_lines(most=25), block_bytes=st.integers(30, 400), rows=st.sampled_from([None, 5]))
def test_headers_encodings_and_lost_rows_are_the_same_in_any_blocks(
    log_path, lines, block_bytes, rows
):
    small = collect(log_path, as_log(lines), block_bytes, rows)
    one = small.rows()
    tally = tally_rows(small, one, [])
    whole = collect(log_path, as_log(lines), 1 << 20, rows)
    other = whole.rows()
    assert one.lines.tolist() == other.lines.tolist()
    assert one.table.to_pylist() == other.table.to_pylist()
    assert tally == tally_rows(whole, other, [])
    assert tally.rows == len(one) + tally.rejected
