"""The process that a model runs in, and what becomes of a question to it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence

from jobs.errors import ModelError
from reference_stats.child_processes.environment import bare_environment
from reference_stats.child_processes.framing import receive, send
from reference_stats.model_view.process import wire
from reference_stats.model_view.process.last_words import LastWords

_WORKER = "reference_stats.model_view.process.worker"
_SOCKET_BYTES = 1 << 20
_END_PATIENCE_S = 20.0
# Threads that spin while they wait take four times the processor's time where others use it too.
_PATIENT = {"OMP_WAIT_POLICY": "PASSIVE"}
# How many threads there are and where accelerators are; HOME is not among it, nor any key.
_PREFIXES = ("OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "TORCH_", "PYTORCH_", "CUDA_", "NVIDIA_")


class ModelConnection:
    """One process; used by one thread at a time, killed from any.

    Parameters
    ----------
    model
        The model as the job file names it, for errors.

    Raises
    ------
    ModelError
        If the process cannot be started.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._killing = threading.Lock()
        self._is_killed = False
        self.ended: ModelError | None = None
        own, others = socket.socketpair()
        with others, contextlib.ExitStack() as undo:
            undo.callback(own.close)
            for end in (own, others):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
            self._process = _started(model, others.fileno())
            undo.pop_all()
        self._connection = own
        self._stream = own.makefile("rb")
        assert self._process.stderr is not None  # noqa: S101 - it is a pipe
        self._words = LastWords(self._process.stderr)

    def ask(
        self, kind: int, parts: Sequence[bytes | memoryview], *, patience_s: float, longest: int
    ) -> tuple[int, bytes]:
        """Return the kind and the content of the answer to a message.

        Parameters
        ----------
        patience_s
            The process is ended where it takes longer.
        longest
            How many bytes a sensible answer has at most.

        Raises
        ------
        ModelError
            If the process ends or is ended, or answers that the model failed.
        """
        try:
            self._connection.settimeout(patience_s)
            send(self._connection, kind, *parts)
            answer = receive(self._stream, max(longest, wire.MOST_TEXT_BYTES))
        except TimeoutError:
            raise self.end(f"it gave no answer within {patience_s:.0f} s and was ended.") from None
        except (OSError, ValueError):
            # A socket or a stream that was closed from another thread.
            answer = None
        if answer is None:
            raise self.end(self._said_of_end())
        if answer[0] == wire.REFUSED:
            raise ModelError(self._model, self._refusal(answer[1]))
        return answer

    def nonsense(self, error: Exception) -> ModelError:
        """End a process that answers nonsense; return what is said of it."""
        return self.end(
            f"its process answered nonsense ({error}), as where the model's own code breaks it."
        )

    def kill(self) -> None:
        """End the process, and what it has started, at once.

        Whoever waits for an answer gets an error.
        """
        with self._killing:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
            if not self._is_killed:
                # What the model's code has started is in its group. Later the number of the group
                # may be that of another.
                self._is_killed = True
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """Give back what a process that was killed has left here; by the thread that asks."""
        with contextlib.suppress(OSError):
            self._stream.close()
        self._connection.close()

    def end(self, problem: str) -> ModelError:
        """End the process; return the error that says why, now and to whoever asks again."""
        self.ended = ModelError(self._model, problem)
        self.kill()
        self.close()
        return self.ended

    def _refusal(self, content: bytes) -> str:
        try:
            return wire.unpack_text(content)
        except (ValueError, KeyError) as error:
            raise self.nonsense(error) from None

    def _said_of_end(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_END_PATIENCE_S)
        code = self._process.poll()
        said = self._words.sentence() if code is not None else ""
        last = f" It said last: {said}" if said else ""
        if code == -signal.SIGKILL:
            return (
                "its process was killed; most likely the machine has no more memory. Take a "
                f"smaller model or model.input_size, or give the run more memory.{last}"
            )
        return f"its process ended {_how(code)}.{last}"


def _how(code: int | None) -> str:
    if code is None:
        return "its connection and did not end"
    if code >= 0:
        return f"with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"by {signal.Signals(-code).name}"
    return f"by signal {-code}"


def _started(model: str, descriptor: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", _WORKER, str(descriptor)],
            pass_fds=(descriptor,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=_PATIENT | bare_environment(prefixes=_PREFIXES),
            process_group=0,
        )
    except OSError as error:
        raise ModelError(
            model,
            f"its process could not be started: {error.strerror}. The user or the container may "
            "have no more processes or memory; raise their limits.",
        ) from error
