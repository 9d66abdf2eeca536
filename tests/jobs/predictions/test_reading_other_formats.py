from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.errors import ObjectError
from jobs.times.windows import WindowRequest
from tests.support.log_window import WINDOW_END, ids, read_log, rejected, timed

DAY = "2025-03-04T"


def lines(*objects) -> str:
    return "".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in objects)


def entry(identity, time="10:00:00", **more):
    return {"timestamp": f"{DAY}{time}", "id": identity, **more}


def parquet(table: dict | pa.Table, **options) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), sink, **options)
    return sink.getvalue()


@pytest.mark.parametrize("name", ["log.jsonl", "log.ndjson", "log.jsonl.gz"])
def test_json_lines_are_read_under_all_their_names(name):
    content = lines(entry("1", breed="pug"), entry("2", "11:00:00", breed=None)).encode()
    packed = gzip.compress(content) if name.endswith(".gz") else content
    rows = read_log({name: packed}, name, columns={"prediction": "breed"})
    assert ids(rows) == ["1", "2"]
    assert rows.fields["prediction"].isna().tolist() == [False, True]


def test_json_values_become_text_as_they_were_written():
    content = lines(
        entry(7, n=1, x='"{', nested={"a": [1, "é"]}, yes=True),
        '{"timestamp": 1741086000, "id": "8", "n": 1.50, "nested": null}',
    )
    rows = read_log({"log.jsonl": content}, "log.jsonl")
    assert ids(rows) == ["7", "8"]
    assert rows.raw["n"].tolist() == ["1", "1.50"]
    assert rows.raw["yes"].tolist() == ["true", None]
    assert json.loads(rows.raw["nested"][0]) == {"a": [1, "é"]}
    assert rows.raw["nested"][1] is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{broken\n", "not a JSON object"),
        (b"[1, 2]\n", "not a JSON object"),
        (b"null\n", "not a JSON object"),
        (b"[" * 100_000 + b"\n", "not a JSON object"),
        (b'{"timestamp": "2025-03-04T10:00:00", "id": 2\n', "not a JSON object"),
        (b'{"id": 2}\n', "no timestamp"),
        (b"{}\n", "no timestamp"),
        (b'{"timestamp": null, "id": 2}\n', "no timestamp"),
        (b'{"timestamp": {"a": 1}, "id": 2}\n', "unreadable timestamp"),
        (b'{"timestamp": "2025-03-04T10:00:00", "id": "\xff"}\n', "not UTF-8"),
        (b'{"timestamp": "2025-03-04T10:00:00", "id": "\\ud800"}\n', "not UTF-8"),
        (b'{"timestamp": "2025-03-04T10:00:00", "id": "\0"}\n', "NUL byte"),
        (
            b'{"timestamp": "2025-03-04T10:00:00", "x": "%s"}\n' % (b"x" * (2 << 20)),
            "line too long",
        ),
    ],
)
def test_a_bad_json_line_is_counted_and_costs_no_other(line, reason):
    good = lines(entry("1")).encode()
    last = lines(entry("3")).encode()
    rows = read_log({"log.jsonl": good + line + b"\n" + last}, "log.jsonl")
    assert ids(rows) == ["1", "3"]
    assert rejected(rows) == [(2, reason)]


def test_json_lines_outside_the_window_are_not_counted_bad_or_good():
    old = '{"timestamp": "2025-01-01", "id": 1'
    content = lines(entry("1"), old, old + "}", old + ', "meta": {"timestamp": 3}}')
    rows = read_log({"log.jsonl": content}, "log.jsonl")
    assert ids(rows) == ["1"]
    assert rows.tally.rows == 1


def test_a_nested_name_is_not_taken_for_the_timestamp():
    content = lines(
        entry("1"),
        {"meta": {"timestamp": "2025-01-01"}},
        '{"timestamp": "2025-01-01", "timestamp": "2025-03-04"}',
    )
    rows = read_log({"log.jsonl": content}, "log.jsonl")
    assert len(rows) == 2
    assert rejected(rows) == [(2, "no timestamp")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"hello\nworld\n", "no JSON object"),
        (b"\n\n", "no JSON object"),
        (bytes(range(256)), "binary"),
        (lines({"time": "2025-03-04"}).encode(), 'no column "timestamp"'),
        (lines(entry(1), entry(2)).replace("\n", "\r").encode(), "lines end in CR"),
        (lines(*[entry(1)] * 50_000).replace("\n", "\r").encode(), "lines end in CR"),
        (lines(entry(1, **{f"k{n}": 1 for n in range(60_000)})).encode(), "60,002 columns"),
        (lines(*(entry(1, **{f"k{n}": 1}) for n in range(9_000))).encode(), "9,002 columns"),
    ],
)
def test_what_are_no_json_lines_is_one_clear_error(content, words):
    with pytest.raises(ObjectError, match=words):
        read_log({"log.jsonl": content}, "log.jsonl")


def test_a_label_that_no_json_line_has_yet_is_missing_but_another_column_is_an_error():
    rows = read_log({"log.jsonl": lines(entry(1))}, "log.jsonl", columns={"label": "truth"})
    assert rows.fields["label"].isna().all()
    with pytest.raises(ObjectError, match=r"predictions\.columns\.prediction"):
        read_log({"log.jsonl": lines(entry(1))}, "log.jsonl", columns={"prediction": "breed"})


TEN = datetime(2025, 3, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([TEN], pa.timestamp("us", "UTC")),
        pa.array([TEN], pa.timestamp("ns", "Europe/Berlin")),
        pa.array([TEN], pa.timestamp("s", "UTC")),
        pa.array([TEN.replace(tzinfo=None)], pa.timestamp("ms")),
        pa.array(["2025-03-04T10:00:00"]),
        pa.array(["2025-03-04T11:00:00+01:00"], pa.large_string()),
        pa.array(["2025-03-04 10:00"]).dictionary_encode(),
        pa.array([1741082400]),
        pa.array([1741082400123456 // 1000 * 1000 - 123000]),
        pa.array([1741082400.0]),
    ],
)
def test_parquet_times_of_any_type_are_read(column):
    content = parquet({"timestamp": column, "id": pa.array(["1"])})
    rows = read_log({"log.parquet": content}, "log.parquet")
    assert rows.fields["timestamp"].tolist() == [TEN]


def test_parquet_dates_and_local_times_follow_the_zone_of_the_job():
    content = parquet({"timestamp": pa.array([date(2025, 3, 5)])})
    rows = read_log({"log.parquet": content}, "log.parquet", zone="Europe/Berlin")
    assert rows.fields["timestamp"][0] == datetime(2025, 3, 4, 23, tzinfo=UTC)
    assert rows.assumed_timezone == "Europe/Berlin"


def test_parquet_values_become_text():
    content = parquet(
        {
            "timestamp": pa.array([TEN, TEN + timedelta(hours=1)], pa.timestamp("us", "UTC")),
            "id": pa.array([12, None]),
            "gone": pa.array([12.0, float("nan")]),
            "x": pa.array([0.1, 2.5], pa.float64()),
            "yes": pa.array([True, None]),
            "many": pa.array([[1, 2], None]),
            "breed": pa.array(["pug", ""]).dictionary_encode(),
            "data": pa.array([b"ab", None]),
        }
    )
    rows = read_log({"log.parquet": content}, "log.parquet", columns={"prediction": "breed"})
    assert rows.raw.to_dict("list") == {
        "timestamp": ["2025-03-04T10:00:00.000000Z", "2025-03-04T11:00:00.000000Z"],
        "id": ["12", None],
        "gone": ["12", None],
        "x": ["0.1", "2.5"],
        "yes": ["true", None],
        "many": ["[1, 2]", None],
        "breed": ["pug", None],
        "data": ["ab", None],
    }
    assert rows.fields["prediction"].isna().tolist() == [False, True]


def test_bad_parquet_rows_are_counted_by_their_row_number():
    times = pa.array([TEN, None, datetime(1, 1, 1), TEN], pa.timestamp("us"))
    content = parquet({"timestamp": times, "conf": pa.array(["1", "1", "1", "x"])})
    rows = read_log({"log.parquet": content}, "log.parquet", columns={"confidence": "conf"})
    assert rejected(rows) == [
        (2, "no timestamp"),
        (3, "year outside 1970 to 2199"),
    ]
    assert [one.line for one in rows.tally.numbers[0].examples] == [4]


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
@pytest.mark.parametrize("unit", ["ms", "us"])
@pytest.mark.parametrize("far", [2**62, 2**63 - 1, -(2**63) + 1, -(2**62)])
@pytest.mark.parametrize("statistics", [True, False])
def test_a_parquet_time_that_no_calendar_holds_costs_no_other_row(zone, unit, far, statistics):
    ten = int(TEN.timestamp()) * {"ms": 1_000, "us": 1_000_000}[unit]
    times = pa.array([ten, far], pa.timestamp(unit, zone))
    table = {"timestamp": times, "other": times[::-1], "id": ["1", "2"]}
    content = parquet(table, write_statistics=statistics)
    rows = read_log({"log.parquet": content}, "log.parquet", zone="Asia/Tokyo" if zone else "UTC")
    assert ids(rows) == ["1"]
    assert rows.raw["other"].tolist() == ["<value out of range>"]
    assert rejected(rows) == [(2, "year outside 1970 to 2199")]


def test_a_parquet_date_that_no_calendar_holds_costs_no_other_row():
    day = (TEN.date() - date(1970, 1, 1)).days
    dates = pa.array([day, 2**31 - 1], pa.int32()).cast(pa.date32())
    content = parquet({"timestamp": dates, "other": dates[::-1]})
    rows = read_log({"log.parquet": content}, "log.parquet")
    assert rows.raw["other"].tolist() == ["<value out of range>"]
    assert rejected(rows) == [(2, "year outside 1970 to 2199")]


def damaged_texts(kind: str) -> pa.Array:
    """Return three texts of which the second is no UTF-8."""
    good = pa.array([b"pug", b"caf\xe9", b"akita"])
    texts = pa.StringArray.from_buffers(3, *good.buffers()[1:], good.buffers()[0])
    match kind:
        case "string":
            return texts
        case "dictionary":
            return texts.dictionary_encode()
        case "large string":
            large = good.cast(pa.large_binary()).buffers()
            return pa.LargeStringArray.from_buffers(3, *large[1:], large[0])
        case "list":
            return pa.ListArray.from_arrays([0, 1, 2, 3], texts)
        case _:
            return pa.StructArray.from_arrays([texts], ["name"])


@pytest.mark.parametrize("kind", ["string", "dictionary", "large string", "list", "struct"])
@pytest.mark.parametrize("column", ["id", "breed", "other"])
def test_a_parquet_text_that_is_no_utf8_costs_its_row_alone(kind, column):
    table = {"timestamp": pa.array([TEN] * 3), "id": ["1", "2", "3"], "breed": ["a", "b", "c"]}
    content = parquet(table | {column: damaged_texts(kind)})
    rows = read_log({"log.parquet": content}, "log.parquet", columns={"prediction": "breed"})
    assert len(rows) == 2
    assert rejected(rows) == [(2, "not UTF-8")]
    assert rows.tally.rows == 3


def test_a_parquet_time_that_is_no_utf8_cannot_be_read():
    good = pa.array([b"2025-03-04T10:00:00", b"2025-03-04T10\xff", None])
    texts = pa.StringArray.from_buffers(3, *good.buffers()[1:], good.buffers()[0])
    content = parquet({"timestamp": texts, "id": ["1", "2", "3"]})
    rows = read_log({"log.parquet": content}, "log.parquet")
    assert ids(rows) == ["1"]
    assert rejected(rows) == [(2, "unreadable timestamp"), (3, "no timestamp")]


def test_a_parquet_whose_column_names_are_no_utf8_is_one_clear_error():
    table = pa.table({"timestamp": pa.array([TEN]), "breed": ["pug"]})
    content = parquet(table, store_schema=False).replace(b"breed", b"br\xffed")
    with pytest.raises(ObjectError, match="cannot be read as Parquet"):
        read_log({"log.parquet": content}, "log.parquet")


def test_a_parquet_of_too_many_columns_is_one_clear_error():
    content = parquet({"timestamp": ["2025-03-04"], **{f"c{n}": ["x"] for n in range(6000)}})
    with pytest.raises(ObjectError, match=r"log\.parquet.*6,001 columns.*at most 5,000"):
        read_log({"log.parquet": content}, "log.parquet")


def test_a_parquet_struct_of_too_many_fields_is_one_clear_error():
    wide = pa.array([{f"c{n}": "x" for n in range(6000)}])
    with pytest.raises(ObjectError, match=r"6,002 columns"):
        read_log({"log.parquet": parquet({"timestamp": ["2025-03-04"], "s": wide})}, "log.parquet")


def test_millions_of_blank_lines_between_objects_are_passed_over_at_once():
    content = lines(entry("1")) + "\n" * 10_000_000 + "{broken\n"
    rows, seconds = timed(lambda: read_log({"log.jsonl": content}, "log.jsonl"))
    # A loop over the lines that did anything would take more than this.
    assert seconds < 15 * timed(lambda: sum(1 for _ in range(10_000_000)))[1]
    assert rejected(rows) == [(10_000_002, "not a JSON object")]


def test_parquet_row_groups_outside_the_window_are_skipped():
    start = datetime(2025, 1, 1, tzinfo=UTC)
    times = pa.array([start + timedelta(hours=n) for n in range(2400)], pa.timestamp("us", "UTC"))
    table = pa.table(
        {"timestamp": times, "id": pa.array(range(2400)), "pad": pa.array(["x" * 9] * 2400)}
    )
    content = bytearray(
        parquet(table, row_group_size=240, compression="none", use_dictionary=False)
    )
    whole = read_log({"log.parquet": bytes(content)}, "log.parquet")
    assert len(whole) == 24
    first_group = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0)
    offset = first_group.data_page_offset
    content[offset : offset + first_group.total_compressed_size] = bytes(
        first_group.total_compressed_size
    )
    assert ids(read_log({"log.parquet": bytes(content)}, "log.parquet")) == ids(whole)
    with pytest.raises(ObjectError, match="cannot be read as Parquet"):
        read_log(
            {"log.parquet": bytes(content)},
            "log.parquet",
            request=WindowRequest(end=WINDOW_END, last=timedelta(days=90)),
        )


@pytest.mark.parametrize("content", [b"PAR1 no", b"timestamp,id\n", bytes(1000)])
def test_what_is_no_parquet_is_one_clear_error(content):
    with pytest.raises(ObjectError, match="cannot be read as Parquet") as error:
        read_log({"log.parquet": content}, "log.parquet")
    assert "\n" not in error.value.message


def test_a_parquet_without_the_named_column_is_one_clear_error():
    content = parquet({"time": pa.array(["2025-03-04"])})
    with pytest.raises(ObjectError, match='no column "timestamp"'):
        read_log({"log.parquet": content}, "log.parquet")


def test_the_same_rows_give_the_same_window_in_every_format():
    entries = [entry(str(n), f"{n:02}:00:00", breed="pug", conf=str(n / 10)) for n in range(10)]
    header = ",".join(entries[0])
    objects = {
        "log.csv": "\n".join([header, *(",".join(item.values()) for item in entries)]),
        "log.jsonl": lines(*entries),
        "log.parquet": parquet(pa.Table.from_pylist(entries)),
    }
    columns = {"prediction": "breed", "confidence": "conf"}
    csv, jsonl, pqt = (read_log({n: c}, n, columns=columns) for n, c in objects.items())
    assert csv.fields.equals(jsonl.fields)
    assert csv.fields.equals(pqt.fields)
    assert csv.raw.equals(jsonl.raw)
    assert csv.raw.equals(pqt.raw)


def test_formats_may_be_mixed_under_one_glob():
    objects = {"a/log.csv": "timestamp,id\n2025-03-04,1\n", "a/log.jsonl": lines(entry("2"))}
    assert ids(read_log(objects, "a/*")) == ["1", "2"]
