"""Threads that fetch and threads that compute, with a bounded number of images between them."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Fetched = TypeVar("Fetched")
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class TwoStages(Generic[Item, Fetched, Result]):
    """Runs `fetch` and then `compute` for many items, each stage in threads of its own.

    At any time no more items are between their start and the caller than there are threads of
    both stages and as many again of the second: memory does not grow with the number of items.

    Attributes
    ----------
    fetch
        Waits for a store; called from `fetch_workers` threads.
    compute
        Keeps a core busy; called from `compute_workers` threads.
    fetch_workers, compute_workers
        The numbers of threads; without `compute_workers` one per processor core.
    """

    fetch: Callable[[Item], Fetched]
    compute: Callable[[Item, Fetched], Result]
    fetch_workers: int
    compute_workers: int | None = None

    @property
    def most_in_flight(self) -> int:
        """How many items are worked on at once."""
        return self.fetch_workers + 2 * self._cores

    @property
    def _cores(self) -> int:
        return self.compute_workers or available_cores()

    def run(self, items: Iterable[Item]) -> Generator[Result, None, None]:
        """Yield the results in the order in which they are ready.

        What `fetch` or `compute` raises is raised here. When the iterator is closed or the caller
        is interrupted, what has not begun is dropped and nothing is waited for; the interpreter
        itself waits at its end for what has begun.
        """
        done: SimpleQueue[Future[Any]] = SimpleQueue()
        fetchers = ThreadPoolExecutor(self.fetch_workers, thread_name_prefix="fetch")
        cores = ThreadPoolExecutor(self._cores, thread_name_prefix="compute")

        def start(item: Item) -> None:
            hand_over = partial(self._hand_over, item, cores, done)
            fetchers.submit(self.fetch, item).add_done_callback(hand_over)

        try:
            yield from _feed(start, iter(items), self.most_in_flight, done)
        finally:
            fetchers.shutdown(wait=False, cancel_futures=True)
            cores.shutdown(wait=False, cancel_futures=True)

    def _hand_over(
        self, item: Item, cores: Executor, done: SimpleQueue[Future[Any]], fetching: Future[Fetched]
    ) -> None:
        if fetching.cancelled():
            return
        if fetching.exception() is not None:
            done.put(fetching)
            return
        try:
            computing = cores.submit(self.compute, item, fetching.result())
        except Exception as error:  # noqa: BLE001 - whoever waits for this item has to be told
            # No thread could be started; or the caller is gone, and nobody looks at it.
            failed: Future[Result] = Future()
            failed.set_exception(error)
            done.put(failed)
            return
        computing.add_done_callback(done.put)


def available_cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _feed(
    start: Callable[[Item], None],
    waiting: Iterator[Item],
    most: int,
    done: SimpleQueue[Future[Any]],
) -> Iterator[Any]:
    running = 0
    for item in islice(waiting, most):
        start(item)
        running += 1
    while running:
        result = done.get().result()
        running -= 1
        for item in islice(waiting, 1):
            start(item)
            running += 1
        yield result
