"""One decoding process, seen from the run's side."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence

from reference_stats.child_processes.environment import bare_environment
from reference_stats.child_processes.framing import receive, send
from reference_stats.extraction.isolated import messages
from reference_stats.extraction.isolated.columns import longest_answer, pack_files, unpack_measured
from reference_stats.extraction.isolated.failures import (
    LINGERED,
    NONSENSE,
    PATIENCE_S,
    DecoderStartError,
    DecodingBugError,
    FailedError,
    Failure,
)
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.own_time import OwnTime
from reference_stats.extraction.isolated.turns import Turns
from reference_stats.extraction.measuring.measured_files import MeasuredFiles
from reference_stats.outcomes import UnreadableReason

# A process that starts may have loops to compile.
_START_PATIENCE_S = 300.0
_LOOK_S = 1.0
# For a part of a message to be taken, or to come: by the clock, on a machine that is busy.
_MESSAGE_PATIENCE = 4.0
_SOCKET_BYTES = 1 << 20
_LONGEST_THUMBNAIL_BYTES = 1 << 20
# A process that closes its connection is about to end, later on a machine that is busy with others.
_END_PATIENCE_S = 20.0
# How often a process may come to a file of a batch: with the others, by itself after all, and once
# more where memory ran out or it looks for a bug of ours.
_MOST_ROUNDS = 3
# From linux/posix-timers.h.
_SCHEDULED_TIME = 2
_WORKER = "reference_stats.extraction.isolated.worker"


class KilledAtStartError(DecoderStartError):
    """A decoding process was killed before it was ready."""


class DecodingProcess:
    """One decoding process; used by one thread at a time.

    Raises
    ------
    DecoderStartError
        If it ends, or says nothing, before it is ready.
    """

    def __init__(self) -> None:
        own, others = socket.socketpair()
        with others, contextlib.ExitStack() as undo:
            undo.callback(own.close)
            self._turns = Turns()
            undo.callback(self._turns.close)
            for end in (own, others):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
            self._process = _started(others.fileno(), self._turns.descriptor)
            undo.pop_all()
        own.settimeout(_MESSAGE_PATIENCE * _START_PATIENCE_S)
        self._connection = own
        self._stream = own.makefile("rb")
        self._waiting = select.poll()
        self._waiting.register(own, select.POLLIN)
        self._order: Order | None = None
        self._await_ready()

    def measure(self, files: Sequence[bytes], order: Order) -> MeasuredFiles:
        """Return what became of some image files.

        Raises
        ------
        FailedError
            If the process died of one of them, gave no answer or a senseless one, or met an error
            of the machine's. It has ended then.
        DecodingBugError
            If it met a bug of ours.
        """
        if order != self._order:
            with self._ended_as_failure(len(files)):
                content = messages.pack_order(order)
                send(self._connection, messages.ORDER, content)
            self._order = order
        longest = longest_answer(len(files), order)
        kind, content = self._ask(messages.FILES, pack_files(files), len(files), longest)
        if kind == messages.BUG:
            place, trace = messages.unpack_bug(content, len(files))
            raise DecodingBugError(trace, place)
        try:
            measured = unpack_measured(kind, content, len(files), order)
        except ValueError as nonsense:
            # Whoever answers so is no longer our program.
            place = self._turns.place(len(files))
            self.kill()
            raise FailedError(Failure(code=NONSENSE, place=place)) from nonsense
        self._end_after_accident(measured)
        return measured

    def thumbnail(self, data: bytes) -> bytes | None:
        """Return `thumbnails.thumbnail` of an image file; raises as `measure` does."""
        kind, content = self._ask(messages.THUMBNAIL, (data,), 1, _LONGEST_THUMBNAIL_BYTES)
        if kind == messages.BUG:
            raise DecodingBugError(messages.unpack_bug(content, 1)[1], None)
        return content or None

    def _ask(
        self, kind: int, parts: Iterable[bytes], count: int, longest: int
    ) -> tuple[int, bytes]:
        self._turns.reset()
        self._connection.settimeout(_MESSAGE_PATIENCE * PATIENCE_S[kind])
        with self._ended_as_failure(count):
            send(self._connection, kind, *parts)
            self._await_answer(PATIENCE_S[kind], count)
            answer = receive(self._stream, longest)
            if answer is None:
                raise ConnectionResetError
        return answer

    def _await_answer(self, patience_s: float, count: int) -> None:
        """Wait for as long as the process goes on to another file in time, within some rounds."""
        place, at_it = None, OwnTime(self._process.pid, patience_s)
        for _ in range(_MOST_ROUNDS * count + 1):
            while place == (reached := self._turns.place(count)):
                if self._waiting.poll(1000 * min(_LOOK_S, patience_s / 4)):
                    return
                if at_it.is_over():
                    raise TimeoutError
            place, at_it = reached, OwnTime(self._process.pid, patience_s)
        raise TimeoutError

    def _end_after_accident(self, measured: MeasuredFiles) -> None:
        for place, lost in measured.unreadable.items():
            if lost.reason is UnreadableReason.MACHINE:
                # The process may have no more files, or half of a module.
                self.kill()
                raise FailedError(Failure(outcome=lost, place=place))

    @contextlib.contextmanager
    def _ended_as_failure(self, count: int) -> Iterator[None]:
        try:
            yield
        except ConnectionError:
            code = self._end()
        except TimeoutError:
            self._process.kill()
            self._process.wait()
            code = None
        else:
            return
        place = self._turns.place(count)
        self.disconnect()
        raise FailedError(Failure(code=code, place=place)) from None

    @property
    def processor_s(self) -> float | None:
        """Processor time that the process has spent; None where the system does not tell it."""
        if sys.platform != "linux":
            return None
        # What clock_getcpuclockid makes of a process there: its number's complement, and the kind.
        return time.clock_gettime((~self._process.pid << 3) | _SCHEDULED_TIME)

    @property
    def is_running(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def stop(self) -> int:
        """Make sure that the process has ended; return its exit code, negative for a signal."""
        code = self._end()
        self.disconnect()
        return code

    def kill(self) -> None:
        """End the process at once."""
        self.disconnect()
        self._process.kill()
        self._process.wait()

    def disconnect(self) -> None:
        """Close this side of the connection; the process ends once nobody has that side open."""
        self._hang_up()
        self._turns.close()

    def _end(self) -> int:
        """Hang up and wait for the end of the process; where it was at can still be read."""
        self._hang_up()
        try:
            return self._process.wait(timeout=_END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return LINGERED

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.close()
        self._connection.close()

    def _await_ready(self) -> None:
        starting = OwnTime(self._process.pid, _START_PATIENCE_S)
        while not (said := self._waiting.poll(1000 * _LOOK_S)) and not starting.is_over():
            pass
        try:
            answer = receive(self._stream) if said else None
        except OSError:
            answer = None
        if answer is None or answer[0] != messages.READY:
            code = self.stop()
            kind = KilledAtStartError if code == -signal.SIGKILL else DecoderStartError
            raise kind(
                f"the process that decodes images did not start (it ended with {code}). Run "
                f"`{sys.executable} -m reference_stats.extraction.warm_up` to see what is wrong."
            )


def _started(*descriptors: int) -> subprocess.Popen[bytes]:
    """Start the other side, which inherits these descriptors."""
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", _WORKER, *map(str, descriptors)],
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=bare_environment(("HOME", "XDG_CACHE_HOME")) | {"OPENBLAS_NUM_THREADS": "1"},
        )
    except BlockingIOError as error:
        raise DecoderStartError(
            f"the process that decodes images could not be started: {error.strerror}. The user or "
            "the container may have no more processes; raise its limit (`ulimit -u`, or that of "
            "the container), or set images.decode_workers lower."
        ) from error
