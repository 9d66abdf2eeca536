"""SIGTERM: a run ends by an exception, or by force if the exception does not end it.

Cloud Run kills after ten seconds, `drift schedule` after eight. Threads that wait for a store
cannot be interrupted, and may wait for a minute. The process does not wait for them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

from drift.program_log.setup import tell_failure

# ExitCode.TERMINATED, which cannot be imported while our packages may be hidden.
_TERMINATED = 143
# Time for the exception to end the run, and then for the release of the lock.
_PATIENCE_S = 4.0
_RELEASE_S = 2.5
_MESSAGE = "ended by SIGTERM; run it again: a repeated run replaces what it wrote."


_Handler = Callable[[int, FrameType | None], object]


@contextlib.contextmanager
def sigterm_raises() -> Iterator[None]:
    """Let SIGTERM raise `TerminatedError` in the context, and end the process within seven seconds.

    After the context SIGTERM ends the process at once, since nothing is left to clean up.
    """
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is _terminate:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def release_locks() -> None:
    """Release the locks of this process, if the exception came too early or too late to do so."""
    lock = sys.modules.get("jobs.running.lock")
    if lock is not None:
        lock.release_open_locks()


def _terminate(_number: int, _frame: FrameType | None) -> None:
    from jobs.errors import TerminatedError  # noqa: PLC0415 - after the check for shadowing

    # A second signal would interrupt the release of the lock.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _call_later(_PATIENCE_S, _insist)
    raise TerminatedError(_MESSAGE)


def _insist(_number: int, _frame: FrameType | None) -> None:
    _call_later(_RELEASE_S, _end)
    # If the interrupted code holds a lock that is needed here, the next alarm ends the process.
    with contextlib.suppress(Exception):
        tell_failure(f"drift: {_MESSAGE} Something did not answer and was given up.", _TERMINATED)
        release_locks()
    _end()


def _end(_number: int = 0, _frame: FrameType | None = None) -> NoReturn:
    os._exit(_TERMINATED)


def _call_later(seconds: float, handler: _Handler) -> None:
    # Not in a thread: to start one takes locks that the interrupted code may hold.
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, seconds)
