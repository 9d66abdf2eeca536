"""Shards to workers, one at a time to each, until all of them are done."""

from __future__ import annotations

import pickle
import queue
import uuid
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from distributed import KilledWorker

from drift.execution.dask_cluster.cluster import ANSWERS_WITHIN_S
from drift.execution.dask_cluster.crew import Crew
from drift.execution.dask_cluster.on_worker import TURN, ShardTask
from drift.execution.dask_cluster.open_places import ShardHandedBackError
from jobs.errors import DriftError, InputError
from reference_stats.extraction.sharded.shard import Shard, ShardDone

_LOOKS_UP_EVERY_S = 1.0
# A worker that ends hands its shard back at most once, and in a night very many of them may end.
_MOST_OF_ONE = 10


@dataclass(frozen=True, slots=True)
class HandedBack:
    """How often each shard came back unfinished, because its worker ended."""

    _times: Counter[str] = field(default_factory=Counter)

    def is_too_often(self, shard: Shard) -> bool:
        """Return whether a shard came back so often that no worker will finish it."""
        return self._times[shard.name] >= _MOST_OF_ONE

    def count(self, shard: Shard) -> None:
        """Note that a shard came back once more."""
        self._times[shard.name] += 1


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
    _handed_back: HandedBack = field(default_factory=HandedBack)

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
                if self.crew.keep_up():
                    self._take_back()
                while self.waiting and len(self._out) < self.crew.size:
                    self._hand_out(self.waiting.popleft())
                try:
                    future = self._answers.get(timeout=_LOOKS_UP_EVERY_S)
                except queue.Empty:
                    continue
                # What was taken back answers too.
                shard = self._out.pop(future, None)
                one = None if shard is None else self._taken_in(future, shard)
                if one is not None:
                    done(one)
        finally:
            self.crew.cluster.cancel(list(self._out))

    def _hand_out(self, shard: Shard) -> None:
        sent = self.crew.sent
        future = self.crew.cluster.submit(
            pickle.loads,
            ShardTask(sent=sent, shard=shard).as_bytes(),
            key=f"{TURN}-{shard.name}-{uuid.uuid4().hex[:8]}",
            resources={TURN: 1, sent.right: 1},
        )
        self._await(future, shard)

    def _await(self, future: Any, shard: Shard) -> None:  # noqa: ANN401 - of distributed: no types
        self._out[future] = shard
        future.add_done_callback(self._answers.put)

    def _take_back(self) -> None:
        self.waiting.extendleft(self._out.values())
        out = list(self._out)
        self._out.clear()
        self.crew.cluster.cancel(out)

    def _taken_in(self, future: Any, shard: Shard) -> ShardDone | None:  # noqa: ANN401 - as above
        """Return what became of a shard; None where somebody else has to do it."""
        if future.status == "finished":
            return self._answer(future, shard)
        if self.crew.cluster.is_lost or future.status == "cancelled":
            raise self.crew.cluster.lost()
        if future.status != "error":
            # Its worker died with the answer, and another one measures it.
            self._await(future, shard)
            return None
        error = future.exception()
        if isinstance(error, ShardHandedBackError) and not self._handed_back.is_too_often(shard):
            self._hand_back(shard)
            return None
        if isinstance(error, DriftError):
            raise error
        raise self._failure(error, shard) from error

    def _answer(self, future: Any, shard: Shard) -> ShardDone | None:  # noqa: ANN401 - as above
        try:
            one: ShardDone = future.result(timeout=ANSWERS_WITHIN_S)
        except TimeoutError as error:
            # Its worker died with the answer just now, and there may be no other one.
            if self._handed_back.is_too_often(shard):
                raise self._failure(error, shard) from error
            self._hand_back(shard)
            return None
        finally:
            # Otherwise it is measured again where its worker dies.
            future.release()
        return one

    def _hand_back(self, shard: Shard) -> None:
        self._handed_back.count(shard)
        self.waiting.append(shard)

    def _failure(self, error: BaseException, shard: Shard) -> InputError:
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
