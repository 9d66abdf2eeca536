"""What must never change a report: the order of the log, its parts, the workers, a repetition."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from reports.json_report.report import report_json
from tests.support.worlds import job_of, make_world

UNTIL = datetime(2025, 3, 4, tzinfo=UTC)
REQUESTS = 30


def content(job: Job) -> dict[str, object]:
    """Return what a run finds, without writing, but for the fields that the clock fills."""
    found = run_job(open_workplace(job, writes=False), RunOptions(until=UNTIL))
    report = json.loads(report_json(found))
    del report["generated_at"], report["timings"], report["profile"]["created_at"]
    return report


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invariance")
    make_world(folder, lights=(0.6,), requests=REQUESTS, references=40)
    # A row that repeats an id with another prediction, one without an image, one that is broken.
    log = folder / "predictions_log.csv"
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    other = next(line for line in lines[3:] if line.split(",")[3] != lines[2].split(",")[3])
    repeated = lines[2].split(",")
    repeated[3] = other.split(",")[3]
    broken = lines[3].replace("2025-", "someday-", 1)
    log.write_text("".join([*lines, ",".join(repeated), broken]), encoding="utf-8")
    next(iter(sorted((folder / "images").iterdir()))).unlink()
    return folder


@pytest.fixture(scope="module")
def usual(world: Path) -> dict[str, object]:
    return content(job_of(world))


def write_parts(folder: Path, parts: Sequence[Sequence[int]], packed: Sequence[bool]) -> None:
    """Replace the log by objects that hold the given lines each, some of them compressed."""
    log = folder / "predictions_log.csv"
    header, *lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.unlink()
    for number, (part, is_packed) in enumerate(zip(parts, packed, strict=True)):
        text = (header + "".join(lines[line] for line in part)).encode()
        name = f"part-{number}.csv" + (".gz" if is_packed else "")
        target = folder / "logs" / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(gzip.compress(text, mtime=0) if is_packed else text)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[list[list[int]], list[bool]]:
    """Return the log's lines in any order, cut into one to four objects."""
    order = draw(st.permutations(range(REQUESTS + 2)))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=3)))
    bounds = [0, *cuts, len(order)]
    parts = [order[start:end] for start, end in pairwise(bounds)]
    return parts, draw(st.lists(st.booleans(), min_size=len(parts), max_size=len(parts)))


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(
    layout=layouts(),
    fetchers=st.integers(1, 9),
    decoders=st.integers(1, 3),
)
def test_a_report_depends_on_nothing_but_rows_and_images(
    world: Path,
    usual: dict[str, object],
    tmp_path_factory: pytest.TempPathFactory,
    layout: tuple[list[list[int]], list[bool]],
    fetchers: int,
    decoders: int,
) -> None:
    folder = Path(shutil.copytree(world, tmp_path_factory.mktemp("layout") / "bucket"))
    write_parts(folder, *layout)
    job = job_of(folder)
    images = {**job.images.model_dump(), "fetch_workers": fetchers, "decode_workers": decoders}
    log = {**job.predictions.model_dump(), "path": "logs/*"}
    found = content(job_of(folder, predictions=log, images=images))
    assert without_places(found) == without_places(usual)


def without_places(report: dict[str, object]) -> dict[str, object]:
    """Leave out where the log and a rejected row of it are, which is what the layout changes."""
    log, settings = report["log"], report["job_settings"]
    assert isinstance(log, dict)
    assert isinstance(settings, dict)
    return {
        **report,
        "log": {key: log[key] for key in log if key != "examples"},
        "job_settings": {key: settings[key] for key in settings if key not in {"log", "digest"}},
    }
