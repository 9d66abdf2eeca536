"""Workers whose model fails: the run says so, or looks at the few images that are left itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from drift.execution.shard_computing import compute_shard, job_for_workers, open_for_shards
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from reference_stats.extraction.sharded.shard import Shard, ShardDone
from tests.support.engine_here import EngineHere
from tests.support.seen_world import REFERENCE, REQUESTS, make_seen_world, seen_job
from tests.support.sharded_worlds import UNTIL

pytestmark = pytest.mark.usefixtures("without_evidently")

IMAGES = REFERENCE + REQUESTS


@dataclass(kw_only=True)
class HalfBlind(EngineHere):
    """An engine whose model fails from a shard on; the features are measured all the same."""

    fails_from: int = 0

    def compute(self, shards: Sequence[Shard], done: Callable[[ShardDone], None]) -> None:
        for shard in shards:
            self.handed.append(shard)
            if len(self.handed) <= self.fails_from:
                done(compute_shard(self.place, shard))
            else:
                blind = compute_shard(replace(self.place, model=None), shard)
                done(replace(blind, view_problem="its process ended."))


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = make_seen_world(tmp_path_factory.mktemp("seen") / "bucket", news=(0, 0, 30))
    return seen_job(folder)


def run(job: Job, engine: EngineHere | None = None) -> dict[str, Any]:
    """Do a first run; its reports are moved away afterwards."""
    found = run_job(replace(open_workplace(job), elsewhere=engine), RunOptions(until=UNTIL))
    reports = Path(job.bucket.url) / "data_drift_reports"
    file = reports / job.name / "runs" / found.run_id / "report.json"
    report: dict[str, Any] = json.loads(file.read_text())
    for number in range(100):
        aside = reports.with_name(f"aside {number}")
        if not aside.exists():
            reports.rename(aside)
            break
    del report["generated_at"], report["timings"], report["profile"]["created_at"]
    return report


def blind(job: Job, **more: int) -> HalfBlind:
    place = open_for_shards(job_for_workers(job))
    return HalfBlind(place=place, shard_images=20, fewest_images=20, **more)


def test_a_model_that_fails_in_many_shards_takes_no_part_in_the_run(job: Job) -> None:
    engine = blind(job)
    report = run(job, engine)
    engine.close()
    view = report["model_view"]
    assert "where the images were measured it failed in" in view["problem"]
    assert "its process ended." in view["problem"]
    # The reference is measured first: nothing is handed out for a view after that.
    assert sum(map(len, engine.handed)) == IMAGES
    assert not any(shard.for_views for shard in engine.handed)


def test_the_run_looks_itself_at_the_images_of_a_shard_or_two(job: Job) -> None:
    here = run(job)
    shards = -(-REFERENCE // 20)
    # Those of the window are handed out behind those of the reference.
    engine = blind(job, fails_from=shards + 3)
    report = run(job, engine)
    engine.close()
    assert sum(map(len, engine.handed)) == IMAGES
    assert report == here
