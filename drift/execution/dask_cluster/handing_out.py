"""Shards to workers, one at a time to each, until all of them are done."""

from __future__ import annotations

import queue
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from distributed import KilledWorker

from drift.execution.dask_cluster.crew import Crew
from drift.execution.dask_cluster.on_worker import TURN, measured, packed
from drift.execution.dask_cluster.open_places import ShardHandedBackError
from jobs.errors import DriftError, InputError
from reference_stats.extraction.sharded.shard import Shard, ShardDone

_LOOKS_UP_EVERY_S = 1.0
# A worker that ends hands its shard back at most once.
_MOST_HANDED_BACK = 10


@dataclass(slots=True, kw_only=True)
class HandingOut:
    """Some shards on their way, changed in the caller's thread only.

    No more of them are with the scheduler than there are workers: its memory stays small, and a
    worker that is killed is blamed for the shard that it was at.
    """

    crew: Crew
    waiting: deque[Shard]
    _out: dict[Any, Shard] = field(default_factory=dict)
    _answers: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)
    _handed_back: int = 0

    @classmethod
    def of(cls, crew: Crew, shards: Sequence[Shard]) -> HandingOut:
        """Return shards that nobody has yet."""
        return cls(crew=crew, waiting=deque(shards))

    def until_done(self, done: Callable[[ShardDone], None]) -> None:
        """Hand out all shards and call `done`, in this thread, for each that is done.

        Raises
        ------
        DriftError
            What stopped a shard, or the cluster.
        """
        try:
            while self.waiting or self._out:
                self.crew.keep_up()
                while self.waiting and len(self._out) < self.crew.size:
                    self._hand_out(self.waiting.popleft())
                try:
                    future = self._answers.get(timeout=_LOOKS_UP_EVERY_S)
                except queue.Empty:
                    continue
                one = self._taken_in(future, self._out.pop(future))
                if one is not None:
                    done(one)
        finally:
            self.crew.cluster.cancel(list(self._out))

    def _hand_out(self, shard: Shard) -> None:
        sent = self.crew.sent
        future = self.crew.cluster.submit(
            measured,
            sent,
            packed(shard),
            key=f"{TURN}-{shard.name}-{uuid.uuid4().hex[:8]}",
            resources={TURN: 1, sent.right: 1},
        )
        self._out[future] = shard
        future.add_done_callback(self._answers.put)

    def _taken_in(self, future: Any, shard: Shard) -> ShardDone | None:  # noqa: ANN401 - as above
        """Return what became of a shard; None where somebody else has to do it."""
        if future.status == "finished":
            one: ShardDone = future.result()
            return one
        if self.crew.cluster.is_lost or future.status != "error":
            raise self.crew.cluster.lost()
        error = future.exception()
        if isinstance(error, ShardHandedBackError) and self._handed_back < _MOST_HANDED_BACK:
            self._handed_back += 1
            self.waiting.append(shard)
            return None
        raise self._failure(error, shard) from error

    def _failure(self, error: BaseException, shard: Shard) -> BaseException:
        if isinstance(error, DriftError):
            return error
        first = shard.locations[0].path
        if isinstance(error, KilledWorker):
            return InputError(
                f"{first}: every worker died that measured the {len(shard):,} images from this one "
                "on; they may take more memory than a worker has. Give workers more memory, set "
                "images.max_pixels or execution.shard_images lower, or look into the workers' "
                "own logs."
            )
        return InputError(
            f"{first}: a worker failed at the {len(shard):,} images from this one on: "
            f"{type(error).__name__}: {error}. The log of the worker says more."
        )
