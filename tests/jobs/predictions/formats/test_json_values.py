"""JSON that is not one object a line: arrays, objects without a line between them, printed ones."""

import gzip
import io
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.predictions.formats.json_values import split_values
from tests.support.log_window import ids, read_log, rejected


def entry(identity: str, **more: object) -> dict[str, object]:
    return {"timestamp": "2025-03-04T10:00:00Z", "id": identity, **more}


ENTRIES = [entry(str(number), note='a "}{" of [text], \\ and ü\n') for number in range(5)]
FORMS = {
    "array": json.dumps(ENTRIES),
    "printed array": json.dumps(ENTRIES, indent=2),
    "concatenated": "".join(map(json.dumps, ENTRIES)),
    "printed one after the other": "\n".join(json.dumps(one, indent=1) for one in ENTRIES),
    "lines": "\n".join(map(json.dumps, ENTRIES)),
    "lines with commas": ",\n".join(map(json.dumps, ENTRIES)),
    "array a line": "\n".join(json.dumps([one]) for one in ENTRIES),
    "text sequence": "".join(f"\x1e{json.dumps(one)}\n" for one in ENTRIES),
    "carriage returns": "\r".join(map(json.dumps, ENTRIES)),
    "a mark before": "\ufeff" + json.dumps(ENTRIES),
}


def split(data: bytes, block_bytes: int = 1 << 20) -> list[bytes]:
    blocks = list(split_values(io.BytesIO(data), block_bytes))
    assert not any(block.overlong for block in blocks)
    return [line for block in blocks for line in block.data.removesuffix(b"\n").split(b"\n")]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["a.json", "a", "a.log", "a.txt", "a_S0.json", "a.json.2.gz"])
def test_every_form_is_read_under_every_name(form, name):
    data = FORMS[form].encode()
    rows = read_log({name: gzip.compress(data) if name.endswith("gz") else data}, name)
    assert sorted(ids(rows)) == ["0", "1", "2", "3", "4"]
    assert set(rows.raw["note"]) == {ENTRIES[0]["note"]}
    assert rows.tally.rejected == 0


@pytest.mark.parametrize("mark", ["utf-16", "utf-32"])
def test_json_in_utf_16_is_read_by_its_mark(mark):
    assert len(read_log({"a.json": FORMS["printed array"].encode(mark)}, "a.json")) == 5


def test_one_object_over_several_lines_is_one_row():
    assert ids(read_log({"a.json": json.dumps(entry("1"), indent=1)}, "a.json")) == ["1"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@settings(max_examples=200)
@given(
    st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=3), max_size=8),
    st.sampled_from(["", "\n", " ", ",\n", "\r\n"]),
    st.sampled_from([None, 0, 2]),
    st.integers(1, 60),
)
def test_values_are_cut_where_they_end_wherever_blocks_do(values, between, indent, block_bytes):
    text = between.join(json.dumps(one, indent=indent) for one in values)
    assert [json.loads(line) for line in split(text.encode(), block_bytes)] == values
    array = json.dumps(values, indent=indent)
    assert [json.loads(line) for line in split(array.encode(), block_bytes)] == values


@pytest.mark.parametrize(
    ("broken", "kept"),
    [
        ('{"timestamp": "2025-03-04", "id": "x", "p": 0.9', ["0", "1"]),
        ('{"timestamp": "2025-03-04", "id": "x', ["0", "1"]),
        ('{"timestamp": "2025-03-04", "id": oops}', ["0", "1"]),
        ("some words", ["0", "1"]),
        ('{"timestamp": "2025-03-04", "boxes": [{"a": 1}, {"a": 2}', ["0", "1"]),
        ("[" * 5000, ["0", "1"]),
    ],
)
@pytest.mark.parametrize("between", ["", "\n"])
def test_a_damaged_object_is_counted_and_costs_no_other(broken, kept, between):
    parts = [json.dumps(entry("0")), broken, json.dumps(entry("1"))]
    rows = read_log({"a.json": between.join(parts)}, "a.json", format="json")
    assert set(ids(rows)) <= {*kept, "x"}
    assert rows.tally.rows >= len(kept)
    if broken[0] == "{" and not (between == "" and broken.endswith('"x')):
        assert sorted(ids(rows)) == kept
        assert rows.tally.rejected == 1
        assert (rows.tally.examples[0].line, rows.tally.examples[0].unit) == (2, "object")


def test_the_number_of_a_rejected_object_is_its_place_in_the_array():
    values = [entry("0"), 12, "text", entry("1"), {"id": "2"}, None]
    rows = read_log({"a.json": json.dumps(values, indent=1)}, "a.json")
    assert ids(rows) == ["0", "1"]
    assert rejected(rows) == [
        (2, "not a JSON object"),
        (3, "not a JSON object"),
        (5, "no timestamp"),
        (6, "not a JSON object"),
    ]


def test_an_array_that_is_cut_off_is_counted():
    text = json.dumps([entry("0"), entry("1")])
    rows = read_log({"a.json": text[:-1]}, "a.json")
    assert ids(rows) == ["0", "1"]
    assert [row.detail for row in rows.tally.examples] == [
        "the array is not closed: its end is missing"
    ]
    assert ids(read_log({"a.json": text[:-20]}, "a.json")) == ["0"]


def test_an_object_that_is_too_long_is_counted_and_costs_no_other():
    values = [entry("0"), entry("1", note="x" * (2 << 20)), entry("2")]
    rows = read_log({"a.json": json.dumps(values)}, "a.json")
    assert ids(rows) == ["0", "2"]
    assert rejected(rows) == [(2, "line too long")]


def test_a_damaged_object_that_is_longer_than_a_line_may_be_is_one():
    long = "x" * (3 << 20)
    broken = f'{{"timestamp": oops, "picture": "{long}"}}'
    data = f"[{json.dumps(entry('0'))}, {broken}, {json.dumps(entry('1', picture=long))}]"
    blocks = split_values(io.BytesIO(data.encode()), longest=8 << 20)
    lines = b"".join(block.data for block in blocks).splitlines()
    assert len(lines) == 3
    assert [json.loads(line)["id"] for line in (lines[0], lines[2])] == ["0", "1"]


def test_a_large_array_is_read_in_bounded_memory():
    one = json.dumps(entry("1", note="x" * 300)) + ",\n"
    stream = io.BytesIO(("[" + one * 100_000 + json.dumps(entry("2")) + "]").encode())
    tracemalloc.start()
    lines = sum(block.data.count(b"\n") for block in split_values(stream))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lines == 100_001
    assert peak < 24 << 20
