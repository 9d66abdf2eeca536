"""How many images check promises, and when the reference is not what it seems."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli.commands.group import program
from tests.support.layouts import Request, put, requests, write_csv

JOB = """
name = "dogs"
[bucket]
url = "."
[predictions]
path = "log.csv"
[images]
path = "images/{file}"
[window]
rows = 200
[reference]
"""
FOLDER = 'images = "reference/"'


def write_bucket(folder: Path, rows: Sequence[Request], names: Sequence[str]) -> None:
    write_csv(
        folder / "log.csv",
        [
            {"timestamp": f"{one.time.isoformat()}Z", "file": name}
            for one, name in zip(rows, names, strict=True)
        ],
    )
    for number in range(60):
        put(folder, f"reference/{number}.jpg", number)


def checked(folder: Path, reference: str, *, rows: int = 200) -> dict[str, tuple[str, str]]:
    job_file = folder / "job.toml"
    text = JOB.replace("rows = 200", f"rows = {rows}") + reference
    job_file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(
        program, ["check", str(job_file), "--json"], standalone_mode=False, catch_exceptions=False
    )
    said = json.loads(result.output)
    return {one["thing"]: (one["state"], f"{one['found']} {one['mend']}") for one in said["checks"]}


def test_images_that_only_the_newest_rows_have_are_not_multiplied(tmp_path):
    rows = requests(200)
    write_bucket(tmp_path, rows, [f"{one.number}.jpg" for one in rows])
    for one in rows[120:]:
        put(tmp_path, f"images/{one.number}.jpg", one.number)
    said = checked(tmp_path, FOLDER)
    images = int(said["window's size"][1].split()[1])
    assert 70 <= images <= 90
    assert said["images"][0] == "look at this"


def test_several_rows_of_one_image_count_once(tmp_path):
    rows = requests(200)
    write_bucket(tmp_path, rows, [f"{one.number // 5}.jpg" for one in rows])
    for number in range(40):
        put(tmp_path, f"images/{number}.jpg", number)
    said = checked(tmp_path, FOLDER)
    assert "200 rows name 40 different images" in said["repeats"][1]
    assert said["window's size"][1].startswith("about 40 images")


def test_what_file_systems_put_beside_images_is_no_reference(tmp_path):
    rows = requests(30)
    write_bucket(tmp_path, rows, [f"{one.number}.jpg" for one in rows])
    for one in rows:
        put(tmp_path, f"images/{one.number}.jpg", one.number)
        (tmp_path / f"reference/._{one.number}.jpg").write_bytes(b"\0\5\x16\7" + bytes(90))
    state, said = checked(tmp_path, FOLDER)["reference"]
    assert state == "ok"
    assert said.startswith("60 images")


@pytest.mark.parametrize(
    ("kept", "state"), [(range(100), "ok"), (range(70, 100), "look at this"), ([], "fails")]
)
def test_a_stretch_whose_images_are_mostly_gone_is_told(kept, state, tmp_path):
    rows = requests(200)
    write_bucket(tmp_path, rows, [f"{one.number}.jpg" for one in rows])
    for one in rows:
        if one.number in kept or one.number >= 100:
            put(tmp_path, f"images/{one.number}.jpg", one.number)
    start, end = rows[0].time.isoformat(), rows[100].time.isoformat()
    said = checked(tmp_path, f'window = {{ start = "{start}Z", end = "{end}Z" }}')
    assert said["reference"][0] == state


@pytest.mark.parametrize(("first_after", "overlaps"), [(60, True), (40, False)])
def test_a_window_that_reaches_into_the_reference_is_told(first_after, overlaps, tmp_path):
    rows = requests(100)
    write_bucket(tmp_path, rows, [f"{one.number}.jpg" for one in rows])
    for one in rows:
        put(tmp_path, f"images/{one.number}.jpg", one.number)
    start, end = rows[0].time.isoformat(), rows[first_after].time.isoformat()
    reference = f'window = {{ start = "{start}Z", end = "{end}Z" }}'
    assert ("window" in checked(tmp_path, reference, rows=60)) is overlaps
