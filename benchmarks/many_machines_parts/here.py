"""A run whose shards are measured in its own process: what cutting and reading again cost.

python -m benchmarks.many_machines_parts.here 1 python -m drift run JOB.toml --until END
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from drift.cli.process import few_collections, multiply_in_one_thread


def main() -> int:
    """Do the run."""
    multiply_in_one_thread()
    job_file, end = Path(sys.argv[sys.argv.index("run") + 1]), sys.argv[-1]
    with few_collections():
        # Not before numpy's threads are set.
        from drift.execution.shard_computing import (  # noqa: PLC0415
            compute_shard,
            job_for_workers,
            open_for_shards,
        )
        from drift.pipeline import run_job  # noqa: PLC0415
        from drift.run_request import RunOptions  # noqa: PLC0415
        from drift.workplace import open_workplace  # noqa: PLC0415
        from jobs.job_file.reading import load_job  # noqa: PLC0415
        from reference_stats.extraction.sharded.shard import Shard, ShardDone  # noqa: PLC0415

    job = load_job(job_file, os.environ)

    class EngineInThisProcess:
        """Measures shards one after the other, each from its bytes."""

        shard_images = job.execution.shard_images or 2_000
        fewest_images = 1

        def compute(self, shards: Sequence[Shard], done: Callable[[ShardDone], None]) -> None:
            """Measure the shards."""
            with closing(open_for_shards(job_for_workers(job))) as place:
                for one in shards:
                    done(compute_shard(place, Shard.from_bytes(one.as_bytes())))

        def close(self) -> None:
            """Nothing is open."""

    with closing(replace(open_workplace(job), elsewhere=EngineInThisProcess())) as place:
        run_job(place, RunOptions(until=datetime.fromisoformat(end).replace(tzinfo=UTC)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
