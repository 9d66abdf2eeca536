"""One decoding process, seen from the run's side."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reference_stats.extraction.isolated import messages
from reference_stats.extraction.isolated.failures import (
    LINGERED,
    NONSENSE,
    PATIENCE_S,
    DecoderStartError,
)
from reference_stats.outcomes import ImageFeatures, UnreadableImage, UnreadableReason
from reference_stats.size_limits import SizeLimits

# A process that starts may have loops to compile, on a machine that is busy with others.
_START_PATIENCE_S = 300.0
_SOCKET_BYTES = 1 << 20
_LONGEST_ANSWER_BYTES = 1 << 20
# A process that closes its connection is about to end, later on a machine that is busy with others.
_END_PATIENCE_S = 20.0
_WORKER = "reference_stats.extraction.isolated.worker"
_ROOT = Path(__file__).resolve().parents[3]
# What a decoder needs of the environment; passwords and keys are not among it.
_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "TZ")
_ENVIRONMENT_PREFIXES = ("PYTHON", "NUMBA_", "LC_", "MALLOC_", "COVERAGE_", "COV_")


class KilledAtStartError(DecoderStartError):
    """A decoding process was killed before it was ready."""


class ProcessEndedError(Exception):
    """A decoding process ended in the middle of an image."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class AccidentError(Exception):
    """A decoding process met an error of the machine's."""

    def __init__(self, outcome: UnreadableImage) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be computed of an image: features by their names, within limits."""

    names: tuple[str, ...]
    limits: SizeLimits


class DecodingProcess:
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
            raise ProcessEndedError(NONSENSE) from nonsense
        if isinstance(outcome, UnreadableImage) and outcome.reason is UnreadableReason.MACHINE:
            raise AccidentError(outcome)
        return outcome

    def ask(self, kind: int, data: bytes) -> tuple[int, bytes]:
        """Return the kind and the content of the answer to an image.

        Raises
        ------
        ProcessEndedError
            If the process died of it.
        TimeoutError
            If no answer came.
        RuntimeError
            If the process met a bug of ours.
        """
        self._connection.settimeout(PATIENCE_S[kind])
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
            return LINGERED

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
            kind = KilledAtStartError if code == -signal.SIGKILL else DecoderStartError
            raise kind(
                f"the process that decodes images did not start (it ended with {code}). Run "
                f"`{sys.executable} -m reference_stats.extraction.warm_up` to see what is wrong."
            )


@contextlib.contextmanager
def _as_ended(process: DecodingProcess) -> Iterator[None]:
    try:
        yield
    except ConnectionError:
        raise ProcessEndedError(process.stop()) from None


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _ENVIRONMENT or name.startswith(_ENVIRONMENT_PREFIXES)
    }
    path = os.pathsep.join([str(_ROOT), *filter(None, [kept.get("PYTHONPATH")])])
    return kept | {"PYTHONPATH": path, "PYTHONSAFEPATH": "1", "OPENBLAS_NUM_THREADS": "1"}
