"""The decoding processes of this program: started when needed, used again and replaced."""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from reference_stats.extraction.isolated.failures import DecoderStartError, FailedError, Failure
from reference_stats.extraction.isolated.guilty import Measured, MeasuredPicture, measure_all
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.process import (
    DecodingProcess,
    KilledAtStartError,
)

Result = TypeVar("Result")
# Once could be an accident of the machine's.
_ATTEMPTS = 2


class Decoders:
    """Decoding processes for all threads of this program: as many as threads ask at once."""

    def __init__(self) -> None:
        self._idle: deque[DecodingProcess] = deque()
        # One after the other: what the first one compiles on a new machine, the others load.
        self._starting = threading.Lock()
        self._of_another: list[DecodingProcess] = []
        atexit.register(self.stop)
        os.register_at_fork(after_in_child=self._leave_to_parent)

    def start(self) -> None:
        """Have a process ready for the first image."""
        with contextlib.suppress(DecoderStartError, MemoryError), self._starting:
            # Free before the lock is: whoever waits to start one takes it.
            self._idle.append(self._take_idle() or _start_process())

    def measure(self, data: bytes, order: Order) -> Measured:
        """Return what became of one image; raises as `measure_many` does."""
        return self.measure_many([data], order)[0]

    def measure_many(self, files: Sequence[bytes], order: Order) -> list[Measured]:
        """Return what became of each image; raises as `picture_many` does."""
        return [one.outcome for one in self.picture_many(files, order)]

    def picture_many(self, files: Sequence[bytes], order: Order) -> list[MeasuredPicture]:
        """Return what became of each image and its picture.

        That it crashed the decoder is one of the outcomes. They are in one process together. Where
        it dies, the image that it died of is looked for, and the outcomes of all others are what
        they are without it.

        Raises
        ------
        DecoderStartError
            If no process can be started.
        MemoryError
            If two in a row were killed while they started.
        DecodingBugError
            If a process met a bug of ours.
        """
        return measure_all(
            files,
            together=lambda some: self._once(lambda process: process.measure(some, order)),
            alone=lambda one: self._attempt(lambda process: process.measure([one], order)),
        )

    def seconds_of(self, files: Sequence[bytes], order: Order) -> float:
        """Return the processor time that measuring some files takes in one process, without start.

        They are measured twice; the second time counts. Where the system does not tell the
        processor time of others, it is the time by the clock, which is no less.

        Raises
        ------
        DecoderStartError
            If no process can be started.
        FailedError
            If the process died of one of them.
        DecodingBugError
            If it met a bug of ours.
        """

        def timed(process: DecodingProcess) -> float:
            process.measure(files, order)
            started, spent = time.perf_counter(), process.processor_s
            process.measure(files, order)
            now = process.processor_s
            if spent is None or now is None:
                return time.perf_counter() - started
            return now - spent

        found = self._once(timed)
        if isinstance(found, Failure):
            raise FailedError(found)
        return found

    def thumbnail(self, data: bytes) -> bytes | None:
        """Return `thumbnails.thumbnail` of an image file.

        Raises
        ------
        DecoderStartError
            If no process can be started.
        """
        answer = self._attempt(lambda process: process.thumbnail(data))
        return None if isinstance(answer, Failure) else answer

    def _attempt(self, work: Callable[[DecodingProcess], Result]) -> Result | Failure:
        failure = Failure()
        for number in range(_ATTEMPTS):
            # The second time in a new one: what became of the others says nothing of the image.
            result = self._once(work, fresh=number > 0)
            if not isinstance(result, Failure):
                return result
            failure = result
            if failure.is_slow:
                break
        return failure

    def _once(
        self, work: Callable[[DecodingProcess], Result], *, fresh: bool = False
    ) -> Result | Failure:
        process = self._new() if fresh else self._take()
        try:
            result = work(process)
        except FailedError as failed:
            return failed.failure
        except BaseException:
            process.kill()
            raise
        self._idle.append(process)
        return result

    def stop(self) -> None:
        """End the processes that wait for an image; they have nothing to finish."""
        while self._idle:
            self._idle.pop().kill()

    def _leave_to_parent(self) -> None:
        """Use none of the processes that this program was forked with: two would talk to one."""
        self._starting = threading.Lock()
        for process in self._idle:
            process.disconnect()
        # Kept, since they are not this program's children and cannot be waited for.
        self._of_another.extend(self._idle)
        self._idle.clear()

    def _take(self) -> DecodingProcess:
        process = self._take_idle()
        if process is not None:
            return process
        with self._starting:
            # One may have become free while others were started.
            return self._take_idle() or _start_process()

    def _take_idle(self) -> DecodingProcess | None:
        with contextlib.suppress(IndexError):
            while not (process := self._idle.pop()).is_running:
                process.kill()
            return process
        return None

    def _new(self) -> DecodingProcess:
        with self._starting:
            return _start_process()


def _start_process() -> DecodingProcess:
    """Start a process, once more where it is killed: only the guard of memory does that."""
    try:
        return DecodingProcess()
    except KilledAtStartError:
        pass
    try:
        return DecodingProcess()
    except KilledAtStartError:
        raise MemoryError("the process that decodes images was killed while it started") from None


DECODERS = Decoders()
