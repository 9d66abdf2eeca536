"""Reading several objects at once where they are used one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

AT_ONCE = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


def read_ahead(
    read: Callable[[Item], Result], items: Iterable[Item], at_once: int = AT_ONCE
) -> Generator[tuple[Item, Result], None, None]:
    """Yield every item with what `read` returns for it, in their order.

    At most `at_once` results are waiting or being read at any time; what `read` raises is raised
    here. Where the iterator is closed, what has not begun is never read.
    """
    readers = ThreadPoolExecutor(at_once, thread_name_prefix="read-ahead")
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    coming = iter(items)
    try:
        waiting.extend((item, readers.submit(read, item)) for item in islice(coming, at_once))
        while waiting:
            item, reading = waiting.popleft()
            result = reading.result()
            waiting.extend((one, readers.submit(read, one)) for one in islice(coming, 1))
            yield item, result
    finally:
        readers.shutdown(cancel_futures=True)
