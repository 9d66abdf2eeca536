"""The workers that measure for a run: each is asked first what it is and what it may do."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drift.execution.dask_cluster.cluster import Cluster
from drift.execution.dask_cluster.introduction import (
    Introduction,
    introduce,
    misfit,
    not_introduced,
)
from drift.execution.dask_cluster.on_worker import SentJob, introduced, join, leave
from drift.execution.dask_cluster.rights import Question
from jobs.errors import InputError
from jobs.job_file.job import Job

logger = logging.getLogger(__name__)

# Time for a platform to start machines.
COMES_WITHIN_S = 120.0
LOOKS_EVERY_S = 3.0
_MOST_NAMED = 3


@dataclass(slots=True, kw_only=True)
class Crew:
    """The workers that fit, changed in the caller's thread only.

    Attributes
    ----------
    cluster
        Where they are.
    job
        What they measure for.
    sent
        The same as it travels.
    question
        What they are asked beside their versions; None to ask for versions alone.
    comes_within_s
        How long at least one worker is waited for.
    """

    cluster: Cluster
    job: Job
    sent: SentJob
    question: Question | None = None
    comes_within_s: float = COMES_WITHIN_S
    _there: dict[str, int] = field(default_factory=dict)
    _refused: set[str] = field(default_factory=set)
    _looked_at: float = 0.0
    _missing_since: float | None = None
    _was_replaced: bool = False

    @property
    def size(self) -> int:
        """How many workers there are."""
        return len(self._there)

    @property
    def threads(self) -> int:
        """How many threads they have together."""
        return sum(self._there.values())

    def gather(self) -> None:
        """Ask all workers that are there; wait for the first one if there is none.

        Raises
        ------
        InputError
            If a worker does not fit, or none comes.
        """
        self._check_scheduler()
        gives_up_at = time.monotonic() + self.comes_within_s
        while not (found := self.cluster.threads()):
            if time.monotonic() > gives_up_at:
                raise self._nobody()
            time.sleep(0.2)
        troubles = self._ask(found)
        if troubles:
            raise InputError(self._said(troubles))
        if not self._there:
            raise self._nobody()

    def keep_up(self) -> bool:
        """Take in workers that have come or gone since; now and then, cheap in between.

        Return whether all workers have been replaced: the scheduler gives nobody the tasks that
        it had while nobody was there.

        Raises
        ------
        InputError
            If the scheduler went away, or all workers did and none came back.
        """
        if self.cluster.is_lost:
            raise self.cluster.lost()
        now = time.monotonic()
        if now - self._looked_at < LOOKS_EVERY_S:
            return False
        self._take_in(self.cluster.threads())
        if self._there:
            replaced, self._was_replaced, self._missing_since = self._was_replaced, False, None
            return replaced
        self._missing_since = self._missing_since or now
        if now - self._missing_since > self.comes_within_s:
            raise self._nobody()
        return False

    def _take_in(self, found: Mapping[str, int]) -> None:
        self._looked_at = time.monotonic()
        self._there = {one: self._there[one] for one in self._there if one in found}
        self._was_replaced = self._was_replaced or not self._there
        self._refused &= set(found)
        fresh = {one: found[one] for one in found if one not in {*self._there, *self._refused}}
        for address, problem in self._ask(fresh).items() if fresh else ():
            logger.warning("the worker %s measures nothing: %s", address, problem)

    def dismiss(self) -> None:
        """Have the workers let go of the job."""
        self.cluster.tell(leave, self.sent)

    def _check_scheduler(self) -> None:
        own, found = _own_version(), self.cluster.scheduler_version()
        if own != found:
            raise InputError(
                f"{self.cluster.address}: the Dask scheduler has distributed {found}, and the run "
                f"has distributed {own}. Expected the same. Start it with the image, or the "
                "environment, that the run has."
            )

    def _ask(self, found: Mapping[str, int]) -> dict[str, str]:
        """Take in the workers that fit; return what is wrong with each of the others."""
        troubles = self._versions(list(found))
        fitting = [one for one in found if one not in troubles]
        if self.question is not None and fitting:
            troubles |= self._rights(fitting)
        self._there |= {one: found[one] for one in fitting if one not in troubles}
        self._refused |= set(troubles)
        self._looked_at = time.monotonic()
        return troubles

    def _versions(self, workers: Sequence[str]) -> dict[str, str]:
        size = self.job.image_rules.canonical_size
        has_model = self.job.model is not None
        own = introduce(size, has_model=has_model)
        troubles = {}
        said = self.cluster.answers(introduced, size, has_model, of=workers)
        for worker, answer in said.items():
            fits = isinstance(answer, Introduction)
            problem = misfit(own, answer) if fits else not_introduced(answer)
            if problem:
                troubles[worker] = problem
        return troubles

    def _rights(self, workers: Sequence[str]) -> dict[str, str]:
        troubles = {}
        for worker, answer in self.cluster.answers(
            join, self.sent, self.question, of=workers
        ).items():
            if isinstance(answer, BaseException):
                troubles[worker] = f"it could not open the job: {type(answer).__name__}: {answer}"
            elif answer:
                troubles[worker] = answer
        return troubles

    def _said(self, troubles: Mapping[str, str]) -> str:
        named = [f"the worker {one}: {problem}" for one, problem in troubles.items()]
        more = f" ({len(named) - _MOST_NAMED} more of them)" if len(named) > _MOST_NAMED else ""
        return f"{self.cluster.address}: {' '.join(named[:_MOST_NAMED])}{more}"

    def _nobody(self) -> InputError:
        return InputError(
            f"{self.cluster.address}: the Dask scheduler has no worker that measures for this job, "
            f"and none came within {self.comes_within_s:g} s. Start workers (dask worker "
            f"{self.cluster.address}), then run this job again: what was measured is remembered."
        )


def _own_version() -> str:
    return introduce(None, has_model=False).packages["distributed"]
