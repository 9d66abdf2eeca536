"""Past days with an engine: many of them go out together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from drift.days.records.made import block_reading
from drift.execution.shard_computing import job_for_workers, open_for_shards
from drift.execution.shard_sizes import in_fitting_shards
from drift.pinned_profile import pinned_profile
from reference_stats.extraction.sharded.shard import Shard, ShardDone
from reports.conditional_writes import always_allowed
from tests.support.day_world import DAYS, day, job_with, make_days, place_of, run_days
from tests.support.engine_here import EngineHere


@dataclass(kw_only=True)
class Counting(EngineHere):
    """An engine that notes how many images come together."""

    together: list[int] = field(default_factory=list)

    def compute(self, shards: Sequence[Shard], done: Callable[[ShardDone], None]) -> None:
        self.together.append(sum(map(len, shards)))
        super().compute(shards, done)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("days")
    make_days(folder)
    return folder


def test_the_images_of_many_days_are_handed_out_together(folder, monkeypatch) -> None:
    monkeypatch.setattr(block_reading, "_IMAGES_AT_ONCE", 10)
    job = job_with(folder)
    place = place_of(job)
    pinned_profile(place, always_allowed)
    engine = Counting(place=open_for_shards(job_for_workers(job)), shard_images=2)
    run_days(replace(place, elsewhere=engine), day(DAYS))
    # The window's own images are read before, by the machine of the run: five days of ten are left.
    assert engine.together == [40, 10]
    assert {len(shard) for shard in engine.handed} == {2}


def test_shards_follow_the_size_of_the_reference_unless_the_job_file_says_theirs(folder) -> None:
    place = place_of(job_with(folder))
    profile = pinned_profile(place, always_allowed)
    engine = EngineHere(place=place, fewest_images=2_001)
    place = replace(place, elsewhere=engine)
    assert in_fitting_shards(place, profile).elsewhere is engine
    large = replace(profile, features=profile.features.assign(width=3_000.0, height=2_000.0))
    fitting = in_fitting_shards(place, large).elsewhere
    assert fitting is not None
    assert (fitting.shard_images, fitting.fewest_images) == (500, 500)
    told = job_with(folder, execution={"engine": "dask", "shard_images": 3_000})
    assert in_fitting_shards(replace(place, job=told), large).elsewhere is engine
    unknown = replace(profile, features=profile.features.drop(columns="width"))
    assert in_fitting_shards(place, unknown).elsewhere is engine
