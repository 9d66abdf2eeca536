"""What runs in the processes of workers; they import it when they are asked for the first time."""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from distributed import get_worker

from drift.execution.dask_cluster.introduction import Introduction, introduce
from drift.execution.dask_cluster.open_places import PLACES, ShardHandedBackError
from drift.execution.dask_cluster.rights import Question, trouble
from jobs.errors import DriftError, InputError, ObjectError
from jobs.job_file.job import Job
from reference_stats.extraction.sharded.shard import Shard, ShardDone

# Every worker that fits has one of it, and a shard takes it.
TURN = "image-drift"
_LEAVING = frozenset({"closing", "closing_gracefully", "closed", "failed", "stopping"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SentJob:
    """A job as it travels to workers.

    Attributes
    ----------
    key
        The run that it is of.
    data
        The job itself.
    """

    key: str
    data: bytes

    @classmethod
    def of(cls, key: str, job: Job) -> SentJob:
        """Return a job as it travels."""
        return cls(key=key, data=pickle.dumps(job))

    @property
    def right(self) -> str:
        """What workers have that may measure for this job; it stands for a job, not for a run."""
        return f"{TURN}-{hashlib.sha256(self.data).hexdigest()[:12]}"

    def opened(self, threads: int) -> Job:
        """Return the job for a worker with so many threads, each of which decodes."""
        # The scheduler of the cluster decides what runs here, and could run anything.
        job: Job = pickle.loads(self.data)  # noqa: S301
        if job.images is None or job.images.decode_workers is not None:
            return job
        images = job.images.model_copy(update={"decode_workers": threads})
        return job.model_copy(update={"images": images})


def introduced(
    canonical_size: int | None,
    has_model: bool,
    dask_worker: Any = None,  # noqa: ANN401 - of distributed, which has no types
) -> Introduction:
    """Return what this worker says of itself."""
    threads = 0 if dask_worker is None else dask_worker.state.nthreads
    return introduce(canonical_size, has_model=has_model, threads=threads)


async def join(
    sent: SentJob,
    question: Question,
    dask_worker: Any = None,  # noqa: ANN401 - as above
) -> str:
    """Have this worker measure for a job if it can do all that takes; return what it cannot do."""
    threads = dask_worker.state.nthreads

    def answer() -> str:
        with PLACES.using(sent.key, lambda: sent.opened(threads)) as one:
            return trouble(one.place, question)

    problem = await asyncio.to_thread(answer)
    if problem:
        await asyncio.to_thread(PLACES.let_go, sent.key)
    else:
        await dask_worker.set_resources(**{TURN: 1, sent.right: 1})
    return problem


async def leave(
    sent: SentJob,
    dask_worker: Any = None,  # noqa: ANN401 - as above
) -> None:
    """Have this worker measure no more for a job, and let go of what it held."""
    if sent.right in dask_worker.state.total_resources:
        await dask_worker.set_resources(**{sent.right: 0})
    await asyncio.to_thread(PLACES.let_go, sent.key)


def measured(sent: SentJob, packed: bytes) -> ShardDone:
    """Measure a shard; the task of one."""
    worker = get_worker()
    shard = Shard.from_bytes(zlib.decompress(packed))
    try:
        return PLACES.measure(
            sent.key,
            lambda: sent.opened(worker.state.nthreads),
            shard,
            lambda: worker.status.name in _LEAVING,
        )
    except ObjectError as error:
        # Its disk or its rights may be at fault, and other workers' are not.
        raise ObjectError(
            error.url, f"{error.problem} It was the worker {worker.address} that met this."
        ) from error
    except (DriftError, ShardHandedBackError):
        raise
    except Exception as error:
        raise InputError(
            f"the worker {worker.address} failed at the {len(shard):,} images from "
            f"{shard.locations[0].path} on: {type(error).__name__}: {error}. Look into its log, "
            "and at its disk and memory, or do without it."
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardTask:
    """The task of a shard, which is done where its pickle is loaded.

    The scheduler looks into the tasks that it passes on. So it sees nothing but `pickle.loads` and
    bytes, needs none of our packages, and spares the second that importing them takes.
    """

    sent: SentJob
    shard: Shard

    def as_bytes(self) -> bytes:
        """Return what `pickle.loads` makes a `ShardDone` of, by measuring the shard."""
        return pickle.dumps(self)

    def __reduce__(self) -> tuple[Callable[..., ShardDone], tuple[SentJob, bytes]]:
        # Names of images shrink to a tenth.
        return measured, (self.sent, zlib.compress(self.shard.as_bytes(), level=1))
