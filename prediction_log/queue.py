"""What waits in memory between a request and the local disk, bounded by its bytes."""

from __future__ import annotations

import threading
from collections import deque

from prediction_log.rows import LoggedPrediction

_BATCH_BYTES = 1 << 20
# What comes within this time is written together: a wake-up of the thread per request would take
# the interpreter from the next request.
_GATHERING_S = 0.1


class BoundedQueue:
    """Predictions in their order; `offer` never waits."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._waiting: deque[LoggedPrediction] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._filled = threading.Event()
        self._hurry = threading.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, prediction: LoggedPrediction) -> bool:
        """Take in a prediction; return False where there is no room."""
        with self._lock:
            if self._bytes + prediction.size_bytes > self._most_bytes:
                return False
            self._bytes += prediction.size_bytes
            self._waiting.append(prediction)
            was_empty = len(self._waiting) == 1
        if was_empty:
            self._filled.set()
        if 4 * self._bytes > self._most_bytes:
            self._hurry.set()
        return True

    def wait(self, timeout_s: float) -> None:
        """Wait until something is there, then a moment more for what comes with it."""
        if self._filled.wait(timeout_s):
            self._hurry.wait(_GATHERING_S)
        self._filled.clear()
        self._hurry.clear()

    def wake(self) -> None:
        """End `wait` at once."""
        self._hurry.set()
        self._filled.set()

    def take(self) -> list[LoggedPrediction]:
        """Return what waits, up to a batch; it counts as waiting until it is `release`d."""
        batch: list[LoggedPrediction] = []
        size = 0
        with self._lock:
            while self._waiting and (not batch or size < _BATCH_BYTES):
                batch.append(self._waiting.popleft())
                size += batch[-1].size_bytes
        return batch

    def release(self, batch: list[LoggedPrediction]) -> None:
        """Give back the room of a batch that was written or dropped."""
        with self._lock:
            self._bytes -= sum(one.size_bytes for one in batch)
