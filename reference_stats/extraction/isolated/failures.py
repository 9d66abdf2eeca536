"""Decoding processes that ended: what is said of the image that they had."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from jobs.errors import DriftError
from reference_stats.extraction.isolated import messages
from reference_stats.outcomes import UnreadableImage, UnreadableReason

# Of a process's own time for a file; the slowest of the allowed size takes a tenth of it.
PATIENCE_S = {messages.FILES: 60.0, messages.THUMBNAIL: 20.0}
_OUT_OF_TIME = frozenset({None, -signal.SIGPROF, -signal.SIGALRM})
# In place of an exit code: the process answered, but no outcome.
NONSENSE = 256
# The same: it closed its connection and did not end, until it was killed from here.
LINGERED = 257


class FailedError(Exception):
    """A decoding process ended, or was ended, before it gave an outcome."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class DecodingBugError(RuntimeError):
    """A decoding process met a bug of ours.

    Parameters
    ----------
    trace
        What it said.
    place
        Where among the files it was; None where that is not known.
    """

    def __init__(self, trace: str, place: int | None) -> None:
        super().__init__(f"in the decoding process:\n{trace}")
        self.place = place


class DecoderStartError(DriftError):
    """A decoding process did not start: something is wrong with the installation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a process ended under one image or several.

    Attributes
    ----------
    code
        Its exit code, negative for a signal; None where it gave no answer in time.
    outcome
        What it said, where it met an error of the machine's.
    place
        Where among the images it was; None where that is not known. A process that was taken over
        may lie about it.
    """

    code: int | None = None
    outcome: UnreadableImage | None = None
    place: int | None = None

    @property
    def is_slow(self) -> bool:
        """Whether there was no answer in time: the image has had its time, once is enough."""
        return self.code is None and self.outcome is None

    def as_outcome(self) -> UnreadableImage:
        """Return what is said of the image."""
        if self.outcome is not None:
            return self.outcome
        return too_slow() if self.code in _OUT_OF_TIME else _crashed(self.code or 0)


def too_slow() -> UnreadableImage:
    """Return what is said of an image that took longer than its time."""
    return UnreadableImage(
        reason=UnreadableReason.TOO_SLOW,
        detail=f"no result within {PATIENCE_S[messages.FILES]:.0f} s",
    )


def _crashed(code: int) -> UnreadableImage:
    if code == -signal.SIGKILL:
        # Nobody but the system's guard of its memory does that.
        return UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY)
    if code == NONSENSE:
        detail = "the decoder answered nonsense"
    elif code == LINGERED:
        detail = "the decoder hung up and did not end"
    elif code < 0:
        detail = f"the decoder ended by {_signal_name(-code)}"
    else:
        detail = f"the decoder ended with exit code {code}"
    return UnreadableImage(reason=UnreadableReason.CRASHED, detail=detail)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
