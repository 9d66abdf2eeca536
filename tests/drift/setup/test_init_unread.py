"""What init says of objects that no run reads: what they look like, and what to do."""

import gzip
import json
from datetime import UTC
from pathlib import Path

import pytest

from drift.setup.log.sniffing import look_at
from jobs.errors import InputError
from tests.support.layouts import put, requests, write_csv, write_text
from tests.support.proposing import proposed, row, said

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
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16 text"),
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


def test_objects_that_are_no_logs_by_their_names_only_are_named_with_what_to_do(tmp_path):
    folder = with_images(tmp_path)
    for hour in range(3):
        write_text(folder / f"firehose/2025/03/03/p-{hour}", "".join(lines()[hour::3]))
    message = refused(folder)
    assert "3 objects such as firehose/2025/03/03/p-0 are JSON objects one after the" in message
    assert "with the fields timestamp, id, pred" in message
    assert "write a line break behind each object" in message
    assert "Name the folder" not in message


def test_one_object_for_each_request_is_named(tmp_path):
    folder = with_images(tmp_path)
    for number, line in enumerate(lines()):
        write_text(folder / f"requests/{number:08x}-response.json", line)
    message = refused(folder)
    assert "30 objects such as requests/00000000-response.json are each a single JSON" in message


def test_a_log_beside_that_is_not_read_is_named_in_the_proposal(tmp_path):
    folder = with_images(tmp_path)
    write_csv(folder / "log.csv", [row(one) for one in ROWS])
    write_text(folder / "older/app.json", "\n".join(lines()))
    assert "older/app.json is JSON lines under a name that does not end in" in said(
        proposed(folder)
    )


def test_a_table_without_times_is_said_to_lead_to_images(tmp_path):
    folder = with_images(tmp_path)
    write_csv(folder / "boxes.csv", [{"Image Name": f"{one.id}.jpg", "p": 1} for one in ROWS])
    message = refused(folder)
    assert "boxes.csv is none: no column of it holds times" in message
    assert "with the path images/{Image Name} 100% of its rows name an image" in message


def test_names_of_images_that_hold_times_are_offered_as_a_log(tmp_path):
    for one in ROWS:
        put(tmp_path, f"cam/{one.time:%Y/%m/%d/%Y%m%d_%H%M%S}.jpg", one.number)
    message = refused(tmp_path)
    assert "The names of 30 images hold times" in message
    assert f"such as {ROWS[-1].time:%Y-%m-%dT%H:%M:%S},cam/" in message


@pytest.mark.parametrize(
    "form", ["%Y/%m/%d/%H-%M-%S", "%Y-%m-%dT%H-%M-%S_a", "img_%Y%m%d%H%M%S", "%s", "%s123"]
)
def test_times_in_names_are_read_in_the_usual_forms(form, tmp_path):
    times = [one.time.replace(tzinfo=UTC) for one in ROWS]
    for time in times:
        name = form.replace("%s", str(int(time.timestamp())))
        put(tmp_path, f"cam/{time.strftime(name)}.jpg", 1)
    assert f"such as {times[-1]:%Y-%m-%dT%H:%M:%S}" in refused(tmp_path)


def test_json_without_times_is_not_called_a_log(tmp_path):
    folder = with_images(tmp_path)
    write_text(folder / "labels.json", json.dumps({"0": "cat", "1": "dog"}))
    message = refused(folder)
    assert (
        "labels.json is a single JSON object with the fields 0, 1. None of these holds" in message
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("a;b\n".encode("utf-16"), "it is UTF-16 text"),
        (b"sep=;\r\ntimestamp;id\r\n2025-03-03;1\r\n", "its first line is sep=;, a hint for"),
    ],
)
def test_what_excel_writes_is_named(data, reason, tmp_path):
    folder = with_images(tmp_path)
    (folder / "log.csv").write_bytes(data)
    assert f"log.csv is none: {reason}" in refused(folder)


def test_the_newest_row_is_the_newest_and_is_shortened(tmp_path):
    rows = [row(one, note="x" * 500) for one in ROWS]
    write_csv(tmp_path / "log.csv", [rows[-1], *rows[:-1]])
    put(tmp_path, "images/other.jpg", 1)
    message = refused(tmp_path)
    assert f"The newest row is timestamp = {rows[-1]['timestamp']}" in message
    assert "x" * 41 not in message
