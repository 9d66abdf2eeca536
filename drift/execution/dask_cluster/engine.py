"""The engine of a run: connects to its cluster when there is something to measure there."""

from __future__ import annotations

import importlib.util
import logging
import os
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from drift.execution.dask_cluster.rights import ask, tidy_up
from drift.execution.shard_computing import job_for_workers
from drift.workplace import Workplace
from jobs.errors import InputError
from reference_stats.extraction.sharded.elsewhere import SHARD_IMAGES
from reference_stats.extraction.sharded.shard import Shard, ShardDone

if TYPE_CHECKING:
    from drift.execution.dask_cluster.crew import Crew

logger = logging.getLogger(__name__)

_VARIABLE = "DASK_SCHEDULER_ADDRESS"


class DaskEngine:
    """Measures shards on the workers of a Dask cluster, as `Elsewhere` has it.

    It stays connected between the stages of a run. One object serves one run at a time.

    Parameters
    ----------
    place
        The workplace of the run.
    comes_within_s
        How long the first worker is waited for; None for the usual time.
    """

    def __init__(self, place: Workplace, comes_within_s: float | None = None) -> None:
        self._place = place
        self._comes_within_s = comes_within_s
        self._crew: Crew | None = None

    @property
    def shard_images(self) -> int:
        """How many images a shard has at most."""
        return self._place.job.execution.shard_images or SHARD_IMAGES

    @property
    def fewest_images(self) -> int:
        """What fits one shard is measured on the machine of the run."""
        return self.shard_images + 1

    @property
    def address(self) -> str:
        """Where the scheduler is.

        Raises
        ------
        InputError
            If neither the job file nor the environment says it.
        """
        address = self._place.job.execution.address or os.environ.get(_VARIABLE, "")
        if not address:
            raise InputError(
                'execution.engine is "dask", and no address is set. Expected the address of the '
                "scheduler, such as tcp://scheduler:8786, as execution.address or in the variable "
                f"{_VARIABLE}."
            )
        return address

    def compute(self, shards: Sequence[Shard], done: Callable[[ShardDone], None]) -> None:
        """Measure shards; as `Elsewhere.compute`."""
        if not shards:
            return
        crew = self._gathered(shards)
        from drift.execution.dask_cluster.handing_out import HandingOut  # noqa: PLC0415 - distributed

        images = sum(map(len, shards))
        logger.info(
            "%d images in %d shards go to %d workers of %s",
            images,
            len(shards),
            crew.size,
            crew.cluster.address,
        )
        HandingOut.of(crew, shards).until_done(done)

    def look(self) -> str:
        """Connect, ask the workers which versions they have, and say in words who is there.

        Nothing is written.

        Raises
        ------
        InputError
            As `compute`.
        """
        crew = self._connected()
        try:
            crew.gather()
            return f"{crew.size} workers with {crew.threads} threads at {crew.cluster.address}"
        finally:
            crew.cluster.close()

    def close(self) -> None:
        """Have workers let go of the run, and disconnect."""
        crew, self._crew = self._crew, None
        if crew is not None:
            self._dismiss(crew)

    def _gathered(self, shards: Sequence[Shard]) -> Crew:
        """Return the workers that fit, each asked once."""
        if self._crew is not None:
            return self._crew
        crew = self._connected()
        try:
            # The mark stays until the end: workers that come later look for it as well.
            crew.question = ask(self._place, shards)
            crew.gather()
        except BaseException:
            self._dismiss(crew)
            raise
        self._crew = crew
        return crew

    def _dismiss(self, crew: Crew) -> None:
        crew.dismiss()
        crew.cluster.close()
        if crew.question is not None:
            tidy_up(self._place.bucket, crew.question)

    def _connected(self) -> Crew:
        address = self.address
        if importlib.util.find_spec("distributed") is None:
            raise InputError(
                'execution.engine is "dask", and the package distributed is not installed. '
                "Install it: pip install 'image-drift[dask]'"
            )
        from drift.execution.dask_cluster.cluster import Cluster  # noqa: PLC0415 - as above
        from drift.execution.dask_cluster.crew import COMES_WITHIN_S, Crew  # noqa: PLC0415
        from drift.execution.dask_cluster.on_worker import SentJob  # noqa: PLC0415

        job = job_for_workers(self._place.job)
        return Crew(
            cluster=Cluster(address),
            job=job,
            sent=SentJob.of(uuid.uuid4().hex[:16], job),
            comes_within_s=self._comes_within_s or COMES_WITHIN_S,
        )
