"""Runs the command in forked processes that a fault was put into before.

Like `tests.support.warm_process`, with a limit on the size of files or on memory, or with a death
at a chosen moment: SIGKILL right before the n-th operation that changes a file below a folder.
Reads a request per line, answers with the process's id, then with how it ended.
"""

from __future__ import annotations

import itertools
import os
import resource
import signal
import sys
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


def _die_at(number: int, folder: str, notes: str | None) -> None:
    """Arrange for SIGKILL right before the operation of this number; note them all if asked to."""
    numbers = itertools.count(1)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        path = _changed_path(event, arguments)
        if path is None or not path.startswith(folder):
            return
        now = next(numbers)
        if notes is not None:
            noted = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.write(noted, f"{event} {path.removeprefix(folder)}\n".encode())
            os.close(noted)
        if now == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _prepare(request: dict[str, Any]) -> None:
    if "file_bytes" in request:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], resource.RLIM_INFINITY))
    if "memory_bytes" in request:
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        allowed = used * resource.getpagesize() + request["memory_bytes"]
        resource.setrlimit(resource.RLIMIT_AS, (allowed, resource.RLIM_INFINITY))
    if "die_at" in request:
        _die_at(request["die_at"], request["folder"], request.get("notes"))


if __name__ == "__main__":
    serve(_prepare)
