"""The decoding processes of this program: started when needed, used again, replaced when they die.

One image is in a process at a time, so that it is known which one a crash belongs to.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from jobs.errors import DriftError
from reference_stats.isolated import messages
from reference_stats.outcomes import ImageFeatures, UnreadableImage, UnreadableReason
from reference_stats.size_limits import SizeLimits

# A hundred million pixels take a few seconds, on a machine that is busy with others a minute.
# A process that starts may have loops to compile, on a machine that is busy with others.
_START_PATIENCE_S = 300.0
# For a file; the slowest of the allowed size takes a tenth of it.
_PATIENCE_S = {messages.IMAGE: 60.0, messages.THUMBNAIL: 20.0}
_SOCKET_BYTES = 1 << 20
Result = TypeVar("Result")
_LONGEST_ANSWER_BYTES = 1 << 20
# In place of an exit code: the process answered, but no outcome.
_NONSENSE = 256
# The same: it closed its connection and did not end, until it was killed from here.
_LINGERED = 257
# A process that closes its connection is about to end, later on a machine that is busy with others.
_END_PATIENCE_S = 20.0
# Once could be an accident of the machine's.
_ATTEMPTS = 2
_WORKER = "reference_stats.isolated.worker"
_ROOT = Path(__file__).resolve().parents[2]
# What a decoder needs of the environment; passwords and keys are not among it.
_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "TZ")
_ENVIRONMENT_PREFIXES = ("PYTHON", "NUMBA_", "LC_", "MALLOC_", "COVERAGE_", "COV_")


class DecoderStartError(DriftError):
    """A decoding process did not start: something is wrong with the installation."""


class _KilledAtStartError(DecoderStartError):
    """A decoding process was killed before it was ready."""


class _ProcessEndedError(Exception):
    """A decoding process ended in the middle of an image."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _AccidentError(Exception):
    """A decoding process met an error of the machine's."""

    def __init__(self, outcome: UnreadableImage) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be computed of an image: features by their names, within limits."""

    names: tuple[str, ...]
    limits: SizeLimits


class _Process:
    """One decoding process; used by one thread at a time.

    Raises
    ------
    DecoderStartError
        If it ends, or says nothing, before it is ready.
    """

    def __init__(self) -> None:
        own, others = socket.socketpair()
        with others:
            for end in (own, others):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", _WORKER, str(others.fileno())],
                pass_fds=[others.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_environment(),
            )
        own.settimeout(_START_PATIENCE_S)
        self._connection = own
        self._stream = own.makefile("rb")
        self._order: Order | None = None
        self._await_ready()

    def measure(self, data: bytes, order: Order) -> ImageFeatures | UnreadableImage:
        """Return what became of an image; raises as `ask` does."""
        if order != self._order:
            with _as_ended(self):
                content = messages.pack_order(order.names, order.limits)
                messages.send(self._connection, messages.ORDER, content)
            self._order = order
        kind, content = self.ask(messages.IMAGE, data)
        try:
            outcome = messages.unpack_outcome(kind, content, order.names)
        except ValueError as nonsense:
            # Whoever answers so is no longer our program.
            self.kill()
            raise _ProcessEndedError(_NONSENSE) from nonsense
        if isinstance(outcome, UnreadableImage) and outcome.reason is UnreadableReason.MACHINE:
            raise _AccidentError(outcome)
        return outcome

    def ask(self, kind: int, data: bytes) -> tuple[int, bytes]:
        """Return the kind and the content of the answer to an image.

        Raises
        ------
        _ProcessEndedError
            If the process died of it.
        TimeoutError
            If no answer came.
        RuntimeError
            If the process met a bug of ours.
        """
        self._connection.settimeout(_PATIENCE_S[kind])
        with _as_ended(self):
            messages.send(self._connection, kind, data)
            answer = messages.receive(self._stream, _LONGEST_ANSWER_BYTES)
            if answer is None:
                raise ConnectionResetError
        if answer[0] == messages.BUG:
            said = answer[1].decode(errors="replace")
            raise RuntimeError(f"in the decoding process:\n{said}")
        return answer

    @property
    def is_running(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def stop(self) -> int:
        """Make sure that the process has ended; return its exit code, negative for a signal."""
        self.disconnect()
        try:
            return self._process.wait(timeout=_END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return _LINGERED

    def kill(self) -> None:
        """End the process at once."""
        self.disconnect()
        self._process.kill()
        self._process.wait()

    def disconnect(self) -> None:
        """Close this side of the connection; the process ends once nobody has that side open."""
        with contextlib.suppress(OSError):
            self._stream.close()
        self._connection.close()

    def _await_ready(self) -> None:
        try:
            answer = messages.receive(self._stream)
        except OSError:
            answer = None
        if answer is None or answer[0] != messages.READY:
            code = self.stop()
            kind = _KilledAtStartError if code == -signal.SIGKILL else DecoderStartError
            raise kind(
                f"the process that decodes images did not start (it ended with {code}). Run "
                f"`{sys.executable} -m reference_stats.warm_up` to see what is wrong."
            )


@contextlib.contextmanager
def _as_ended(process: _Process) -> Iterator[None]:
    try:
        yield
    except ConnectionError:
        raise _ProcessEndedError(process.stop()) from None


class Decoders:
    """Decoding processes for all threads of this program: as many as threads ask at once."""

    def __init__(self) -> None:
        self._idle: deque[_Process] = deque()
        # One after the other: what the first one compiles on a new machine, the others load.
        self._starting = threading.Lock()
        self._of_another: list[_Process] = []
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
        return outcome if not isinstance(outcome, _Failure) else outcome.as_outcome()

    def thumbnail(self, data: bytes) -> bytes | None:
        """Return `thumbnails.thumbnail` of an image file.

        Raises
        ------
        DecoderStartError
            If no process can be started.
        """
        answer = self._attempt(lambda process: process.ask(messages.THUMBNAIL, data))
        return None if isinstance(answer, _Failure) else answer[1] or None

    def _attempt(self, work: Callable[[_Process], Result]) -> Result | _Failure:
        failure = _Failure()
        for number in range(_ATTEMPTS):
            # The second time in a new one: what became of the others says nothing of the image.
            process = self._take() if number == 0 else self._new()
            try:
                result = work(process)
            except _ProcessEndedError as ended:
                failure = _Failure(code=ended.code)
                continue
            except _AccidentError as accident:
                # The process may have no more files, or half of a module.
                process.kill()
                failure = _Failure(outcome=accident.outcome)
                continue
            except TimeoutError:
                process.kill()
                return _Failure()
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

    def _take(self) -> _Process:
        with contextlib.suppress(IndexError):
            while not (process := self._idle.pop()).is_running:
                process.kill()
            return process
        return self._new()

    def _new(self) -> _Process:
        with self._starting:
            try:
                return _Process()
            except _KilledAtStartError:
                return _second_process()


def _second_process() -> _Process:
    """Start a process once more after one was killed; nobody but the guard of memory does that."""
    try:
        return _Process()
    except _KilledAtStartError:
        raise MemoryError("the process that decodes images was killed while it started") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """How a process ended under an image; None where it gave no answer in time.

    `outcome` is what it said, where it met an error of the machine's.
    """

    code: int | None = None
    outcome: UnreadableImage | None = None

    def as_outcome(self) -> UnreadableImage:
        """Return what is said of the image."""
        if self.outcome is not None:
            return self.outcome
        return _too_slow() if self.code in {None, -signal.SIGALRM} else _crashed(self.code or 0)


def _too_slow() -> UnreadableImage:
    return UnreadableImage(
        reason=UnreadableReason.TOO_SLOW,
        detail=f"no result within {_PATIENCE_S[messages.IMAGE]:.0f} s",
    )


def _crashed(code: int) -> UnreadableImage:
    if code == -signal.SIGKILL:
        # Nobody but the system's guard of its memory does that.
        return UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY)
    if code == _NONSENSE:
        detail = "the decoder answered nonsense"
    elif code == _LINGERED:
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


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _ENVIRONMENT or name.startswith(_ENVIRONMENT_PREFIXES)
    }
    path = os.pathsep.join([str(_ROOT), *filter(None, [kept.get("PYTHONPATH")])])
    return kept | {"PYTHONPATH": path, "PYTHONSAFEPATH": "1", "OPENBLAS_NUM_THREADS": "1"}


DECODERS = Decoders()
