"""Pictures on their way to a model, with bounded memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from reference_stats.model_view.preprocessing import Picture
from reference_stats.model_view.viewer import Pictures


class WaitingPicture(NamedTuple):
    """A picture, whose it is, and the digest of the outcome of its image."""

    place: int
    digest: bytes
    picture: Picture


class WaitingPictures:
    """A queue from the threads that compute to the one that looks.

    Parameters
    ----------
    together
        How many pictures are worth looking at together; twice as many may wait.
    """

    def __init__(self, together: int) -> None:
        self._together = together
        self._lock = threading.Lock()
        self._room, self._arrival = threading.Condition(self._lock), threading.Condition(self._lock)
        self._waiting: deque[WaitingPicture] = deque()
        self._is_over = self._is_dropped = False

    def put(self, pictures: Sequence[WaitingPicture]) -> None:
        """Add pictures once there is room for them; nothing where nobody looks any more."""
        with self._lock:
            while len(self._waiting) >= 2 * self._together and not self._is_dropped:
                self._room.wait()
            if not self._is_dropped:
                self._waiting.extend(pictures)
                self._arrival.notify()

    def take(self) -> Sequence[WaitingPicture]:
        """Return what is looked at next, fewer than are worth it only at the end, then nothing.

        A batch that is not full costs a model as much as a full one does.
        """
        with self._lock:
            while len(self._waiting) < self._together and not self._is_over:
                self._arrival.wait()
            count = min(len(self._waiting), self._together)
            some = [self._waiting.popleft() for _ in range(count)]
            self._room.notify_all()
            return some

    def end(self) -> None:
        """Say that no more pictures come."""
        with self._lock:
            self._is_over = True
            self._arrival.notify_all()

    def drop(self) -> None:
        """Forget all pictures, and all that come."""
        with self._lock:
            self._is_over = self._is_dropped = True
            self._waiting.clear()
            self._arrival.notify_all()
            self._room.notify_all()


def stacked(some: Sequence[WaitingPicture]) -> Pictures:
    """Return several pictures as one array."""
    return np.stack([one.picture for one in some])
