"""Runs the command in forked processes that a fault was put into before.

Like `tests.support.warm_process`, with a limit on the size of files or on memory, or with a signal
at a chosen moment: SIGKILL or SIGSTOP right before the n-th operation that changes a file below a
folder. Reads a request per line, answers with the process's id, then with how it ended. With a
keeper the two are noted in a file instead, and the next request may follow at once.
"""

from __future__ import annotations

import itertools
import os
import resource
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.support.warm_process import serve

_CHANGES = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.utime"}


def _changed_path(event: str, arguments: tuple[Any, ...]) -> str | None:
    """Return the path that an audited operation is about to change; None where it changes none."""
    if event == "open":
        path, _mode, flags = arguments
        if not isinstance(path, str) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return None
        return path
    return str(arguments[0]) if event in _CHANGES else None


def _signal_at(number: int, kind: signal.Signals, request: dict[str, Any]) -> None:
    """Arrange for a signal right before the operation of this number; note them all if asked to.

    Where the request names an event, only the operations of that kind count.
    """
    numbers = itertools.count(1)
    folder, notes, wanted = request["folder"], request.get("notes"), request.get("event")

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        path = _changed_path(event, arguments)
        if path is None or not path.startswith(folder) or wanted not in {None, event}:
            return
        now = next(numbers)
        if notes is not None:
            noted = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(noted, f"{event} {path.removeprefix(folder)}\n".encode())
            os.close(noted)
        if now == number:
            # To this thread: with another one chosen, this one might go on for a moment.
            signal.pthread_kill(threading.get_ident(), kind)

    sys.addaudithook(watch)


def _be_kept(notes: str) -> None:
    """Go on in a grandchild, whose parent notes its id, when it ended and how; end here."""
    if os.fork():
        os._exit(0)
    command = os.fork()
    if not command:
        return
    with Path(notes).open("w", encoding="ascii") as file:
        print(command, file=file, flush=True)
        _, status = os.waitpid(command, 0)
        print(time.monotonic(), os.waitstatus_to_exitcode(status), sep="\n", file=file, flush=True)
    os._exit(0)


def _prepare(request: dict[str, Any]) -> None:
    if "keeper" in request:
        _be_kept(request["keeper"])
    if "file_bytes" in request:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], resource.RLIM_INFINITY))
    if "memory_bytes" in request:
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        allowed = used * resource.getpagesize() + request["memory_bytes"]
        resource.setrlimit(resource.RLIMIT_AS, (allowed, resource.RLIM_INFINITY))
    for name, kind in (("die_at", signal.SIGKILL), ("stop_at", signal.SIGSTOP)):
        if name in request:
            _signal_at(request[name], kind, request)


if __name__ == "__main__":
    serve(_prepare)
