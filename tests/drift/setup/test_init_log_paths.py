"""The path that init writes for a log: what it takes in, now and later, and what it misses."""

import json

import pytest
from click.testing import CliRunner

from drift.cli.commands.group import program
from drift.setup.log.near import beginning_of, near_by, wider_path
from drift.setup.log.part_names import general_part, with_any_part
from jobs.predictions.selection.object_names import LogFormat, compile_glob, format_of, named_span
from tests.support.layouts import put, requests, write_csv, write_jsonl, write_text
from tests.support.proposing import proposed, row, said

ROWS = requests(40)


def with_images(folder):
    for one in ROWS:
        put(folder, f"images/{one.id}.jpg", one.number)
    for number in range(30):
        put(folder, f"reference/{number}.jpg", number)
    return folder


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("part-0000.csv", "part-*.csv"),
        ("part-00000-0aa4b3c2-1111-4222-8333-0123456789ab-c000.snappy.parquet", None),
        ("predictions_1.csv", "predictions_*.csv"),
        ("predictions.1.csv", "predictions.*.csv"),
        ("train-00000-of-00004.parquet", "train-*-of-*.parquet"),
        ("shard3.jsonl.gz", "shard*.jsonl.gz"),
        ("predictions.csv", "predictions.csv"),
        ("predictions_v2.csv", "predictions_v2.csv"),
        ("predictions_model_2.csv", "predictions_model_2.csv"),
        ("log_cam_1.csv", "log_cam_1.csv"),
        ("resnet50.csv", "resnet50.csv"),
    ],
)
def test_numbers_that_count_parts_are_open_and_others_stay(name, path):
    assert with_any_part(name) == (path or "part-*-c*.snappy.parquet")
    assert compile_glob(with_any_part(name)).fullmatch(name)


def test_one_part_of_a_log_gets_a_path_that_takes_in_the_next(tmp_path):
    folder = with_images(tmp_path)
    write_csv(folder / "logs/part-0000.csv", [row(one) for one in ROWS])
    assert proposed(folder).log.path == "logs/part-*.csv"


def test_a_path_is_not_opened_where_it_would_take_in_something_else(tmp_path):
    folder = with_images(tmp_path)
    write_csv(folder / "logs/log_1.csv", [row(one) for one in ROWS])
    write_csv(folder / "logs/log_classes.csv", [{"class": "a", "n": 1}, {"class": "b", "n": 2}])
    assert proposed(folder).log.path == "logs/log_1.csv"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv.1", LogFormat.CSV),
        ("a.csv.12.gz", LogFormat.CSV),
        ("a.csv-20250303", LogFormat.CSV),
        ("a.csv-20250303.gz", LogFormat.CSV),
        ("a.jsonl.2025-03-03", LogFormat.JSON_LINES),
        ("a.csv.2025-03-03_12-00-00", LogFormat.CSV),
        ("a.csv.bak", None),
        ("a.csv.1.bz2", None),
        ("a.csv.part", None),
        ("a.1", None),
    ],
)
def test_rotated_names_tell_the_format_of_what_was_rotated(name, kind):
    assert format_of(name) is kind


def test_rotated_parts_are_one_log_and_all_their_rows_are_read(tmp_path):
    folder = with_images(tmp_path)
    header = "timestamp,id,pred\n"
    lines = [",".join(map(str, row(one).values())) + "\n" for one in ROWS]
    write_text(folder / "logs/p.csv", header + "".join(lines[30:]))
    write_text(folder / "logs/p.csv.1", header + "".join(lines[20:30]))
    write_text(folder / "logs/p.csv.2.gz", header + "".join(lines[10:20]))
    write_text(folder / "logs/p.csv.3.gz", header + "".join(lines[:10]))
    found = proposed(folder)
    assert found.log.path == "logs/p.csv*"
    assert "4 objects, 40 rows" in found.log.because
    checked = check(folder, "logs/p.csv*")
    assert "40 rows" in checked["rows in window"]


def test_rotated_parts_are_not_joined_with_what_a_run_cannot_read(tmp_path):
    folder = with_images(tmp_path)
    lines = "timestamp,id,pred\n" + "".join(
        ",".join(map(str, row(one).values())) + "\n" for one in ROWS
    )
    write_text(folder / "logs/p.csv", lines)
    write_text(folder / "logs/p.csv.1", lines)
    write_text(folder / "logs/p.csv.bak", lines)
    found = proposed(folder)
    assert found.log.path == "logs/p.csv"
    assert "It could also be logs/p.csv.1" in said(found)
    assert "logs/p.csv.bak" in said(found)


@pytest.mark.parametrize(
    ("path", "names", "missed"),
    [
        ("logs/p.csv", ["logs/p.csv", "logs/p.csv.1", "p.csv.1"], ["logs/p.csv.1"]),
        ("logs/p.csv", ["logs/p-labels.csv", "logs/q.csv", "logs/p.png"], []),
        ("p.csv", ["p_old.csv", "validation_p.csv", "_p.csv"], ["p_old.csv"]),
        ("l/part-000*.csv", ["l/part-0010.csv", "l/part-0001.csv"], ["l/part-0010.csv"]),
        ("l/2025/*/*.csv", ["l/2026/01/a.csv", "l/2025/01/b.csv"], ["l/2026/01/a.csv"]),
        ("l/*.csv", ["l/a.csv", "l/a.jsonl", "l/readme.md"], ["l/a.jsonl"]),
    ],
)
def test_objects_named_like_the_log_that_its_path_misses_are_found(path, names, missed):
    assert near_by(path, names) == missed
    assert all(name.startswith(beginning_of(path)) for name in missed)


@pytest.mark.parametrize(
    ("path", "missed", "wider"),
    [
        ("logs/p.csv", ["logs/p.csv.1", "logs/p.csv.2.gz"], "logs/p.csv*"),
        ("logs/part-0001.csv", ["logs/part-0002.csv"], "logs/part-*.csv"),
        ("p.csv", ["p_old.csv"], "p*.csv"),
        ("logs/p.csv", ["logs/p.json"], None),
        ("l/2025/a.csv", ["l/2026/a.csv"], None),
    ],
)
def test_a_wider_path_is_offered_where_a_run_can_read_it(path, missed, wider):
    assert wider_path(path, missed) == wider
    if wider:
        glob = compile_glob(wider)
        assert all(glob.fullmatch(name) for name in (path, *missed))


JOB = """
name = "x"
[bucket]
url = "."
[predictions]
path = "{path}"
[images]
path = "images/{{id}}.jpg"
[window]
rows = 100
[reference]
images = "reference/"
"""


def check(folder, path):
    job_file = folder / "job.toml"
    job_file.write_text(JOB.format(path=path), encoding="utf-8")
    result = CliRunner().invoke(
        program, ["check", str(job_file), "--json"], standalone_mode=False, catch_exceptions=False
    )
    checks = json.loads(result.output)["checks"]
    return {one["thing"]: f"{one['state']}: {one['found']} {one['mend']}" for one in checks}


def test_check_counts_what_the_path_misses(tmp_path):
    folder = with_images(tmp_path)
    write_csv(folder / "logs/p.csv", [row(one) for one in ROWS[20:]])
    write_text(folder / "logs/p.csv.1", "timestamp,id,pred\n")
    write_jsonl(folder / "logs/p.jsonl", [row(one) for one in ROWS[:20]])
    told = check(folder, "logs/p.csv")["log"]
    assert told.startswith("look at this: 2 objects near by that predictions.path does not match")
    assert "logs/p.csv.1, logs/p.jsonl" in told


def test_check_is_quiet_where_the_path_misses_nothing(tmp_path):
    folder = with_images(tmp_path)
    write_csv(folder / "logs/p.csv", [row(one) for one in ROWS])
    write_csv(folder / "logs/labels.csv", [{"id": 1, "label": "a"}])
    assert check(folder, "logs/p.csv")["log"].startswith("ok")


def test_the_day_of_a_rotation_says_nothing_about_the_days_of_the_rows():
    glob = compile_glob("p.csv*")
    assert named_span("p.csv-20250309.gz", glob) is None
    assert named_span("p-20250309.csv", compile_glob("p*.csv")) is not None


@pytest.mark.parametrize(
    "folder", ["04-03-2025 10:15:00", "2025-03-04 10:15:00.250", "2025-03-04T10:15:00Z"]
)
def test_a_folder_of_one_moment_changes_as_a_whole(folder):
    assert general_part(folder) == "*"


def test_a_part_of_a_random_name_that_the_glob_reads_too_is_no_other_log(tmp_path):
    folder = with_images(tmp_path)
    names = ["a1b2c3"] * (len(ROWS) - 1) + ["afaccf"]
    for one, ending in zip(ROWS, names, strict=True):
        write_jsonl(folder / f"logs/{one.id}-{one.number:02d}{ending}.jsonl", [row(one)] * 2)
    assert "It could also be" not in said(proposed(folder))
    assert "not looked into" not in said(proposed(folder))
