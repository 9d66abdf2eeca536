"""``drift compare`` as a user calls it: two runs of a bucket, as a page or as JSON."""

import dataclasses
import json

import pytest
from click.testing import CliRunner

from drift.cli.commands.group import program
from jobs.buckets.bucket import HTML
from jobs.buckets.registry import open_bucket
from jobs.errors import InputError, UsageError
from reports.publishing.publish import publish
from tests.support.command import JOB_FILE
from tests.support.job_folder import PREFIX, run_id, run_of_day
from tests.support.pages import photograph
from tests.support.tested_segments import ONE_CAMERA


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two published runs: a steady one, and one that drifted and has its worst image's file."""
    made = tmp_path_factory.mktemp("compared")
    (made / "job.toml").write_text(JOB_FILE)
    (made / "bucket").mkdir()
    bucket = open_bucket(str(made / "bucket"))
    for day in (4, 5):
        run = dataclasses.replace(run_of_day(day), segment_tests=ONE_CAMERA if day == 5 else None)
        publish(bucket, PREFIX, run, {"report.html": (b"<p>", HTML)})
    bucket.write(run_of_day(5).offenders[0].image, photograph())
    return made


def compare(folder, *arguments):
    command = ["compare", str(folder / "job.toml"), *arguments]
    return CliRunner().invoke(program, command, standalone_mode=False, catch_exceptions=False)


def test_the_page_links_to_both_runs_and_shows_the_images_that_stand_out(folder, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in (folder / "bucket").rglob("*")}
    page = tmp_path / "page.html"
    said = compare(folder, "2025-03-03", "latest", "--to", str(page))
    assert said.output == f"{page}\n"
    text = page.read_text(encoding="utf-8")
    for day in (4, 5):
        link = folder / "bucket" / PREFIX / "runs" / run_id(day) / "report.html"
        assert f'href="{link.as_uri()}"' in text
    assert text.count("<img src=") == 1
    assert "3 Mar 2025: steady. 4 Mar 2025: drift." in text
    after = {path: path.stat().st_mtime_ns for path in (folder / "bucket").rglob("*")}
    assert after == before


def test_json_is_for_programs(folder):
    document = json.loads(compare(folder, "20250304", "20250305", "--json").output)
    assert [side["run_id"] for side in document["sides"]] == [run_id(4), run_id(5)]


def test_two_segments_of_one_run_are_two_sides(folder):
    parts = ("--segment", "camera=gate-1", "--segment", "camera=gate-3")
    document = json.loads(compare(folder, "latest", "latest", *parts, "--json").output)
    assert [side["state"] for side in document["sides"]] == ["steady", "drift"]
    assert [side["segment"]["value"] for side in document["sides"]] == ["gate-1", "gate-3"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("latest", "20250305"), r"both the run 20250305\S+ Expected two runs"),
        (("latest", "yesterday"), r"has no run 'yesterday'"),
        (
            ("latest", "latest", "--segment", "camera=gate-77"),
            r"tested no such part\. Tested there: camera=gate-3, camera=gate-1 and client=large\. "
            r"Which columns .* repeat the run: drift run JOB\.toml --until 2025-03-05T00:00:00Z",
        ),
        (
            ("latest", "latest", "--segment", "camera=gate-8"),
            r"not tested in .*: known on 2 of 7 normal days of its own\. A report holds figures of "
            r"tested parts only\. .* repeat the run .* drift\.compare",
        ),
    ],
)
def test_what_cannot_be_compared_is_told(arguments, said, folder):
    with pytest.raises(UsageError, match=said):
        compare(folder, *arguments, "--json")


@pytest.mark.parametrize(("data", "said"), [(None, "is gone"), (b"{}", "no report that this")])
def test_a_report_that_is_gone_or_broken_is_named_with_what_to_do(data, said, folder, tmp_path):
    name = f"{PREFIX}/runs/{run_id(4)}/report.json"
    bucket = open_bucket(str(folder / "bucket"))
    kept = bucket.read(name).data
    try:
        if data is None:
            (folder / "bucket" / name).unlink()
        else:
            bucket.write(name, data)
        with pytest.raises(InputError, match=rf"{said}.*\n?.*Repeat the run: drift run"):
            compare(folder, "20250304", "latest", "--to", str(tmp_path / "page.html"))
    finally:
        bucket.write(name, kept)
