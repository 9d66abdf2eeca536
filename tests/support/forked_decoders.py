"""Decoding processes that are forked from a command, which has their machine code already.

Started afresh, as users' runs start them, each takes a second of processor time before its first
image. What goes on between a run and its decoding processes, how these are limited and how they
end stays as it is; how they start is tested where that is the question.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from reference_stats.extraction.isolated import process, worker

_MOST_FILES = 4096


class ForkedDecoder(subprocess.Popen[bytes]):
    """A child process that is a decoding process, without another start of Python."""

    def _execute_child(
        self,
        args: Sequence[str],
        executable: object,
        preexec_fn: object,
        close_fds: object,
        pass_fds: Sequence[int],
        cwd: object,
        env: Mapping[str, str],
        startupinfo: object,
        creationflags: object,
        shell: object,
        *pipes_and_more: Any,
    ) -> None:
        pipes = pipes_and_more[:6]
        assert args[1:3] == ["-m", worker.__name__]
        child = os.fork()
        if not child:
            _be_decoder([int(one) for one in args[3:]], pipes, env)
        self.pid = child
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]


def fork_decoders() -> None:
    """Let the decoding processes of this process be forked from it."""
    vars(process)["subprocess"] = SimpleNamespace(
        Popen=ForkedDecoder,
        DEVNULL=subprocess.DEVNULL,
        TimeoutExpired=subprocess.TimeoutExpired,
    )


def _be_decoder(
    descriptors: Sequence[int], pipes: Sequence[int], environment: Mapping[str, str]
) -> None:
    """Be what ``python -m reference_stats.extraction.isolated.worker`` is, and end."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(pipes[0], 0)
        os.dup2(pipes[3], 1)
        # Among them the run's own side of the connection: it has to be the only one.
        for low, high in pairwise([2, *sorted(descriptors), _MOST_FILES]):
            os.closerange(low + 1, high)
        os.environ.clear()
        os.environ.update(environment)
        worker.main(*descriptors)
    except BaseException:  # noqa: BLE001 - nothing of the command may go on here
        with contextlib.suppress(OSError):
            traceback.print_exc(file=sys.stderr)
        os._exit(1)
    os._exit(0)
