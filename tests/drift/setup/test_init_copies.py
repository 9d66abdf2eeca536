"""Thumbnails and other copies among the reference's images."""

import json
import os

import pytest
from click.testing import CliRunner

from drift.cli.commands.group import program
from drift.observations.reference.smaller_copies import find_copies
from jobs.job_file.reading import load_job
from reference_stats.profiles.from_images import not_excluded
from tests.support.layouts import put, requests, write_csv
from tests.support.proposing import row

NUMBERS = range(10)


@pytest.mark.parametrize(
    ("copy", "globs"),
    [
        ("r/{}_thumb.jpg", ("*_thumb.*",)),
        ("r/{}-150x150.jpg", ("*-150x150.*",)),
        ("r/{}@2x.jpg", ("*@2x.*",)),
        ("r/{}_small@2x.webp", ("*@2x.*",)),
        ("r/thumb_{}.png", ("thumb_*",)),
        ("r/thumbs/{}.jpg", ("thumbs/**",)),
        ("r/128/{}.jpg", ("128/**",)),
        ("r/{}.webp", ("*.webp",)),
    ],
)
def test_copies_beside_their_originals_are_found_and_the_globs_leave_out_just_them(copy, globs):
    originals = [f"r/{number}.jpg" for number in NUMBERS] + ["r/alone.jpg"]
    copies = [copy.format(number) for number in NUMBERS]
    found = find_copies("r/", [*originals, *copies])
    assert found is not None
    assert set(found.names) == set(copies)
    assert found.globs == globs
    assert found.said.startswith("10 of 21 names ")
    assert not_excluded([*originals, *copies], "r/", found.globs) == originals


@pytest.mark.parametrize(
    "names",
    [
        [f"r/{number}_small.jpg" for number in NUMBERS],
        [f"r/{folder}/{number}.jpg" for folder in ("cats", "dogs") for number in NUMBERS],
        [f"r/x_{number}.jpg" for number in NUMBERS] + ["r/x.jpg"],
        [f"r/{number}.{ending}" for number, ending in enumerate(["jpg", "png"] * 5)],
        [],
    ],
)
def test_images_without_an_original_are_no_copies(names):
    assert find_copies("r/", names) is None


@pytest.fixture
def bucket(tmp_path):
    rows = requests(40)
    for one in rows:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    for number in range(30):
        put(tmp_path, f"reference/{number}.jpg", number)
        put(tmp_path, f"reference/{number}_thumb.jpg", number)
    write_csv(tmp_path / "log.csv", [row(one) for one in rows])
    return tmp_path


def call(*arguments):
    return CliRunner().invoke(
        program, [str(one) for one in arguments], standalone_mode=False, catch_exceptions=False
    )


def checked(job_file):
    said = json.loads(call("check", job_file, "--json").output)
    return [one for one in said["checks"] if one["thing"] == "reference"]


def test_init_leaves_copies_out_of_the_reference_and_says_so(bucket):
    told = call("init", bucket, "--output", bucket / "job.toml", "--name", "x").output
    assert "30 of 60 names end in _thumb" in told
    assert load_job(bucket / "job.toml", os.environ).reference.exclude == ("*_thumb.*",)
    (check,) = checked(bucket / "job.toml")
    assert check["found"].startswith("30 images below")


def test_check_asks_whether_copies_are_meant(bucket):
    call("init", bucket, "--output", bucket / "job.toml", "--name", "x")
    text = (bucket / "job.toml").read_text().replace('exclude = ["*_thumb.*"]', "")
    (bucket / "job.toml").write_text(text)
    _, check = checked(bucket / "job.toml")
    assert check["state"] == "look at this"
    assert "30 of 60 names end in _thumb" in check["found"]
    assert 'reference.exclude = ["*_thumb.*"]' in check["mend"]


def test_a_profile_with_copies_in_it_is_named_by_check_and_by_the_report(bucket):
    call("init", bucket, "--output", bucket / "job.toml", "--name", "x")
    text = (bucket / "job.toml").read_text().replace('exclude = ["*_thumb.*"]', "")
    (bucket / "job.toml").write_text(text)
    call("run", bucket / "job.toml")
    pinned, check = checked(bucket / "job.toml")
    assert "is pinned" in pinned["found"]
    assert "30 of 60 names end in _thumb" in check["found"]
    report = json.loads((bucket / "data_drift_reports/x/latest.json").read_text())
    (remark,) = [one for one in report["remarks"] if one["code"] == "thumbnails_in_reference"]
    assert 'reference.exclude = ["*_thumb.*"]' in remark["text"]
    assert remark["weight"] == "cause"
