"""Text as spreadsheets and other programs write it: marks, hints, comments, commas, no header."""

import gzip
import json

import pytest
from pydantic import ValidationError

from jobs.errors import ColumnMissingError
from jobs.job_file.prediction_settings import PredictionSettings
from tests.support.log_window import ids, read_log, rejected

TIME = "2025-03-04T10:00:00Z"
TABLE = f"timestamp,id,pred\r\n{TIME},1,Kätzchen\r\n{TIME},2,犬\r\n"
WESTERN = TABLE.replace("犬", "Schäfer")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-32", "utf-32-be", "utf-8-sig"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_mark_of_an_encoding_is_enough(codec, packed):
    mark = "\ufeff" if codec.endswith("be") else ""
    data = (mark + TABLE).encode(codec)
    rows = read_log({"log.csv": gzip.compress(data) if packed else data})
    assert ids(rows) == ["1", "2"]
    assert list(rows.raw["pred"]) == ["Kätzchen", "犬"]


def test_a_large_log_in_utf_16_is_read_wherever_its_pieces_end():
    lines = "".join(f"{TIME},{number},ä😀{number}\n" for number in range(60_000))
    rows = read_log({"log.csv": ("timestamp,id,pred\n" + lines).encode("utf-16")})
    assert len(rows) == 60_000
    assert set(rows.raw["pred"]) == {f"ä😀{number}" for number in range(60_000)}


def test_what_is_no_text_in_utf_16_costs_its_line_alone():
    data = bytearray(TABLE.replace("犬", "X").encode("utf-16-le"))
    place = bytes(data).index("X".encode("utf-16-le"))
    data[place : place + 2] = b"\x00\xd8"
    rows = read_log({"log.csv": b"\xff\xfe" + bytes(data)})
    assert ids(rows) == ["1"]
    assert rejected(rows) == [(3, "not UTF-8")]


def test_utf_16_that_ends_inside_of_a_character_costs_its_line_alone():
    rows = read_log({"log.csv": TABLE.encode("utf-16") + b"x"})
    assert ids(rows) == ["1", "2"]
    assert rejected(rows) == [(4, "not UTF-8")]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "CP1252"])
def test_a_stated_encoding_is_read_so_and_no_remark_is_made(encoding):
    rows = read_log({"log.csv": WESTERN.encode("cp1252")}, encoding=encoding)
    assert list(rows.raw["pred"]) == ["Kätzchen", "Schäfer"]
    assert rows.tally.recoded == ()


def test_a_stated_encoding_counts_for_json_and_for_every_line():
    lines = [json.dumps({"timestamp": TIME, "id": "1", "pred": "Ã¤ é"}, ensure_ascii=False)]
    rows = read_log(
        {"log.jsonl": "\n".join(lines).encode("cp1252")}, "log.jsonl", encoding="cp1252"
    )
    assert list(rows.raw["pred"]) == ["Ã¤ é"]


def test_bytes_that_the_stated_encoding_does_not_know_cost_their_line_alone():
    data = WESTERN.encode("cp1252").replace(b"tzchen", b"\x81")
    rows = read_log({"log.csv": data}, encoding="cp1252")
    assert ids(rows) == ["2"]
    assert rejected(rows) == [(2, "not UTF-8")]


@pytest.mark.parametrize("packed", [False, True])
def test_an_object_that_is_utf_8_after_all_is_read_as_that(packed):
    data = WESTERN.encode()
    objects = {"l/a.csv": gzip.compress(data) if packed else data}
    rows = read_log(objects | {"l/b.csv": WESTERN.encode("cp1252")}, "l/*.csv", encoding="cp1252")
    assert set(rows.raw["pred"]) == {"Kätzchen", "Schäfer"}


def test_stated_utf_8_is_not_guessed_to_be_another_encoding():
    rows = read_log({"log.csv": WESTERN.encode("cp1252")}, encoding="utf-8")
    assert rejected(rows) == [(2, "not UTF-8"), (3, "not UTF-8")]


@pytest.mark.parametrize("encoding", ["utf8x", "base64", "utf-16-lex", "", "rot13"])
def test_an_encoding_that_is_none_is_refused(encoding):
    with pytest.raises(ValidationError, match="text encoding such as"):
        PredictionSettings(path="a", encoding=encoding)


@pytest.mark.parametrize(
    ("above", "delimiter", "first"),
    [
        ("sep=;\r\n", ";", 3),
        ("SEP=;\n", ";", 3),
        ('"sep=;"\n', ";", 3),
        ("sep=\t\n", "\t", 3),
        ("sep=^\n", "^", 3),
        ("sep=,\n# a comment, with commas\n\n", ",", 5),
        ("# exported\n#\n", ",", 4),
        ("\ufeff# exported\n", ",", 3),
        ("# exported\n# ", ",", 3),
    ],
)
def test_hints_and_comments_above_the_header_are_no_header(above, delimiter, first):
    lines = [["timestamp", "id", "note"], [TIME, "1", "#1"], [TIME, "2"]]
    text = above + "".join(delimiter.join(line) + "\n" for line in lines)
    rows = read_log({"log.csv": text})
    assert ids(rows) == ["1"]
    assert rejected(rows) == [(first + 1, "wrong number of fields")]


def test_a_header_that_begins_with_the_mark_of_comments_is_one():
    rows = read_log({"log.csv": f"#id,timestamp\n7,{TIME}\n"}, columns={"id": "#id"})
    assert ids(rows) == ["7"]


def test_comments_among_the_rows_are_counted():
    rows = read_log({"log.csv": f"timestamp,id\n{TIME},1\n# restarted\n{TIME},2\n"})
    assert ids(rows) == ["1", "2"]
    assert rejected(rows) == [(3, "wrong number of fields")]


@pytest.mark.parametrize(
    ("delimiter", "values"),
    [(";", [12.345, 1250.5, 0.93, 1234.5]), ("\t", [None, 1250.5, 0.93, None])],
)
def test_a_comma_between_semicolons_is_a_decimal_one_in_every_column(delimiter, values):
    lines = [
        ["timestamp", "id", "ms", "p"],
        *(
            [TIME, str(place), text, "0,125"]
            for place, text in enumerate(("12,345", "1250,5", "0,93", "1.234,5"))
        ),
    ]
    text = "".join(delimiter.join(line) + "\n" for line in lines)
    columns = {"latency": "ms", "confidence": "p"}
    rows = read_log({"log.csv": text}, columns=columns)
    found = [None if value != value else value for value in rows.fields["latency"]]
    assert found == values
    assert set(rows.fields["confidence"]) == {0.125}


HEADER = ["timestamp", "id", "pred"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_stated_header_names_the_columns_and_the_first_line_is_a_row(delimiter):
    text = TABLE.partition("\n")[2].replace(",", delimiter)
    rows = read_log({"log.csv": text}, header=HEADER)
    assert ids(rows) == ["1", "2"]
    assert rejected(rows) == []


def test_line_numbers_without_a_header_begin_at_the_first_row():
    rows = read_log({"log.csv": f"{TIME},1,a\n{TIME},2\n{TIME},3,c\n"}, header=HEADER)
    assert ids(rows) == ["1", "3"]
    assert rejected(rows) == [(2, "wrong number of fields")]
    assert rows.tally.examples[0].detail == "2 fields, expected 3"


def test_an_object_with_a_header_is_read_by_its_own():
    parts = {"l/a.csv": f"{TIME},1,a\n", "l/b.csv": f"id,timestamp\n2,{TIME}\n"}
    rows = read_log(parts, "l/*.csv", header=HEADER)
    assert sorted(ids(rows)) == ["1", "2"]


def test_a_header_without_the_column_of_times_is_refused():
    with pytest.raises(ColumnMissingError, match="timestamp"):
        read_log({"log.csv": f"{TIME},1\n"}, header=["time", "id"])


@pytest.mark.parametrize("names", [["a", "a"], ["a", ""], ["a", " a"]])
def test_a_header_that_names_a_column_twice_or_not_is_refused(names):
    with pytest.raises(ValidationError, match="each once"):
        PredictionSettings(path="a", header=names)


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("a.log", "csv", TABLE),
        (
            "a.jsonl",
            "json",
            json.dumps([{"timestamp": TIME, "id": "1"}, {"timestamp": TIME, "id": "2"}]),
        ),
        (
            "a.csv",
            "json lines",
            f'{{"timestamp": "{TIME}", "id": "1"}}\n{{"timestamp": "{TIME}", "id": "2"}}',
        ),
        ("a", None, TABLE),
        ("a.log.1", None, TABLE),
        ("a.dat-20250304", None, TABLE),
    ],
)
def test_a_stated_format_counts_more_than_the_name_and_content_where_neither_does(
    name, kind, content
):
    assert ids(read_log({name: content}, name, format=kind)) == ["1", "2"]


def test_a_table_of_the_reference_with_a_header_of_its_own_is_not_read_by_the_stated_one():
    with pytest.raises(ColumnMissingError, match="timestamp"):
        read_log({"log.csv": "id,pred\n1,cat\n"}, header=HEADER)
