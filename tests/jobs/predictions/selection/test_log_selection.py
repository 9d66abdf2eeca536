from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.errors import ObjectError, ObjectMissingError
from jobs.predictions.selection.object_names import LogFormat, compile_glob, format_of, named_span
from jobs.times.windows import WindowRequest
from tests.support.log_window import WINDOW_END, ids, read_log

HEADER = "timestamp,id\n"
UNREADABLE = bytes(range(256))


def day(date: str, identity: str = "1") -> str:
    return f"{HEADER}{date}T10:00:00,{identity}\n"


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("logs/*.csv", "logs/a.csv", True),
        ("logs/*.csv", "logs/x/a.csv", False),
        ("logs/**/*.csv", "logs/x/y/a.csv", True),
        ("logs/**/*.csv", "logs/a.csv", True),
        ("logs/**", "logs/x/a.csv", True),
        ("logs/?.csv", "logs/ab.csv", False),
        ("logs/*/*.csv", "logs/x/a.csv", True),
        ("l[o]gs/*.csv", "l[o]gs/a.csv", True),
        ("logs/*.csv", "logs/axcsv", False),
    ],
)
def test_a_star_stays_within_a_folder_and_two_cross_them(pattern, name, matches):
    assert bool(compile_glob(pattern).fullmatch(name)) == matches


def expression(pattern: str) -> re.Pattern[str]:
    """Return a glob as a regular expression, which tries every way there is."""
    wild = {"**/": "((?:[^/]+/)*)", "**": "(.*)", "*": "([^/]*)", "?": "([^/])"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(wild.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)


PATTERNS = st.lists(st.sampled_from(["**/", "**", "*", "?", "/", "a", "b", "ab"]), max_size=8)


@settings(max_examples=1500)
@given(PATTERNS.map("".join), st.text("aab/\n", max_size=10))
def test_a_glob_matches_what_its_regular_expression_does_in_the_same_places(pattern, name):
    expected = expression(pattern).fullmatch(name)
    match = compile_glob(pattern).fullmatch(name)
    assert (match is None) == (expected is None)
    if match and expected:
        groups = range(1, expected.re.groups + 1)
        assert match.spans == tuple(expected.span(group) for group in groups)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*a" * 30 + ".csv", "a" * 1000 + ".txt"),
        ("**/" * 40 + "x.csv", "a/" * 500 + "y.csv"),
        ("**a" * 30 + ".csv", "a/" * 500 + ".txt"),
        ("**/*a" * 20 + ".csv", "aa/" * 300 + ".txt"),
    ],
)
def test_many_wildcards_take_no_time(pattern, name):
    start = time.perf_counter()
    assert compile_glob(pattern).fullmatch(name) is None
    # Trying every way takes minutes.
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("logs/2025-03-04.csv", "2025-03-04", "2025-03-05"),
        ("logs/2025_03_04_10.csv", "2025-03-04", "2025-03-05"),
        ("logs/log-20250304.csv", "2025-03-04", "2025-03-05"),
        ("logs/2025030410.csv", "2025-03-04", "2025-03-05"),
        ("logs/20250304T101500Z.csv", "2025-03-04", "2025-03-05"),
        ("logs/2025/03/04/part-0001.csv", "2025-03-04", "2025-03-05"),
        ("logs/2025/03/04/10/a.csv", "2025-03-04", "2025-03-05"),
        ("logs/2025-03.csv", "2025-03-01", "2025-04-01"),
        ("logs/2025/12/a.csv", "2025-12-01", "2026-01-01"),
        ("logs/2025/03/2025-03-04.csv", "2025-03-04", "2025-03-05"),
        ("logs/year=2025/month=03/day=04/a.csv", "2025-03-04", "2025-03-05"),
        ("logs/year=2025/month=3/day=4/hour=7/a.csv", "2025-03-04", "2025-03-05"),
        ("logs/year=2025/month=3/a.csv", "2025-03-01", "2025-04-01"),
        ("logs/year=2025/a.csv", "2025-01-01", "2026-01-01"),
        ("logs/dt=2025-03-04/a.csv", "2025-03-04", "2025-03-05"),
        ("logs/date=20250304/a.csv", "2025-03-04", "2025-03-05"),
    ],
)
def test_the_days_that_a_name_tells_are_found(name, first, last):
    span = named_span(name, compile_glob("logs/**"))
    assert span is not None
    assert (span.start.date().isoformat(), span.end.date().isoformat()) == (first, last)


@pytest.mark.parametrize(
    "name",
    [
        "logs/part-0001.csv",
        "logs/2025-03-01_2025-03-07.csv",
        "logs/2025-13-40.csv",
        "logs/123456789012.csv",
        "logs/202503.csv",
        "logs/20259999.csv",
        "logs/1741082400.csv",
    ],
)
def test_a_name_without_one_clear_date_tells_nothing(name):
    assert named_span(name, compile_glob("logs/**")) is None


def test_a_date_that_is_part_of_the_pattern_tells_nothing_of_one_object():
    assert named_span("model_20240101/a.csv", compile_glob("model_20240101/*.csv")) is None
    assert named_span("a/run_2024-01-01.csv", compile_glob("*/run_2024-01-01.csv")) is None


def test_formats_are_told_by_the_names_ending():
    assert format_of("a/B.CSV") is LogFormat.CSV
    assert format_of("a.csv.gz") is LogFormat.CSV
    assert format_of("a.ndjson") is LogFormat.JSON_LINES
    assert format_of("a.jsonl.gz") is LogFormat.JSON_LINES
    assert format_of("a.parquet") is LogFormat.PARQUET
    assert format_of("a.xlsx") is None


def test_partitions_that_cannot_hold_the_window_are_not_read():
    objects = {"logs/2025-03-04.csv": day("2025-03-04")}
    objects |= {
        f"logs/2025-{month}.csv": UNREADABLE for month in ("01-01", "03-01", "03-07", "06-01")
    }
    assert ids(read_log(objects, "logs/*.csv")) == ["1"]


def test_the_neighbouring_days_are_read_too():
    objects = {
        "logs/2025/03/03/a.csv": day("2025-03-04", "1"),
        "logs/2025/03/04/a.csv": day("2025-03-04", "2"),
        "logs/2025/03/05/a.csv": day("2025-03-04", "3"),
    }
    assert ids(read_log(objects, "logs/**/*.csv")) == ["1", "2", "3"]


def test_objects_without_a_date_are_always_read():
    objects = {"logs/2025-03-04.csv": day("2025-03-04"), "logs/late.csv": day("2025-03-04", "2")}
    assert ids(read_log(objects, "logs/*.csv")) == ["1", "2"]


def test_names_that_prove_false_make_every_object_be_read():
    weekly = HEADER + "".join(f"2025-03-0{n}T10:00:00,{n}\n" for n in range(3, 9))
    objects = {
        "logs/2025-03-03.csv": weekly,
        "logs/2025-02-24.csv": HEADER + "2025-03-04T12:00:00,late\n",
    }
    assert ids(read_log(objects, "logs/*.csv")) == ["4", "late"]


def test_a_window_by_rows_reads_the_newest_partitions_until_it_is_full():
    objects = {f"logs/2025-02-{n:02}.csv": day(f"2025-02-{n:02}", str(n)) for n in range(10, 29)}
    objects |= {"logs/2025-01-01.csv": UNREADABLE, "logs/2025-03-20.csv": UNREADABLE}
    rows = read_log(objects, "logs/*.csv", request=WindowRequest(end=WINDOW_END, rows=3))
    assert ids(rows) == ["26", "27", "28"]


def test_dated_partitions_that_all_lie_elsewhere_are_an_empty_window():
    rows = read_log({"logs/2024-01-01.csv": day("2024-01-01")}, "logs/*.csv")
    assert len(rows) == 0
    assert rows.tally.rows == 0


def test_columns_may_be_in_another_order_or_missing_in_some_objects():
    objects = {
        "logs/a.csv": "timestamp,id,breed\n2025-03-04T10:00:00,1,pug\n",
        "logs/b.csv": "conf,id,timestamp\n0.5,2,2025-03-04T11:00:00\n",
    }
    columns = {"prediction": "breed", "confidence": "conf"}
    rows = read_log(objects, "logs/*.csv", columns=columns)
    assert rows.raw["breed"].tolist() == ["pug", None]
    assert rows.raw["conf"].tolist() == [None, "0.5"]
    assert rows.fields["confidence"].tolist()[1] == 0.5


def test_every_object_needs_the_timestamp():
    objects = {"logs/a.csv": day("2025-03-04"), "logs/b.csv": "time,id\n2025-03-04,1\n"}
    with pytest.raises(ObjectError, match=r"logs/b\.csv.*timestamp"):
        read_log(objects, "logs/*.csv")


def test_empty_partitions_and_marks_of_other_programs_are_passed_over():
    objects = {
        "logs/a.csv": day("2025-03-04"),
        "logs/b.csv": b"",
        "logs/_SUCCESS": b"",
        "logs/.c.csv.crc": b"x",
    }
    assert ids(read_log(objects, "logs/*")) == ["1"]


@pytest.mark.parametrize(
    ("objects", "path", "kind", "words"),
    [
        ({"logs/a.txt": "x"}, "logs/*.csv", ObjectMissingError, "no object matches"),
        ({"logs/a.csv": ""}, "logs/*.csv", ObjectError, "empty"),
        ({"logs/a.xlsx": "x"}, "logs/*", ObjectError, "a.xlsx.*tells a format"),
        ({"log.xlsx": "x"}, "log.xlsx", ObjectError, "log.xlsx.*tells a format"),
        ({"log.csv": ""}, "log.csv", ObjectError, "log.csv.*empty"),
    ],
)
def test_a_path_that_names_no_log_is_one_clear_error(objects, path, kind, words):
    with pytest.raises(kind, match=words):
        read_log(objects, path)


def test_rejected_rows_name_their_object():
    objects = {"logs/b.csv": HEADER + "x,1\n", "logs/a.csv": HEADER + "2025-03-04,1\ny,1\n"}
    rows = read_log(objects, "logs/*.csv")
    assert [(row.source, row.line) for row in rows.tally.examples] == [
        ("logs/a.csv", 3),
        ("logs/b.csv", 2),
    ]


def test_a_longer_window_reads_more_partitions():
    objects = {f"logs/2025-03-0{n}.csv": day(f"2025-03-0{n}", str(n)) for n in range(1, 5)}
    request = WindowRequest(end=WINDOW_END, last=timedelta(days=3))
    assert ids(read_log(objects, "logs/*.csv", request=request)) == ["2", "3", "4"]
