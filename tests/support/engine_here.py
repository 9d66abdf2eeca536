"""An engine in the process of the test: shards go through bytes, as they do to other machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from drift.execution.shard_computing import compute_shard, job_for_workers, open_for_shards
from drift.workplace import Workplace
from jobs.job_file.job import Job
from reference_stats.extraction.sharded.shard import Shard, ShardDone


@dataclass(kw_only=True)
class EngineHere:
    """Measures shards one after the other, each from its bytes, in a workplace for shards.

    `handed` are the shards that it was given.
    """

    place: Workplace
    shard_images: int = 2_000
    fewest_images: int = 1
    handed: list[Shard] = field(default_factory=list)

    def compute(self, shards: Sequence[Shard], done: Callable[[ShardDone], None]) -> None:
        for shard in shards:
            self.handed.append(shard)
            done(compute_shard(self.place, Shard.from_bytes(shard.as_bytes())))

    def close(self) -> None:
        self.place.close()


@contextmanager
def engine_here(job: Job, *, shard_images: int = 2_000) -> Iterator[EngineHere]:
    """Give an engine for a job; its workplace is closed at the end."""
    place = open_for_shards(job_for_workers(job))
    try:
        yield EngineHere(place=place, shard_images=shard_images)
    finally:
        place.close()
