"""An execution's objects in the bucket: the plan, its shards, and a mark for what is done."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from drift.execution.tasks.plan import ExecutionPlan, PlannedShard
from drift.workplace import Workplace
from jobs.buckets.bucket import JSON, Bucket
from jobs.errors import InputError, ObjectError, ObjectExistsError, ObjectMissingError
from reference_stats.extraction.sharded.shard import Shard, ShardDone
from reports.conditional_writes import read_if_there

EXECUTIONS_FOLDER = "executions"
_PLAN, _SHARDS, _DONE = "plan.json", "shards/", "done/"
_COLLECTING, _FINISHED = "collecting.json", "finished.json"
_OF_SHARD = re.compile(r"[0-9a-f]{16}\.json")
_AT_ONCE = 16
# A shard of 100,000 images with names of a thousand characters; a plan of a million shards.
_MOST_BYTES = 200_000_000
_FEW_BYTES = 100_000


def executions_of(bucket: Bucket, prefix: str) -> list[str]:
    """Return the names of the executions of a job that there is anything of, sorted.

    Parameters
    ----------
    prefix
        The job's folder.
    """
    folder = f"{prefix}/{EXECUTIONS_FOLDER}/"
    return [
        one.removeprefix(folder).rstrip("/") for one in bucket.level(folder) if isinstance(one, str)
    ]


def is_of_execution(file: Sequence[str]) -> bool:
    """Tell whether an object is one of an execution.

    Parameters
    ----------
    file
        The parts of its name below the folder of the execution.
    """
    if len(file) == 1:
        return file[0] in {_PLAN, _COLLECTING, _FINISHED}
    return (
        len(file) == 2 and f"{file[0]}/" in {_SHARDS, _DONE} and bool(_OF_SHARD.fullmatch(file[1]))
    )


def is_finished_mark(name: str) -> bool:
    """Tell whether an object of an execution says that its run was published."""
    return name.endswith(f"/{_FINISHED}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionStore:
    """The objects of one execution of an array.

    Attributes
    ----------
    bucket
        The job's own bucket.
    folder
        Where they are, with a slash at its end.
    """

    bucket: Bucket
    folder: str

    @classmethod
    def of(cls, place: Workplace, execution: str) -> ExecutionStore:
        """Return the store of an execution of a job; its name was checked."""
        folder = f"{place.prefix}/{EXECUTIONS_FOLDER}/{execution}/"
        return cls(bucket=place.bucket, folder=folder)

    @property
    def plan_url(self) -> str:
        """The plan, for messages."""
        return self.bucket.url_of(self.folder + _PLAN)

    def read_plan(self) -> ExecutionPlan | None:
        """Return the plan; None where there is none yet.

        Raises
        ------
        ObjectError
            If it cannot be read.
        """
        try:
            data = self.bucket.read(self.folder + _PLAN, _MOST_BYTES).data
        except ObjectMissingError:
            return None
        try:
            return ExecutionPlan.from_bytes(data)
        except ValueError as error:
            raise ObjectError(
                self.plan_url,
                f"{error}. Start another execution; delete the folder of this one.",
            ) from None

    def write(self, plan: ExecutionPlan, shards: Sequence[Shard]) -> ExecutionPlan:
        """Write shards, and the plan behind them; return the plan that is there then.

        Where another planner was quicker, that is its plan, whose shards are all there.

        Raises
        ------
        ObjectError
            If something cannot be written.
        """
        with ThreadPoolExecutor(_AT_ONCE) as writers:
            list(writers.map(self._write_shard, shards))
        try:
            self.bucket.create(self.folder + _PLAN, plan.as_bytes(), JSON)
        except ObjectExistsError:
            there = self.read_plan()
            return plan if there is None else there
        return plan

    def _write_shard(self, shard: Shard) -> None:
        with suppress(ObjectExistsError):
            self.bucket.create(f"{self.folder}{_SHARDS}{shard.name}.json", shard.as_bytes(), JSON)

    def read_shard(self, planned: PlannedShard) -> Shard:
        """Return a shard of the plan.

        Raises
        ------
        ObjectError
            If it cannot be read, or is not the one that the plan names.
        """
        name = f"{self.folder}{_SHARDS}{planned.name}.json"
        try:
            shard = Shard.from_bytes(self.bucket.read(name, _MOST_BYTES).data)
            problem = "" if shard.name == planned.name else "its content is not that of its name"
        except ObjectMissingError:
            problem = "it was deleted since the plan was made"
        except ValueError as error:
            problem = str(error)
        if problem:
            raise ObjectError(
                self.bucket.url_of(name),
                f"{problem}. Start another execution; delete the folder of this one.",
            )
        return shard

    def done(self) -> frozenset[str]:
        """Return the names of the shards that are done.

        That there is a mark is enough: the run reads what it does not find in the caches.
        """
        folder = self.folder + _DONE
        return frozenset(
            info.name.removeprefix(folder).removesuffix(".json")
            for info in self.bucket.list(folder)
        )

    def mark(self, done: ShardDone) -> None:
        """Note that a shard is done."""
        with suppress(ObjectExistsError):
            self.bucket.create(f"{self.folder}{_DONE}{done.shard}.json", done.as_bytes(), JSON)

    def claim(self, task: int) -> int:
        """Return which task collects: this one, where none came before it.

        A task that was killed while it collected finds its own claim when it is started again.

        Raises
        ------
        ObjectError
            If the claim cannot be written or read.
        """
        name = self.folder + _COLLECTING
        try:
            self.bucket.create(name, json.dumps({"task": task}).encode() + b"\n", JSON)
        except ObjectExistsError:
            return self._claimed(name)
        return task

    def _claimed(self, name: str) -> int:
        try:
            return int(json.loads(self.bucket.read(name, _FEW_BYTES).data)["task"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ObjectError(
                self.bucket.url_of(name),
                f"it does not tell which task collects ({str(error)[:100]}). Delete the object.",
            ) from None

    def finish(self, run_id: str) -> None:
        """Note that a run was published of this execution."""
        name = self.folder + _FINISHED
        with suppress(ObjectExistsError):
            self.bucket.create(name, json.dumps({"run": run_id}).encode() + b"\n", JSON)

    @property
    def is_finished(self) -> bool:
        """Whether a run was published of this execution."""
        return read_if_there(self.bucket, self.folder + _FINISHED) is not None


def require_basis(store: ExecutionStore, problem: str) -> None:
    """Make sure that a plan is of this program and job.

    Parameters
    ----------
    problem
        `PlanBasis.misfit`.

    Raises
    ------
    InputError
        If it is not.
    """
    if problem:
        raise InputError(
            f"{store.plan_url}: {problem} Expected the same version of image-drift, the same job "
            "file and machines of one kind for all tasks of an execution. Start another execution, "
            "or give this task what the others have."
        )
