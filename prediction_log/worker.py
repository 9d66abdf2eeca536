"""The two threads of one process: from memory to the local disk, and from there to the store."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping

from prediction_log.complaints import Complaints
from prediction_log.limits import Limits
from prediction_log.packing import Packing
from prediction_log.queue import BoundedQueue
from prediction_log.spooling.counts import Counts
from prediction_log.spooling.folder import SpoolFolder
from prediction_log.spooling.sender import Sender
from prediction_log.spooling.writer import SpoolWriter
from prediction_log.stores.registry import open_store

_SENT_EVERY_S = 1.0
_TRIED_AGAIN_AFTER_S = 60.0


class Worker:
    """Writes and sends what is put into its queue until it is closed.

    Parameters
    ----------
    always
        Columns of every row.
    packing
        What is packed.
    """

    def __init__(
        self,
        url: str,
        spool: SpoolFolder,
        limits: Limits,
        counts: Counts,
        always: Mapping[str, object],
        *,
        packing: Packing,
    ) -> None:
        self.queue = BoundedQueue(limits.queued_bytes)
        self._url = url
        self.spool = spool
        self._limits = limits
        self._packing = packing
        self._complaints = Complaints()
        self._name = os.urandom(12).hex()
        self._writer = SpoolWriter(
            self._name, spool, limits, counts, always, packs_images=packing.images
        )
        self._sender: Sender | None = None
        self._closing = threading.Event()
        self._written = threading.Event()
        self._is_sent = False
        self._threads = [
            threading.Thread(target=self._write, name="prediction-log-write", daemon=True),
            threading.Thread(target=self._send, name="prediction-log-send", daemon=True),
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def close(self) -> bool:
        """Write and send what waits, in bounded time; return whether all of it was sent."""
        gives_up_at = time.monotonic() + self._limits.close_seconds
        self._closing.set()
        self.queue.wake()
        for thread in self._threads:
            thread.join(max(0.0, gives_up_at - time.monotonic()))
        return self._is_sent

    def forget(self) -> None:
        """Let go of files in a forked child: the threads are not there, the files are another's."""
        self._writer.forget()

    def _write(self) -> None:
        try:
            while not self._closing.is_set():
                self._guarded(lambda: self._writer.step(self.queue))
            self._guarded(lambda: self._writer.drain(self.queue))
            self._guarded(self._writer.close)
        finally:
            self._written.set()

    def _guarded(self, step: Callable[[], None]) -> None:
        """Do one step; an error that nobody thought of must not end the thread."""
        try:
            step()
        except Exception as error:  # noqa: BLE001 - the thread lives as long as the server
            self._complaints.say("write", f"writing to {self.spool.path} failed: {error!r}")
            self._closing.wait(_SENT_EVERY_S)

    def _send(self) -> None:
        wait_s = _SENT_EVERY_S
        counts_at = time.monotonic()
        while True:
            self._closing.wait(wait_s)
            is_last = self._closing.is_set()
            if is_last:
                self._written.wait()
            is_due = time.monotonic() - counts_at >= self._limits.part_seconds
            if is_due:
                counts_at = time.monotonic()
            try:
                self._send_once(with_counts=is_due or is_last)
                wait_s = _SENT_EVERY_S
                self._is_sent = is_last
            except Exception as error:  # noqa: BLE001 - a client's errors are its own
                wait_s = min(2 * wait_s, _TRIED_AGAIN_AFTER_S)
                self._complaints.say(
                    "send",
                    f"{self._url} did not take the log ({error!r}). It is kept in "
                    f"{self.spool.path} and sent later.",
                )
            if is_last:
                return

    def _send_once(self, *, with_counts: bool) -> None:
        if self._sender is None:
            store = open_store(self._url)
            self._sender = Sender(self.spool, store, own=self._name, packed=self._packing.rows)
        self._sender.send_finished()
        if with_counts:
            self._sender.send_counts()
