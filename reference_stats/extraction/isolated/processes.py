"""The decoding processes of this program: started when needed, used again, replaced when they die.

One image is in a process at a time, so that it is known which one a crash belongs to.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from reference_stats.extraction.isolated import messages
from reference_stats.extraction.isolated.failures import DecoderStartError, Failure
from reference_stats.extraction.isolated.process import (
    AccidentError,
    DecodingProcess,
    KilledAtStartError,
    Order,
    ProcessEndedError,
)
from reference_stats.outcomes import ImageFeatures, UnreadableImage

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
        with contextlib.suppress(DecoderStartError, MemoryError):
            self._idle.append(self._take())

    def measure(self, data: bytes, order: Order) -> ImageFeatures | UnreadableImage:
        """Return what became of an image: that it crashed the decoder is one of the outcomes.

        Raises
        ------
        DecoderStartError
            If no process can be started.
        MemoryError
            If two in a row were killed while they started.
        """
        outcome = self._attempt(lambda process: process.measure(data, order))
        return outcome if not isinstance(outcome, Failure) else outcome.as_outcome()

    def thumbnail(self, data: bytes) -> bytes | None:
        """Return `thumbnails.thumbnail` of an image file.

        Raises
        ------
        DecoderStartError
            If no process can be started.
        """
        answer = self._attempt(lambda process: process.ask(messages.THUMBNAIL, data))
        return None if isinstance(answer, Failure) else answer[1] or None

    def _attempt(self, work: Callable[[DecodingProcess], Result]) -> Result | Failure:
        failure = Failure()
        for number in range(_ATTEMPTS):
            # The second time in a new one: what became of the others says nothing of the image.
            process = self._take() if number == 0 else self._new()
            try:
                result = work(process)
            except ProcessEndedError as ended:
                failure = Failure(code=ended.code)
                continue
            except AccidentError as accident:
                # The process may have no more files, or half of a module.
                process.kill()
                failure = Failure(outcome=accident.outcome)
                continue
            except TimeoutError:
                process.kill()
                return Failure()
            except BaseException:
                process.kill()
                raise
            self._idle.append(process)
            return result
        return failure

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
        with contextlib.suppress(IndexError):
            while not (process := self._idle.pop()).is_running:
                process.kill()
            return process
        return self._new()

    def _new(self) -> DecodingProcess:
        with self._starting:
            try:
                return DecodingProcess()
            except KilledAtStartError:
                return _second_process()


def _second_process() -> DecodingProcess:
    """Start a process once more after one was killed; nobody but the guard of memory does that."""
    try:
        return DecodingProcess()
    except KilledAtStartError:
        raise MemoryError("the process that decodes images was killed while it started") from None


DECODERS = Decoders()
