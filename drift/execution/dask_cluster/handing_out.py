"""Shards to workers, one at a time to each, until all of them are done."""

from __future__ import annotations

import pickle
import queue
import uuid
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
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
# So many workers may end at one shard, or with its answer: machines may be taken away at any time.
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
    _handed_back: Counter[str] = field(default_factory=Counter)

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
        if isinstance(error, ShardHandedBackError):
            self._hand_back(shard, error)
            return None
        if isinstance(error, DriftError):
            raise error
        raise self._failure(error, shard) from error

    def _answer(self, future: Any, shard: Shard) -> ShardDone | None:  # noqa: ANN401 - as above
        try:
            one: ShardDone = future.result(timeout=ANSWERS_WITHIN_S)
        except TimeoutError as error:
            # Its worker died with the answer just now, and there may be no other one.
            self._hand_back(shard, error)
            return None
        except (CancelledError, OSError) as error:
            # The scheduler died behind the answer.
            raise self.crew.cluster.lost() from error
        finally:
            # Otherwise it is measured again where its worker dies.
            future.release()
        return one

    def _hand_back(self, shard: Shard, error: BaseException) -> None:
        """Have somebody else measure a shard, unless too many have left it."""
        self._handed_back[shard.name] += 1
        if self._handed_back[shard.name] > _MOST_HANDED_BACK:
            raise self._failure(error, shard) from error
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
