"""Sending the images of one part in bounded memory: packed, or several objects at a time."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from itertools import groupby

from prediction_log.spooling.parts import SpooledImage
from prediction_log.spooling.shards import MEMBER_MARK, Archive
from prediction_log.stores.store import Store

# Images on their way to the store together: what a store that hangs costs in memory.
_IN_FLIGHT_BYTES = 4 << 20
_SENDERS = 8


def send_packed(store: Store, number: int, images: Iterator[SpooledImage], day: str) -> None:
    """Send packed images, each archive by one request.

    It is made only now: what a kill left of a part is then packed like any other.

    Parameters
    ----------
    number
        The file that holds the images, open.
    day
        That of the part, ``YYYY-MM-DD``.
    """
    for shard, members in groupby(images, lambda image: image.name.partition(MEMBER_MARK)[0]):
        archive = Archive(day)
        for image in members:
            data = os.pread(number, image.size_bytes, image.start)
            archive.add(image.name.partition(MEMBER_MARK)[2], data)
        store.put(shard, archive.finished())


def send_images(store: Store, number: int, images: Iterator[SpooledImage]) -> None:
    """Send all images and raise the first error; the others may have arrived or not.

    The threads are daemons, unlike those of `concurrent.futures`, for which Python waits at its
    end: a store that hangs must not keep a server from ending.

    Parameters
    ----------
    number
        The file that holds the images, open.
    """
    flight = _Flight(store, number, images)
    senders = min(_SENDERS, store.senders)
    threads = [threading.Thread(target=flight.run, daemon=True) for _ in range(senders - 1)]
    started = []
    # While Python ends, from 3.12 on, no thread can be started: then this one sends alone.
    with contextlib.suppress(RuntimeError):
        for thread in threads:
            thread.start()
            started.append(thread)
    flight.run()
    for thread in started:
        thread.join()
    if flight.error is not None:
        raise flight.error


class _Flight:
    """The images of one part that several threads send."""

    def __init__(self, store: Store, number: int, images: Iterator[SpooledImage]) -> None:
        self._store = store
        self._number = number
        self._images = images
        self._bytes = 0
        self._changed = threading.Condition()
        self.error: Exception | None = None

    def run(self) -> None:
        """Send images until there are no more, or one was not taken."""
        while (image := self._next()) is not None:
            self._send(image)

    def _send(self, image: SpooledImage) -> None:
        try:
            data = os.pread(self._number, image.size_bytes, image.start)
            self._store.put(image.name, data)
        except Exception as error:  # noqa: BLE001 - a client's errors are its own; raised later
            self.error = error
        finally:
            with self._changed:
                self._bytes -= image.size_bytes
                self._changed.notify_all()

    def _next(self) -> SpooledImage | None:
        """Return the next image once there is room for it."""
        with self._changed:
            image = next(self._images, None) if self.error is None else None
            if image is None:
                return None
            self._changed.wait_for(
                lambda: not self._bytes or self._bytes + image.size_bytes <= _IN_FLIGHT_BYTES
            )
            self._bytes += image.size_bytes
            return image
