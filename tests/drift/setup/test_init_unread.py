"""What init says of objects that no run reads: what they look like, and what to do."""

import gzip
import json
from pathlib import Path

import pytest

from drift.setup.log.samples.sniffing import look_at
from jobs.errors import InputError
from tests.support.layouts import put, requests, write_csv, write_text
from tests.support.proposing import proposed, row

ROWS = requests(30)


def with_images(folder: Path) -> Path:
    for one in ROWS:
        put(folder, f"images/{one.id}.jpg", one.number)
    for number in range(30):
        put(folder, f"reference/{number}.jpg", number)
    return folder


def lines() -> list[str]:
    return [json.dumps(row(one)) for one in ROWS]


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        proposed(folder)
    return caught.value.message


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("\n".join(lines()), "JSON lines"),
        ("".join(lines()), "JSON objects one after the other"),
        (json.dumps(json.loads(lines()[0]), indent=1), "a single JSON object"),
        (f"[{','.join(lines())}]", "one JSON array"),
        ("a,b\n1,2\n3,4\n", "a table with a header"),
        (b"PAR1xxxx", "Parquet"),
        (b"Obj\x01xx", "Avro"),
        ("a,b\n1,2\n".encode("utf-16"), "a table with a header"),
        (gzip.compress("\n".join(lines()).encode()), "JSON lines"),
    ],
)
def test_content_tells_what_an_object_is(data, kind):
    found = look_at(data.encode() if isinstance(data, str) else data, is_whole=True)
    assert found is not None
    assert found.kind.startswith(kind)


@pytest.mark.parametrize("data", [b"", b"hello", b"# Read me\n\nSome, text.\n", b"\x00\x01\x02"])
def test_content_that_is_no_table_is_none(data):
    assert look_at(data, is_whole=True) is None


def test_a_table_without_times_is_said_to_lead_to_images(tmp_path):
    folder = with_images(tmp_path)
    write_csv(folder / "boxes.csv", [{"Image Name": f"{one.id}.jpg", "p": 1} for one in ROWS])
    message = refused(folder)
    assert "boxes.csv is none: no column of it holds times" in message
    assert "with the path images/{Image Name} 100% of its rows name an image" in message


def test_json_without_times_is_not_called_a_log(tmp_path):
    folder = with_images(tmp_path)
    write_text(folder / "labels.json", json.dumps({"0": "cat", "1": "dog"}))
    message = refused(folder)
    assert (
        "labels.json is a single JSON object with the fields 0, 1. None of these holds" in message
    )


def test_the_newest_row_is_the_newest_and_is_shortened(tmp_path):
    rows = [row(one, note="x" * 500) for one in ROWS]
    write_csv(tmp_path / "log.csv", [rows[-1], *rows[:-1]])
    put(tmp_path, "images/other.jpg", 1)
    message = refused(tmp_path)
    assert f"The newest row is timestamp = {rows[-1]['timestamp']}" in message
    assert "x" * 41 not in message
