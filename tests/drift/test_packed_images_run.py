"""Runs whose images are packed: the same findings as where each is an object of its own."""

from __future__ import annotations

import shutil
import tarfile
from collections import defaultdict
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions, requested_window
from drift.setup.check.images import check_images
from drift.setup.check.log import check_log
from drift.setup.check.reference_sources import check_image_prefix
from drift.setup.check.result import CheckState
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from reference_stats.extraction import extract as extraction
from reports.findings.run import RunFindings
from tests.support.packed_images import PACKERS
from tests.support.worlds import START, job_of, make_world

pytestmark = pytest.mark.usefixtures("without_evidently")

UNTIL = (START + timedelta(days=3)).replace(tzinfo=UTC)
KINDS = {"tar": "shard.tar", "tgz": "shard.tgz", "zip": "deflated.zip", "parquet": "shard.parquet"}


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bucket whose third day is dark, with its images as objects of their own."""
    folder = tmp_path_factory.mktemp("beside")
    make_world(folder, lights=(1.0, 0.95, 0.4), requests=40, references=60)
    return folder


def packed(beside: Path, folder: Path, kind: str) -> Job:
    """Make the same bucket with the images of a day in one object, and those of the reference."""
    shutil.copytree(beside, folder, ignore=shutil.ignore_patterns("data_drift_reports"))
    contents: dict[str, dict[str, bytes]] = defaultdict(dict)
    for path in sorted((folder / "images").iterdir()):
        contents[f"images/{path.name[:8]}"][path.name] = path.read_bytes()
    for path in sorted((folder / "reference").iterdir()):
        contents[f"reference/{path.name[-5]}"][path.name] = path.read_bytes()
    shutil.rmtree(folder / "images")
    shutil.rmtree(folder / "reference")
    for name, images in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / f"{name}.{kind}").write_bytes(PACKERS[KINDS[kind]](images))
    return job_of(folder, images={"path": f"images/{{id:.8}}.{kind}#{{id}}_{{filename}}"})


def run(job: Job) -> RunFindings:
    return run_job(open_workplace(job), RunOptions(until=UNTIL))


@pytest.fixture(scope="module")
def expected(beside: Path) -> RunFindings:
    return run(job_of(beside))


def numbers(findings: RunFindings) -> dict[str, object]:
    return {
        one.name: (one.state, one.statistic, one.p_value)
        for one in (*findings.features, *findings.predictions)
    } | {"verdict": findings.verdict, "images": findings.images}


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_finds_the_same_and_shows_the_pictures(kind, beside, expected, tmp_path):
    job = packed(beside, tmp_path / "bucket", kind)
    found = run(job)
    assert numbers(found) == numbers(expected)
    assert found.images.analysed > 30
    folder = tmp_path / "bucket/data_drift_reports/dogs/runs" / found.run_id
    page = (folder / "report.html").read_text(encoding="utf-8")
    before = beside / "data_drift_reports/dogs/runs" / expected.run_id / "report.html"
    pictures = page.count("data:image/")
    assert pictures == before.read_text(encoding="utf-8").count("data:image/") > 0
    assert f".{kind}#" in (folder / "affected.csv").read_text(encoding="utf-8")


def test_a_repeated_run_reads_no_image_anew(beside, tmp_path, monkeypatch):
    job = packed(beside, tmp_path / "bucket", "tar")
    first = run(job)
    computed = []
    real = extraction.ImageReading.compute
    monkeypatch.setattr(
        extraction.ImageReading, "compute", lambda *all: computed.append(all) or real(*all)
    )
    again = run(job)
    assert numbers(again) == numbers(first)
    assert computed == []


@pytest.mark.parametrize("immutable", [True, False])
def test_an_overwritten_shard_is_noticed_where_objects_are(immutable, beside, tmp_path):
    job = packed(beside, tmp_path / "bucket", "tar")
    images = job.images.model_copy(update={"immutable": immutable})
    job = job.model_copy(update={"images": images})
    first = run(job)
    days = sorted((tmp_path / "bucket/images").iterdir())
    names = [path.name for path in sorted((beside / "images").iterdir())]
    bright = [(beside / "images" / name).read_bytes() for name in names if name[:8] == "20250303"]
    dark = [name for name in names if name[:8] == "20250305"]
    days[-1].write_bytes(PACKERS["shard.tar"](dict(zip(dark, bright, strict=True))))
    again = run(job)
    assert (numbers(again) == numbers(first)) is immutable


def test_a_shard_that_has_grown_has_the_same_pictures(beside, tmp_path):
    job = packed(beside, tmp_path / "bucket", "tar")
    images = job.images.model_copy(update={"immutable": False})
    job = job.model_copy(update={"images": images})
    first = run(job)
    for shard in (tmp_path / "bucket/images").iterdir():
        with tarfile.open(shard, "a") as archive:
            archive.addfile(tarfile.TarInfo("new.jpg"))
    for _ in range(2):
        again = run(job)
        assert numbers(again) == numbers(first)
        assert again.remarks == first.remarks


def test_a_shard_that_breaks_once_it_was_measured_is_no_later_use(beside, tmp_path):
    job = packed(beside, tmp_path / "bucket", "tar")
    images = job.images.model_copy(update={"immutable": False})
    job = job.model_copy(update={"images": images})
    run(job)
    for shard in (tmp_path / "bucket/images").iterdir():
        shard.write_bytes(shard.read_bytes()[:1000])
    again = run(job)
    assert again.images.analysed == 0
    assert "pictures_of_later_uses" not in {one.code for one in again.remarks}


def test_a_broken_shard_is_told_once_and_stops_nothing(beside, tmp_path):
    job = packed(beside, tmp_path / "bucket", "tar")
    newest = tmp_path / "bucket/images/20250305.tar"
    newest.write_bytes(newest.read_bytes()[:40_000])
    found = run(job)
    lost = found.images.unfetched
    assert lost >= 35
    (trouble,) = found.quality.troubles
    assert trouble.name.startswith("images/20250305.tar#")
    assert "could not be fetched: the packed object is no complete tar: it ends within" in (
        trouble.reason
    )
    assert trouble.reason.endswith(f"({lost} images of it)")


def test_members_that_are_not_there_are_missing(beside, tmp_path):
    job = packed(beside, tmp_path / "bucket", "tar")
    shard = tmp_path / "bucket/images/20250305.tar"
    names = sorted(path.name for path in (beside / "images").iterdir() if "20250305" in path.name)
    kept = {name: (beside / "images" / name).read_bytes() for name in names[5:]}
    shard.write_bytes(PACKERS["shard.tar"](kept))
    found = run(job)
    assert found.images.missing == 5
    (trouble,) = found.quality.troubles
    assert (trouble.name, trouble.reason) == (
        f"images/20250305.tar#{names[0]}",
        "not in the bucket (5 images of it)",
    )


def test_check_reads_packed_images_and_a_packed_reference(beside, tmp_path):
    job = packed(beside, tmp_path / "bucket", "zip")
    place = open_workplace(job, writes=False)
    rows = check_log(place, requested_window(job, RunOptions(until=UNTIL), UNTIL)).rows
    assert rows is not None
    checked = check_images(place, rows)
    assert [one.state for one in checked.checks if one.thing == "images"] == [CheckState.OK]
    reference = check_image_prefix(place)
    assert reference.checks[0].state is CheckState.OK
    assert "60 images below" in reference.checks[0].found
    broken = tmp_path / "bucket/reference/1.zip"
    broken.write_bytes(b"no zip")
    (failed, *_) = check_image_prefix(open_workplace(job, writes=False)).checks
    assert failed.state is CheckState.FAILS
    assert "1.zip: the packed object is no complete zip" in failed.found
