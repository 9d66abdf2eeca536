"""How many items are fetched and computed together: by what those before took, and what is left."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

Item = TypeVar("Item")
Fetched = TypeVar("Fetched")

MOST_TOGETHER = 128
# What is fetched or computed together: by then a message or a call costs nothing beside it.
BATCH_BYTES = 4 << 20
# What waits between the stages; each thread that fetches may add what it is at.
WAITING_BYTES = 32 << 20
# For as long a thread is away with its items: others wait for them, progress stands still.
_FETCHING_S, _COMPUTING_S = 0.02, 0.25
# Fewer are not taken to leave some to other cores where all of them take no longer than this.
_SHARED_S = 0.005
_FEWEST_SHARED = 8
# A core that waits so long for a file has too few threads that fetch.
_HUNGRY_S = 0.01
# From a far store files come one by one. A core waits so long at most for as many as it computes in
# that time: to tell a process of a batch costs as much as to compute ten small ones.
_GATHERED_S = 0.025
_MOST_GATHERED = 64


@dataclass(slots=True)
class BatchSize:
    """A number of items that takes about as long as wanted; it grows step by step.

    Attributes
    ----------
    wanted_s
        How long that many may take.
    count
        As many items as are worth taking together now.
    each_s
        What one took last; 0 before the first.
    """

    wanted_s: float
    count: int = 1
    each_s: float = 0.0

    def learn(self, count: int, seconds: float) -> None:
        """Take in how long some items took."""
        self.each_s = seconds / count
        fitting = MOST_TOGETHER if not self.each_s else int(self.wanted_s / self.each_s)
        self.count = max(1, min(MOST_TOGETHER, 4 * self.count, fitting))


class Flow(Generic[Item, Fetched]):
    """Items on their way from the caller through both stages and back; used by all threads.

    What waits between the stages is bounded by bytes, and all that is on its way by number.

    Parameters
    ----------
    items
        All of them.
    size_bytes
        What a fetched item takes of memory.
    fetchers, cores
        The most threads that fetch, and the threads that compute.
    is_far, has_answered
        As in `TwoStages`.
    """

    def __init__(
        self,
        *,
        items: Sequence[Item],
        size_bytes: Callable[[Fetched], int],
        fetchers: int,
        cores: int,
        is_far: bool,
        has_answered: Callable[[], bool],
    ) -> None:
        self.items = items
        self._size_bytes = size_bytes
        self._most_fetchers = min(fetchers, len(items))
        self._cores = cores
        self._is_far = is_far
        self._has_answered = has_answered
        self._few, self._many = fetchers + 2 * cores, fetchers + 8 * MOST_TOGETHER * cores
        self._lock = threading.Lock()
        self._room, self._arrival = threading.Condition(self._lock), threading.Condition(self._lock)
        self._begun = self._fetched = self._handed_over = 0
        self._waiting: deque[tuple[Fetched, int]] = deque()
        self._waiting_bytes = 0
        self._fetching, self._computing = BatchSize(_FETCHING_S), BatchSize(_COMPUTING_S, 8)
        self._fetchers = 0
        self._closed = False

    def fetchers_at_first(self) -> int:
        """Return how many threads are to fetch at first."""
        self._fetchers = self._most_fetchers if self._is_far else min(1, self._most_fetchers)
        return self._fetchers

    def next_items(self) -> Sequence[Item]:
        """Return what a thread is to fetch next, once there is room for it; nothing at the end."""
        with self._lock:
            while not self._closed and self._begun < len(self.items) and not self._has_room():
                self._room.wait()
            if self._closed:
                return ()
            room = self._most - (self._begun - self._handed_over)
            count = 1 if self._is_far else min(self._fetching.count, room)
            some = self.items[self._begun : self._begun + count]
            self._begun += len(some)
            return some

    def add(self, fetched: Sequence[Fetched], seconds: float) -> None:
        """Take in what was fetched, and how long that took."""
        sizes = [self._size_bytes(one) for one in fetched]
        with self._lock:
            self._fetching.learn(len(fetched), seconds)
            average = sum(sizes) // len(sizes)
            if average:
                most = max(1, BATCH_BYTES // average)
                self._fetching.count = min(self._fetching.count, most)
            self._fetched += len(fetched)
            self._waiting.extend(zip(fetched, sizes, strict=True))
            self._waiting_bytes += sum(sizes)
            if self._fetched == len(self.items):
                self._arrival.notify_all()
            elif len(self._waiting) >= self._enough or len(self._waiting) == len(fetched):
                self._arrival.notify(len(fetched))

    def next_batch(self, start_fetcher: Callable[[], None]) -> Sequence[Fetched]:
        """Return what a core is to compute next, as soon as there is any; nothing at the end.

        Parameters
        ----------
        start_fetcher
            Starts one more thread that fetches.
        """
        while True:
            with self._lock:
                hungry = False
                if not self._closed and not self._waiting and self._fetched < len(self.items):
                    patience_s = _HUNGRY_S if self._may_add_fetchers() else None
                    hungry = not self._arrival.wait(patience_s)
                if self._is_far and self._has_too_few():
                    self._arrival.wait(_GATHERED_S)
                if self._waiting and not self._closed:
                    return self._take()
                if self._closed or self._fetched == len(self.items):
                    return ()
                added = self._fetchers_to_add() if hungry and self._has_room() else 0
            # Those that are there go on, whether or not there is another thread to be had.
            with contextlib.suppress(RuntimeError):
                for _ in range(added):
                    start_fetcher()

    def note_computed(self, count: int, seconds: float) -> None:
        """Take in how long some items took."""
        with self._lock:
            self._computing.learn(count, seconds)

    def hand_over(self, count: int) -> None:
        """Note that the caller has got so many results."""
        with self._lock:
            self._handed_over += count
            self._room.notify_all()

    def close(self) -> None:
        """Let all threads end once they have done what they have begun."""
        with self._lock:
            self._closed = True
            self._room.notify_all()
            self._arrival.notify_all()

    @property
    def _most(self) -> int:
        return self._many if self._has_answered() else self._few

    def _has_room(self) -> bool:
        on_their_way = self._begun - self._handed_over
        return on_their_way < self._most and self._waiting_bytes < WAITING_BYTES

    @property
    def _enough(self) -> int:
        """How many from a far store are computed without a wait for others."""
        each_s = self._computing.each_s
        return min(_MOST_GATHERED, int(_GATHERED_S / each_s)) if each_s else 1

    def _has_too_few(self) -> bool:
        is_over = self._closed or self._fetched == len(self.items)
        return not is_over and 0 < len(self._waiting) < self._enough

    def _take(self) -> Sequence[Fetched]:
        left = len(self._waiting) + len(self.items) - self._fetched
        each_s = self._computing.each_s
        fewest = min(_FEWEST_SHARED, int(_SHARED_S / each_s)) if each_s else 1
        most = min(self._computing.count, max(fewest, ceil(left / (2 * self._cores))))
        batch: list[Fetched] = []
        size_bytes = 0
        while self._waiting and len(batch) < most:
            one, its_bytes = self._waiting[0]
            if batch and size_bytes + its_bytes > BATCH_BYTES:
                break
            self._waiting.popleft()
            batch.append(one)
            size_bytes += its_bytes
        self._waiting_bytes -= size_bytes
        self._room.notify_all()
        return batch

    def _may_add_fetchers(self) -> bool:
        return self._begun < len(self.items) and self._fetchers < self._most_fetchers

    def _fetchers_to_add(self) -> int:
        if not self._may_add_fetchers():
            return 0
        added = min(self._fetchers, self._most_fetchers - self._fetchers)
        self._fetchers += added
        return added
