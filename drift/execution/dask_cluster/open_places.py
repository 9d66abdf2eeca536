"""The workplaces that a worker process keeps open between the shards of a run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from drift.execution.shard_computing import compute_shard, open_for_shards
from drift.workplace import Workplace
from jobs.job_file.job import Job
from reference_stats.extraction.isolated.processes import DECODERS
from reference_stats.extraction.sharded.shard import Shard, ShardDone

# A run that was killed says nothing more; a shard that comes later opens everything again.
IDLE_S = 120.0


class ShardHandedBackError(Exception):
    """A shard was not finished, since its run or its worker ends: somebody else has to do it."""


@dataclass(slots=True, kw_only=True)
class _Open:
    """A workplace that is open.

    Attributes
    ----------
    place
        It, of `open_for_shards`.
    users
        How many shards, or questions, use it now.
    ended
        Whether its run has ended.
    timer
        Lets go of it once nobody has used it for a while.
    """

    place: Workplace
    users: int = 0
    ended: bool = False
    timer: threading.Timer | None = None


@dataclass(frozen=True, slots=True)
class OpenPlaces:
    """The open workplaces of this process by the key of their run; used by several threads."""

    idle_s: float = IDLE_S
    _places: dict[str, _Open] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    # One shard at a time: it uses all decoding processes that this worker may have.
    _measuring: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def using(self, key: str, job: Callable[[], Job]) -> Iterator[_Open]:
        """Yield the open workplace of a run, opened where it is not yet."""
        with self._lock:
            one = self._places.get(key)
            if one is None:
                one = self._places[key] = _Open(place=open_for_shards(job()))
            one.users += 1
            if one.timer is not None:
                one.timer.cancel()
                one.timer = None
        try:
            yield one
        finally:
            self._used(key, one)

    def measure(
        self, key: str, job: Callable[[], Job], shard: Shard, is_leaving: Callable[[], bool]
    ) -> ShardDone:
        """Measure a shard in the workplace of its run.

        Parameters
        ----------
        is_leaving
            Tells whether this worker is about to end.

        Raises
        ------
        ShardHandedBackError
            If the run or the worker ended before the shard did.
        """
        with self._measuring, self.using(key, job) as one:

            def go_on(done: int, total: int) -> None:
                if one.ended or is_leaving():
                    raise ShardHandedBackError(f"{done} of {total} images were measured")

            return compute_shard(one.place, shard, go_on)

    def let_go(self, key: str) -> None:
        """Close the workplace of a run that has ended, at once or when its shard has stopped."""
        with self._lock:
            one = self._places.pop(key, None)
            if one is None:
                return
            one.ended = True
            is_free = one.users == 0
            if one.timer is not None:
                one.timer.cancel()
        if is_free:
            self._close(one)

    def _used(self, key: str, one: _Open) -> None:
        with self._lock:
            one.users -= 1
            if one.users:
                return
            if not one.ended:
                one.timer = threading.Timer(self.idle_s, self.let_go, (key,))
                one.timer.daemon = True
                one.timer.start()
                return
        self._close(one)

    def _close(self, one: _Open) -> None:
        one.place.close()
        with self._lock:
            is_last = not self._places
        if is_last:
            DECODERS.stop()


PLACES = OpenPlaces()
