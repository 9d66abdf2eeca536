from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from jobs.errors import ExitCode, ObjectError, ObjectMissingError
from jobs.times.windows import WindowRequest
from tests.support.log_window import WINDOW_END, ids, read_log, rejected, timed

HEADER = "timestamp,id,filename,breed\n"
DAY = "2025-03-04T"


def row(identity: str, time: str = "10:00:00", rest: str = "a.png,pug") -> str:
    return f"{DAY}{time},{identity},{rest}\n"


def test_rows_of_the_window_are_read_and_others_are_not_counted():
    log = HEADER + row("1") + "2025-03-05T00:00:00,2,b,c\n2025-03-03T23:59:59.999999,3,b,c\n"
    log += "2025-03-04T00:00:00,4,b,c\n"
    rows = read_log({"log.csv": log}, columns={"prediction": "breed"})
    assert ids(rows) == ["4", "1"]
    assert rows.tally.rows == 2
    assert rows.tally.rejected == 0
    assert rows.window.start == WINDOW_END - timedelta(days=1)
    assert rows.window.end == WINDOW_END


def test_fields_and_raw_have_the_promised_columns_and_types():
    log = "timestamp,id,breed,conf,p_cat,p_dog,truth\n"
    log += f"{DAY}10:00:00, 7 ,,0.5,0.25,nan,\n{DAY}11:00:00,8,pug,,1e-3,+1,dog\n"
    columns = {
        "prediction": "breed",
        "confidence": "conf",
        "label": "truth",
        "probabilities": ("p_*",),
    }
    rows = read_log({"log.csv": log}, columns=columns)
    fields = rows.fields
    assert rows.probabilities == ("p_cat", "p_dog")
    assert fields["timestamp"].dtype == "datetime64[us, UTC]"
    assert [str(fields[name].dtype) for name in ("id", "prediction", "label")] == ["str"] * 3
    assert fields["id"].tolist() == ["7", "8"]
    assert fields["prediction"].isna().tolist() == [True, False]
    assert fields["label"].tolist()[1] == "dog"
    np.testing.assert_array_equal(fields["confidence"], [0.5, np.nan])
    np.testing.assert_array_equal(fields["p_cat"], [0.25, 0.001])
    np.testing.assert_array_equal(fields["p_dog"], [np.nan, 1.0])
    assert rows.raw["breed"].tolist() == [None, "pug"]
    assert rows.raw["id"].tolist() == [" 7 ", "8"]


def test_who_sent_an_image_is_a_field_where_the_job_names_the_column():
    log = f"timestamp,id,user\n{DAY}10:00:00,7, ann \n{DAY}11:00:00,8,\n{DAY}12:00:00,9,007\n"
    client = read_log({"log.csv": log}, columns={"client": "user"}).fields["client"]
    assert str(client.dtype) == "str"
    assert client.isna().tolist() == [False, True, False]
    assert client.dropna().tolist() == ["ann", "007"]
    assert read_log({"log.csv": log}).fields["client"].isna().all()


def test_a_log_without_ids_and_predictions_is_fine():
    rows = read_log({"log.csv": f"timestamp,image\n{DAY}10:00:00,a.png\n"}, extra_columns=["image"])
    assert ids(rows) == [""]
    assert rows.fields["prediction"].isna().all()


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_found_in_the_header(delimiter):
    log = (HEADER + row("1") + row("2")).replace(",", delimiter)
    assert ids(read_log({"log.csv": log})) == ["1", "2"]


def test_a_byte_order_mark_carriage_returns_and_a_missing_last_newline_do_no_harm():
    log = ("\ufeff timestamp , id ,filename,breed\r\n" + row("1") + row("2")).rstrip("\n")
    rows = read_log({"log.csv": log.replace("\n", "\r\n").replace("\r\r", "\r")})
    assert ids(rows) == ["1", "2"]
    assert rows.raw["breed"].tolist() == ["pug", "pug"]
    assert rows.tally.rejected == 0


def test_blank_lines_are_ignored_and_line_numbers_count_them():
    log = (
        "\n" + HEADER + "\n" + row("1") + "   \n\n" + f"{DAY}10:00:00,2,short\n" + row("3") + "\n\n"
    )
    rows = read_log({"log.csv": log})
    assert ids(rows) == ["1", "3"]
    assert rejected(rows) == [(7, "wrong number of fields")]
    assert rows.tally.examples[0].detail == "3 fields, expected 4"


def test_a_return_in_a_quoted_name_of_the_header_is_no_line_end():
    log = f'timestamp,id,"two\rparts"\r\n{DAY}10:00:00,1,a\r\n'
    assert ids(read_log({"log.csv": log})) == ["1"]


@pytest.mark.parametrize("blank", ["\n", "\r\n", " \t\x0b\x0c\n"])
def test_millions_of_blank_lines_are_passed_over_at_once(blank):
    count = 10_000_000
    log = (HEADER + row("1") + blank * count + f"{DAY}10:00:00,2,short\n").encode()
    packed = gzip.compress(log, 1)
    rows, seconds = timed(lambda: read_log({"log.csv.gz": packed}, "log.csv.gz"))
    # A loop over the lines that did anything would take more than this.
    assert seconds < 12 * timed(lambda: sum(1 for _ in range(count)))[1]
    assert ids(rows) == ["1"]
    assert rejected(rows) == [(count + 3, "wrong number of fields")]


@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize("columns", [1, 2, 4])
def test_lines_of_spaces_alone_are_blank_unless_they_have_the_headers_fields(delimiter, columns):
    header = delimiter.join(["timestamp", "id", "x", "y"][:columns])
    lines = ["", " ", "  ", "\t", "\t\t\t", " \t", "\x1f", "\xa0", "\x0b"]
    rows = read_log({"log.csv": "\n".join([header, *lines]) + "\n"})
    fields = [line.count(delimiter) + 1 == columns for line in lines]
    blank = [
        len(line.encode().strip()) == 0 and (columns == 1 or len(line) < 2 or not complete)
        for line, complete in zip(lines, fields, strict=True)
    ]
    assert [line for line, _ in rejected(rows)] == [
        number for number, is_blank in enumerate(blank, 2) if not is_blank
    ]


def test_thousands_of_columns_take_as_much_longer_as_there_are_more_of_them():
    seconds = {}
    for count in (1000, 4000):
        names = [f"c{number}" for number in range(count)]
        log = ",".join(["timestamp", "id", *names]) + f"\n{DAY}10:00:00,7{',x' * count}\n"
        rows, seconds[count] = timed(lambda log=log: read_log({"log.csv": log}))
        assert rows.raw[names[-1]].tolist() == ["x"]
    assert seconds[4000] < 9 * seconds[1000]


def test_objects_of_ever_other_columns_are_refused_where_they_are_too_many():
    objects = {
        f"logs/{part}.csv": ",".join(["timestamp", *(f"c{part}_{n}" for n in range(3000))])
        for part in range(2)
    }
    with pytest.raises(ObjectError) as error:
        read_log(objects, "logs/*.csv")
    damaged(error, "logs/1.csv", "6,001 columns")


def test_a_header_alone_is_an_empty_window():
    rows = read_log({"log.csv": HEADER}, columns={"prediction": "breed"})
    assert len(rows) == 0
    assert rows.assumed_timezone is None
    assert list(rows.raw.columns) == ["breed", "filename", "id", "timestamp"]
    assert rows.fields["timestamp"].dtype == "datetime64[us, UTC]"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{DAY}10:00:00,2,b\n".encode(), "wrong number of fields"),
        (f"{DAY}10:00:00,2,b,c,d\n".encode(), "wrong number of fields"),
        (b",2,b,c\n", "no timestamp"),
        (b",,,\n", "no timestamp"),
        (b"yesterday,2,b,c\n", "unreadable timestamp"),
        (b"03/04/2025 10:00,2,b,c\n", "ambiguous date; set predictions.day_first"),
        (b"0001-01-01T00:00:00Z,2,b,c\n", "year outside 1970 to 2199"),
        (f'{DAY}10:00:00,2,"b,c\n'.encode(), "unbalanced quote"),
        (f"{DAY}10:00:00,2,b\0,c\n".encode(), "NUL byte"),
        (f"{DAY}10:00:00,2,m\x81ll,c\n".encode("latin-1"), "not UTF-8"),
        (f"{DAY}10:00:00,2,b\rc,c\n".encode(), "stray carriage return"),
        (f"{DAY}10:00:00,2,{'x' * (1 << 20)},c\n".encode(), "line too long"),
        (f"{DAY}10:00:00,2,{'x' * (40 << 20)},c\n".encode(), "line too long"),
    ],
)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_bad_row_is_counted_with_line_and_reason_and_costs_no_other_row(line, reason, place):
    good = [row(str(n)).encode() for n in range(4)]
    at = {"first": 0, "middle": 2, "last": 4}[place]
    log = HEADER.encode() + b"".join([*good[:at], line, *good[at:]])
    rows = read_log({"log.csv": log})
    assert ids(rows) == ["0", "1", "2", "3"]
    assert rows.tally.reasons == {reason: 1}
    assert rejected(rows) == [(at + 2, reason)]
    assert rows.tally.rows == 5
    assert len(rows.tally.examples[0].detail) <= 80


@pytest.mark.parametrize(
    "line",
    [
        "2025-02-01T10:00:00,2,b\n",
        '2025-02-01T10:00:00,2,"b,c\n',
        "2025-02-01T10:00:00,2,b\0,c\n",
        "2025-02-01T10:00:00,2,b,c,nothing\n",
        f"2025-02-01T10:00:00,2,{'x' * (2 << 20)},c\n",
    ],
)
def test_a_bad_row_whose_time_is_readable_and_outside_is_not_counted(line):
    assert read_log({"log.csv": HEADER + line + row("1")}).tally.rows == 1


def test_bad_numbers_cost_the_value_and_count_inside_the_window_only():
    log = "timestamp,id,conf,p_a\n" + f"{DAY}10:00:00,1,high,0.5\n{DAY}11:00:00,2,0.5,inf\n"
    log += f"2025-01-01T10:00:00,3,high,x\n{DAY}12:00:00,4,0.5,0.5\n"
    columns = {"confidence": "conf", "probabilities": ("p_*",)}
    rows = read_log({"log.csv": log}, columns=columns)
    assert ids(rows) == ["1", "2", "4"]
    assert rows.tally.rejected == 0
    np.testing.assert_array_equal(rows.fields["confidence"], [np.nan, 0.5, 0.5])
    lost = {one.column: one for one in rows.tally.numbers}
    assert lost["conf"].reasons == lost["p_a"].reasons == {"not a number": 1}
    assert [(one.line, one.text) for one in lost["conf"].examples] == [(2, "high")]
    assert [(one.line, one.text) for one in lost["p_a"].examples] == [(3, "inf")]


def test_quoted_fields_may_hold_delimiters_quotes_and_newlines():
    log = HEADER + f'{DAY}10:00:00,1,"a, ""b"".png","two\nlines"\n"{DAY}11:00:00","2","c","d"\n'
    rows = read_log({"log.csv": log + row("3", "12:00:00")})
    assert ids(rows) == ["1", "2", "3"]
    assert rows.raw["filename"].tolist() == ['a, "b".png', "c", "a.png"]
    assert rows.raw["breed"].tolist()[0] == "two\nlines"


def test_lines_after_a_field_of_several_lines_keep_their_numbers():
    log = HEADER + f'{DAY}10:00:00,1,"a\n\nb",c\n' + f"{DAY}10:00:00,2\n"
    assert rejected(read_log({"log.csv": log})) == [(5, "wrong number of fields")]


def test_a_quote_inside_an_unquoted_field_is_a_plain_character():
    rows = read_log({"log.csv": HEADER + row("1", rest='5" lens.png,pug') + row("2")})
    assert ids(rows) == ["1", "2"]
    assert rows.raw["filename"].tolist()[0] == '5" lens.png'


def test_two_open_quotes_do_not_swallow_the_rows_between_them():
    log = (
        HEADER + row("1", rest='"a,pug') + row("2") + row("3") + row("4", rest='b",pug') + row("5")
    )
    rows = read_log({"log.csv": log})
    assert sorted(ids(rows)) == ["2", "3", "4", "5"]
    assert rejected(rows) == [(2, "unbalanced quote")]


def test_two_open_quotes_on_neighbouring_lines_do_not_make_one_row():
    log = HEADER + row("1", rest='"a,pug') + row("4", rest='b",pug') + row("5")
    rows = read_log({"log.csv": log})
    assert sorted(ids(rows)) == ["4", "5"]
    assert rejected(rows) == [(2, "unbalanced quote")]


def test_a_field_of_several_lines_may_come_before_the_time():
    log = f'note,id,timestamp\n"a\nb",1,{DAY}10:00:00\nc,2,{DAY}11:00:00\n'
    rows = read_log({"log.csv": log})
    assert ids(rows) == ["1", "2"]
    assert rows.raw["note"].tolist() == ["a\nb", "c"]


def test_a_quote_that_is_never_closed_loses_one_line():
    log = HEADER + row("1", rest='"a,pug') + "".join(row(str(n)) for n in range(2, 300))
    rows = read_log({"log.csv": log})
    assert rows.tally.reasons == {"unbalanced quote": 1}
    assert len(rows) == 298


def test_the_first_rejected_rows_are_kept_in_order():
    log = HEADER + "x,1,b,c\n" * 50
    rows = read_log({"log.csv": log})
    assert rows.tally.reasons == {"unreadable timestamp": 50}
    assert rejected(rows) == [(line, "unreadable timestamp") for line in range(2, 22)]


def test_dates_of_many_shapes_are_mixed_in_one_log():
    times = ["2025-03-04T10:00:00Z", "1741082401", "2025/03/04 10:00:02"]
    times += ["04.03.2025 10:00:03", '"Tue, 04 Mar 2025 10:00:04 GMT"', '"Mar 4, 2025 10:00:05 AM"']
    log = HEADER + "".join(f"{time},{n},a,b\n" for n, time in enumerate(times))
    rows = read_log({"log.csv": log})
    assert ids(rows) == [str(n) for n in range(6)]
    assert rows.assumed_timezone == "UTC"


def test_the_zone_of_the_job_applies_to_times_without_one_and_is_reported():
    log = HEADER + "2025-03-05T00:30:00,1,a,b\n2025-03-04T00:30:00,2,a,b\n"
    rows = read_log({"log.csv": log}, zone="Europe/Berlin")
    assert ids(rows) == ["1"]
    assert rows.fields["timestamp"][0] == pd.Timestamp("2025-03-04T23:30:00Z")
    assert rows.assumed_timezone == "Europe/Berlin"


def test_no_zone_is_reported_where_none_of_the_windows_rows_needed_it():
    log = HEADER + "2025-03-04T10:00:00Z,1,a,b\n2025-01-01T10:00:00,2,a,b\n"
    assert read_log({"log.csv": log}, zone="Europe/Berlin").assumed_timezone is None


def newest(count: int, end: datetime = WINDOW_END) -> WindowRequest:
    return WindowRequest(end=end, rows=count)


def test_a_window_by_rows_holds_the_newest_before_its_end():
    log = HEADER + "".join(f"2025-03-0{day}T10:00:00,{day},a,b\n" for day in (5, 1, 4, 2, 3))
    rows = read_log({"log.csv": log}, request=newest(2))
    assert ids(rows) == ["3", "4"]
    assert rows.window.start == datetime(2025, 3, 3, 10, tzinfo=UTC)
    assert rows.tally.rows == 2


def test_a_window_by_rows_counts_bad_rows_since_its_start_and_those_without_a_time():
    log = HEADER + "2025-03-01T10:00:00,1\n2025-03-02T10:00:00,2,a,b\n2025-03-03T10:00:00,3\n"
    log += "x,4,a,b\n2025-03-04T10:00:00,5,a,b\n2025-03-06T10:00:00,6\n"
    rows = read_log({"log.csv": log}, request=newest(2))
    assert rejected(rows) == [(4, "wrong number of fields"), (5, "unreadable timestamp")]
    assert ids(rows) == ["2", "5"]


def test_a_window_of_more_rows_than_there_are_holds_them_all():
    rows = read_log({"log.csv": HEADER + row("1") + row("2")}, request=newest(500))
    assert ids(rows) == ["1", "2"]
    assert rows.window.start == datetime(2025, 3, 4, 10, tzinfo=UTC)
    empty = read_log({"log.csv": HEADER}, request=newest(500))
    assert empty.window.start == empty.window.end == WINDOW_END


def test_ties_of_a_window_by_rows_are_broken_by_content():
    lines = [row(name) for name in "bdac"]
    one = read_log({"log.csv": HEADER + "".join(lines)}, request=newest(2))
    other = read_log({"log.csv": HEADER + "".join(reversed(lines))}, request=newest(2))
    assert ids(one) == ids(other) == ["c", "d"]


def test_gzip_is_told_by_its_bytes_and_not_by_the_name():
    log = (HEADER + row("1")).encode()
    packed = gzip.compress(log[:40]) + gzip.compress(log[40:])
    assert ids(read_log({"log.csv.gz": packed}, "log.csv.gz")) == ["1"]
    assert ids(read_log({"log.csv.gz": log}, "log.csv.gz")) == ["1"]
    assert ids(read_log({"log.csv": packed})) == ["1"]


def damaged(error: pytest.ExceptionInfo[ObjectError], *words: str) -> None:
    assert error.value.exit_code == ExitCode.INPUT
    assert error.value.message.startswith("memory://test/")
    assert "\n" not in error.value.message
    for word in words:
        assert word in error.value.message


def test_cut_off_or_damaged_gzip_is_an_error_that_names_the_object():
    packed = gzip.compress((HEADER + row("1") * 1000).encode())
    with pytest.raises(ObjectError) as error:
        read_log({"log.csv.gz": packed[:-20]}, "log.csv.gz")
    damaged(error, "log.csv.gz", "cut off", "write the object again")
    broken = bytearray(packed)
    broken[len(packed) // 2] ^= 0xFF
    with pytest.raises(ObjectError) as error:
        read_log({"log.csv.gz": bytes(broken)}, "log.csv.gz")
    damaged(error, "log.csv.gz", "gzip data")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ("empty",)),
        (b"\n\n  \n", ("empty",)),
        (bytes(range(256)) * 100, ("binary", "Expected UTF-8")),
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), ("UTF-8",)),
        ((HEADER + row("1")).encode("utf-16-le"), ("binary", "Expected UTF-8")),
        (b"PAR1" + bytes(100), ("binary",)),
        (gzip.compress(b"", mtime=0), ("empty",)),
        (b"x" * (3 << 20), ("1 MiB",)),
        (b"time_stamp,id\n1,2\n", ('no column "timestamp"', 'nearest is "time_stamp"', "id")),
        (b"timestamp,id,id\n", ('"id"', "more than once")),
        ((HEADER + row("1")).replace("\n", "\r").encode(), ("lines end in CR", "LF", "tr ")),
        ((HEADER + row("1") * 50_000).replace("\n", "\r").encode(), ("lines end in CR",)),
        (
            ",".join(["timestamp", *map(str, range(5000))]).encode(),
            ("5,001 columns", "at most 5,000"),
        ),
    ],
)
def test_what_is_no_log_is_one_clear_error(content, words):
    with pytest.raises(ObjectError) as error:
        read_log({"log.csv": content})
    damaged(error, "log.csv", *words)


@pytest.mark.parametrize(
    ("columns", "extra", "words"),
    [
        ({"prediction": "bread"}, (), ('"bread"', "predictions.columns.prediction", '"breed"')),
        ({"confidence": "score"}, (), ('"score"', "predictions.columns.confidence")),
        ({"client": "camera"}, (), ('"camera"', "predictions.columns.client")),
        ({"id": "request"}, (), ('"request"', "predictions.columns.id")),
        ({"probabilities": ("p_*",)}, (), ('"p_*"', "predictions.columns.probabilities")),
        ({}, ("file_name",), ('"file_name"', "images.path", '"filename"')),
    ],
)
def test_a_column_that_is_not_there_is_named_with_the_nearest_and_all_others(columns, extra, words):
    with pytest.raises(ObjectError) as error:
        read_log({"log.csv": HEADER + row("1")}, columns=columns, extra_columns=extra)
    damaged(error, *words, "timestamp, id, filename, breed")


def test_a_column_of_labels_may_come_later_than_the_rows():
    found = read_log({"log.csv": HEADER + row("1")}, columns={"label": "truth"})
    assert len(found) == 1


def test_a_segment_column_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(ObjectError) as error:
        read_log({"log.csv": HEADER + row("1")}, segment_columns=["bread"])
    damaged(error, '"bread"', "segments.columns", '"breed"', "timestamp, id, filename, breed")


def test_segment_columns_of_an_empty_window_are_there():
    old = row("1").replace("2025-03-04", "2024-03-04")
    rows = read_log({"log.csv": HEADER + old}, segment_columns=["breed"])
    assert len(rows) == 0
    assert "breed" in rows.raw.columns


def test_a_log_that_is_missing_is_one_clear_error():
    with pytest.raises(ObjectMissingError) as error:
        read_log({}, "log.csv")
    damaged(error, "log.csv")


def test_a_window_by_rows_stays_right_while_older_rows_are_sorted_out():
    moments = pd.date_range("2025-03-04", periods=450_000, freq="100ms")
    lines = [f"{moment.isoformat()},{n},a,b" for n, moment in enumerate(moments)]
    lines[400_000] = lines[400_000].removesuffix(",b")
    lines[449_500] = lines[449_500].removesuffix(",b")
    rows = read_log({"log.csv": HEADER + "\n".join(lines)}, request=newest(1000))
    assert len(rows) == 1000
    assert rows.fields["id"].iloc[-1] == "449999"
    assert rejected(rows) == [(449_502, "wrong number of fields")]
