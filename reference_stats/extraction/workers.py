"""Threads that fetch and threads that compute, with bounded memory between them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Generic, TypeVar

from reference_stats.extraction.batches import Flow

Item = TypeVar("Item")
Fetched = TypeVar("Fetched")
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class TwoStages(Generic[Item, Fetched, Result]):
    """Runs `fetch` and then `compute` for many items, each stage in threads of its own.

    Both take several items at once: as many as are worth it by the time and the memory that those
    before took, and never so many that a core is idle for want of them. How items come together
    says nothing of the results, which have to be the same however they do.

    Attributes
    ----------
    fetch
        Waits for a store; called from up to `fetch_workers` threads.
    compute
        Keeps a core busy; called from `compute_workers` threads with what `fetch` returned, in any
        order and company.
    size_bytes
        What a fetched item takes of memory.
    fetch_workers, compute_workers
        The numbers of threads; without `compute_workers` one per processor core.
    is_far
        Whether a store takes its time to answer, whoever asks. Then each thread asks for one item
        at a time, all of them from the start. Otherwise few threads fetch many items each, and
        others are added when they prove too slow.
    has_answered
        Whether anything was fetched from the store yet; until then little is asked of it.
    """

    fetch: Callable[[Sequence[Item]], Sequence[Fetched]]
    compute: Callable[[Sequence[Fetched]], Sequence[Result]]
    size_bytes: Callable[[Fetched], int]
    fetch_workers: int
    compute_workers: int | None = None
    is_far: bool = False
    has_answered: Callable[[], bool] = field(default=lambda: True)

    @property
    def _cores(self) -> int:
        return self.compute_workers or available_cores()

    def run(self, items: Sequence[Item]) -> Generator[Sequence[Result], None, None]:
        """Yield the results in the order in which they are ready, several at once.

        What `fetch` or `compute` raises is raised here. When the iterator is closed or the caller
        is interrupted, what has not begun is dropped and nothing is waited for; the interpreter
        itself waits at its end for what has begun.
        """
        flow: Flow[Item, Fetched] = Flow(
            items=items,
            size_bytes=self.size_bytes,
            fetchers=self.fetch_workers,
            cores=self._cores,
            is_far=self.is_far,
            has_answered=self.has_answered,
        )
        done: SimpleQueue[Sequence[Result] | BaseException] = SimpleQueue()
        try:
            self._start(flow, done)
            left = len(items)
            while left:
                results = done.get()
                if isinstance(results, BaseException):
                    raise results
                left -= len(results)
                flow.hand_over(len(results))
                yield results
        finally:
            flow.close()

    def _start(
        self, flow: Flow[Item, Fetched], done: SimpleQueue[Sequence[Result] | BaseException]
    ) -> None:
        def start_fetcher() -> None:
            _start_thread("fetch", done, fetch_all)

        def fetch_all() -> None:
            while some := flow.next_items():
                begun = time.perf_counter()
                fetched = self.fetch(some)
                flow.add(fetched, time.perf_counter() - begun)

        def compute_all() -> None:
            while some := flow.next_batch(start_fetcher):
                begun = time.perf_counter()
                done.put(self.compute(some))
                flow.note_computed(len(some), time.perf_counter() - begun)

        _start_some(
            min(self._cores, len(flow.items)), lambda: _start_thread("compute", done, compute_all)
        )
        _start_some(flow.fetchers_at_first(), start_fetcher)


def available_cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start_some(count: int, start: Callable[[], None]) -> None:
    """Start threads; where the system has no more of them, those that run do it all.

    Raises
    ------
    RuntimeError
        If not even one could be started.
    """
    for started in range(count):
        try:
            start()
        except RuntimeError:
            if not started:
                raise
            return


def _start_thread(
    name: str, done: SimpleQueue[Sequence[Result] | BaseException], work: Callable[[], None]
) -> None:
    """Start a thread that hands what `work` raises to whoever waits for the results."""

    def work_or_tell() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            done.put(error)

    threading.Thread(target=work_or_tell, name=name).start()
