"""The plan of an execution: which window, which shards, and what its tasks have to be alike in."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from jobs.times.windows import WindowRequest
from reference_stats.extraction.sharded.shard import Shard

_VERSION = 1
_SHARD_NAME = re.compile(r"[0-9a-f]{16}")
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBasis:
    """What decides about the shards and their numbers: the same for all tasks of an execution.

    Attributes
    ----------
    program
        The version of this program.
    job
        The job's name.
    run
        The run's id, which depends on the window and on what the job file says of the detection.
    features
        The id of the feature set.
    view
        The id of what the model sees; empty where no model looks at images.
    images
        A hash of what the job file says of the log and of the images.
    """

    program: str
    job: str
    run: str
    features: str
    view: str
    images: str

    def misfit(self, own: PlanBasis) -> str:
        """Return in a sentence what a task has that the plan has not; empty where both agree."""
        words = {
            "program": "version of image-drift",
            "job": "job",
            "features": "feature set",
            "view": "view of the model",
            "images": "[images] and [predictions] (a hash of them)",
            "run": "run (the window, and [window] and [detection] of the job file)",
        }
        ours, theirs = asdict(own), asdict(self)
        for field, said in words.items():
            if ours[field] != theirs[field]:
                return (
                    f"it is of the {said} {theirs[field] or 'none'}, and here it is "
                    f"{ours[field] or 'none'}."
                )
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShard:
    """A shard as the plan names it.

    Attributes
    ----------
    name
        `Shard.name`.
    images
        How many images it has.
    first
        The path of its first image.
    """

    name: str
    images: int
    first: str

    @classmethod
    def of(cls, shard: Shard) -> PlannedShard:
        """Return how the plan names a shard."""
        return cls(name=shard.name, images=len(shard), first=shard.locations[0].path)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionPlan:
    """What an execution has to do; written once.

    Attributes
    ----------
    tasks
        How many tasks share the shards: task I has those at I, I + tasks, and so on.
    basis
        What all of them have to be alike in.
    request
        The window.
    shards
        The shards.
    """

    tasks: int
    basis: PlanBasis
    request: WindowRequest
    shards: tuple[PlannedShard, ...]

    def shards_of(self, task: int) -> tuple[PlannedShard, ...]:
        """Return the shards of a task."""
        return self.shards[task :: self.tasks]

    def as_bytes(self) -> bytes:
        """Return the plan as JSON."""
        last, request = self.request.last, self.request
        content = {
            "version": _VERSION,
            "tasks": self.tasks,
            "basis": asdict(self.basis),
            "window": {
                "end": request.end.isoformat(),
                "last_us": None if last is None else last // _MICROSECOND,
                "rows": request.rows,
                "most_rows": request.most_rows,
            },
            "shards": [[one.name, one.images, one.first] for one in self.shards],
        }
        return json.dumps(content, indent=1).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> ExecutionPlan:
        """Return the plan that `as_bytes` made.

        Raises
        ------
        ValueError
            If the bytes are none.
        """
        try:
            return _parsed(json.loads(data))
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
            raise ValueError(f"it is no plan of an execution: {str(error)[:200]}") from error


def _parsed(content: dict[str, Any]) -> ExecutionPlan:
    if content["version"] != _VERSION:
        raise ValueError(f"its version is {str(content['version'])[:20]}, not {_VERSION}")
    window = content["window"]
    end = datetime.fromisoformat(window["end"])
    last, rows = window["last_us"], window["rows"]
    if end.tzinfo is None or (last is None) == (rows is None):
        raise ValueError("its window is none")
    tasks = _whole(content["tasks"], least=1)
    request = WindowRequest(
        end=end,
        last=None if last is None else _whole(last, least=1) * _MICROSECOND,
        rows=None if rows is None else _whole(rows, least=1),
        most_rows=_whole(window["most_rows"], least=1),
    )
    shards = tuple(_shard(*one) for one in content["shards"])
    if len({one.name for one in shards}) != len(shards):
        raise ValueError("it names a shard twice")
    if not isinstance(content["basis"], dict):
        raise TypeError("its basis is none")
    basis = PlanBasis(**{key: str(text) for key, text in content["basis"].items()})
    return ExecutionPlan(tasks=tasks, basis=basis, request=request, shards=shards)


def _shard(name: object, images: object, first: object) -> PlannedShard:
    if not isinstance(name, str) or not _SHARD_NAME.fullmatch(name):
        raise ValueError(f"{str(name)[:40]!r} is no name of a shard")
    return PlannedShard(name=name, images=_whole(images, least=1), first=str(first))


def _whole(value: object, *, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{str(value)[:40]} is no number from {least} on")
    return value
