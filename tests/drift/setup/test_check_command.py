"""What check finds wrong, and the code that it ends with."""

import json
import stat
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drift.cli.commands.group import program
from tests.support import usual_layouts
from tests.support.rights import where_modes_hold

JOB = """
name = "dogs"
[bucket]
url = "bucket"
[predictions]
path = "predictions_log.csv"
columns = { prediction = "breed" }
[images]
path = "images/{id}_{filename}"
[window]
rows = 40
[reference]
features = "labels_metrics_sampled.csv"
"""


def check(*arguments: object) -> Result:
    return CliRunner().invoke(
        program,
        ["check", *(str(one) for one in arguments)],
        standalone_mode=False,
        catch_exceptions=False,
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    usual_layouts.reference_system(folder / "bucket")
    return folder


def checked(world: Path, *changes: tuple[str, str], options: tuple[str, ...] = ()) -> dict:
    text = JOB
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    job_file = world / "job.toml"
    job_file.write_text(text, encoding="utf-8")
    result = check(job_file, "--json", *options)
    said = json.loads(result.output)
    assert said["exit_code"] == result.return_value
    assert said["would_run"] == (result.return_value == 0)
    return said


def states(said: dict, state: str) -> dict[str, str]:
    return {
        one["thing"]: f"{one['found']} {one['mend']}"
        for one in said["checks"]
        if one["state"] == state
    }


def test_a_good_job_passes_and_says_what_is_there(world):
    before = sorted(path for path in world.rglob("*") if path.name != "job.toml")
    said = checked(world)
    assert said["exit_code"] == 0
    assert states(said, "fails") == {}
    good = states(said, "ok")
    assert "40 rows" in good["rows in window"]
    assert "prediction = breed" in good["columns"]
    assert "40 of the 40 rows tried" in good["images"]
    assert "80 rows of mean, std_dev, entropy" in good["reference"]
    assert sorted(path for path in world.rglob("*") if path.name != "job.toml") == before


def test_numbers_of_the_log_that_differ_from_the_images_are_named(world):
    assert "mean in 40 rows" in states(checked(world), "look at this")["own numbers"]


@pytest.mark.parametrize(
    ("change", "thing", "part", "code"),
    [
        (('name = "dogs"', 'name = "Dogs"'), "job file", "name", 2),
        (('url = "bucket"', 'url = "nowhere"'), "bucket", "there is no folder", 5),
        (('path = "predictions_log.csv"', 'path = "x.csv"'), "log", "no such file", 5),
        (('"breed"', '"bread"'), "log's rows", 'The nearest is "breed"', 5),
        (("{filename}", "{filename}.png"), "images", "not in the bucket", 5),
        (("labels_metrics_sampled.csv", "x.csv"), "reference", "no such file", 5),
        (('features = "labels_metrics_sampled.csv"', 'images = "x/"'), "reference", "no image", 5),
        (
            ("[window]", '[segments]\ncolumns = ["camera"]\n[window]'),
            "log's rows",
            "segments.columns",
            5,
        ),
    ],
)
def test_what_would_end_a_run_ends_the_check_with_the_same_code(world, change, thing, part, code):
    said = checked(world, change)
    assert said["exit_code"] == code
    assert part in states(said, "fails")[thing]


def test_an_empty_window_is_told_with_the_newest_rows_time(world):
    said = checked(world, ("rows = 40", 'last = "1d"'))
    assert said["exit_code"] == 0
    assert "The newest row is from 2025-03-06" in states(said, "look at this")["rows in window"]
    assert states(said, "not tried")["images"].startswith("the window has no rows")


def test_the_window_ends_where_until_says(world):
    said = checked(world, ("rows = 40", 'last = "1d"'), options=("--until", "2025-03-05"))
    assert "2025-03-04 00:00 to 2025-03-05 00:00" in states(said, "ok")["rows in window"]


def test_a_window_too_small_for_the_reference_is_told_with_what_is_needed(world):
    said = checked(world, ("rows = 40", "rows = 12"))
    assert "reference is too small" in states(said, "look at this")["window's size"]
    said = checked(
        world,
        ("rows = 40", "rows = 12"),
        ("[reference]", "[detection]\neffect_to_see = 1\n[reference]"),
    )
    assert "images would show 1" in states(said, "look at this")["window's size"]


@pytest.mark.skipif(sys.platform != "linux", reason="root gives up rights as Linux has it")
def test_reports_that_may_not_be_written_are_code_6(world):
    folder = world / "bucket"
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        said = where_modes_hold(lambda: checked(world))
    finally:
        folder.chmod(stat.S_IRWXU)
    assert said["exit_code"] == 6


def test_a_file_in_the_way_of_the_reports_is_code_6(world):
    said = checked(world, ("[reference]", '[reports]\npath = "predictions_log.csv"\n[reference]'))
    assert said["exit_code"] == 6
    assert "may not be written" in states(said, "fails")["reports"]


def test_schedule_notifications_and_links_are_looked_at(world, monkeypatch):
    extra = (
        '[schedule]\ncron = "15 3 * * *"\n[notifications]\nurls_from = "OUR_URLS"\n'
        '[reports]\nlink_template = "https://x.test/{path}"\n[reference]'
    )
    said = checked(world, ("[reference]", extra))
    assert "03:15" in states(said, "ok")["schedule"]
    assert "https://x.test/data_drift_reports/dogs/" in states(said, "ok")["links"]
    assert "OUR_URLS is not set" in states(said, "look at this")["notifications"]
    monkeypatch.setenv("OUR_URLS", "json://secret.test")
    said = checked(world, ("[reference]", extra))
    assert states(said, "ok")["notifications"].strip() == "OUR_URLS is set"
    assert "secret" not in json.dumps(said)


def test_people_read_a_table_with_what_to_mend(world):
    checked(world, ("{filename}", "{filename}.png"))
    result = check(world / "job.toml")
    assert result.return_value == 5
    lines = result.output.splitlines()
    assert any(line.startswith("fails        images") for line in lines)
    assert any("-> images.path is" in line for line in lines)
    assert lines[-1] == "A run would not work: one thing to mend (exit code 5)."
