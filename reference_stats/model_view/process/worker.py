"""The model's process: pictures in, views out, until the run closes the connection."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.errors import ModelError
from reference_stats.child_processes.framing import receive, send
from reference_stats.model_view.process import wire

if TYPE_CHECKING:
    from reference_stats.model_view.runtimes.opened import OpenedModel

# Somewhat longer than the run waits, which then ends this process itself.
_MOST_SECONDS = 1_800
# What the run and the decoding processes keep of the machine's memory.
_SHARE_OF_MEMORY = 0.8
_ACCELERATORS = "/dev/nvidiactl"


def main(descriptor: int) -> None:
    """Serve the run at the other end of a socket.

    Parameters
    ----------
    descriptor
        The file descriptor of the socket, opened by the run.
    """
    # The run decides when to end; a signal for the whole group reaches it too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.getLogger().addHandler(logging.NullHandler())
    _be_first_to_go()
    # A copy of this process that the model's code makes would hold the connection open.
    os.register_at_fork(after_in_child=lambda: _closed(descriptor))
    with socket.socket(fileno=descriptor) as connection:
        threading.Thread(target=_end_with, args=(descriptor,), daemon=True).start()
        with contextlib.suppress(ConnectionError), connection.makefile("rb") as stream:
            opened = None
            while (message := receive(stream)) is not None:
                signal.alarm(_MOST_SECONDS)
                opened, kind, parts = _answer(*message, opened)
                send(connection, kind, *parts)
                signal.alarm(0)


Answer = tuple[int, tuple[bytes, ...]]


def _answer(
    kind: int, content: bytes, opened: OpenedModel | None
) -> tuple[OpenedModel | None, int, tuple[bytes, ...]]:
    try:
        if kind == wire.OPEN:
            opened = _opened(content)
            return opened, wire.OPENED, (wire.pack_definition(opened.definition),)
        if opened is None:
            raise RuntimeError(f"message {kind} before a model was opened")  # noqa: TRY301
        return (opened, *_look_or_explain(kind, content, opened))
    except ModelError as error:
        problem = error.problem
    except MemoryError:
        problem = "it needs more memory than there is. Take a smaller model or model.input_size."
    except Exception as error:  # noqa: BLE001 - whatever it is, the run goes on without the model
        traceback.print_exc()
        problem = f"it failed with {type(error).__name__}: {str(error)[:500]}"
    return opened, wire.REFUSED, (wire.pack_text(problem),)


def _opened(content: bytes) -> OpenedModel:
    from reference_stats.model_view.runtimes.opening import open_model  # noqa: PLC0415 - imports torch

    file, choice = wire.unpack_request(content)
    if choice.device == "cpu" or not Path(_ACCELERATORS).exists():
        _limit_memory()
    return open_model(file, choice)


def _look_or_explain(kind: int, content: bytes, opened: OpenedModel) -> Answer:
    pictures, most_s = wire.unpack_pictures(content, opened.definition.preprocessing)
    if kind == wire.LOOK:
        return wire.SEEN, wire.pack_views(opened.look(pictures))
    return wire.EXPLAINED, wire.pack_explanations(opened.explain(pictures, most_s))


def _end_with(descriptor: int) -> None:
    """End this process at once when the run is gone, whatever the model is at."""
    waiting = select.poll()
    waiting.register(descriptor, getattr(select, "POLLRDHUP", select.POLLHUP))
    waiting.poll()
    if os.getpgrp() == os.getpid():
        # With whatever the model's code has started.
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _closed(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _be_first_to_go() -> None:
    """Where the machine has no more memory, let the system end this process and not the run."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _limit_memory() -> None:
    """Let a model that asks for more than the machine has get none, before others suffer."""
    with contextlib.suppress(OSError, ValueError):
        wanted = int(_SHARE_OF_MEMORY * _memory_bytes())
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        if most != resource.RLIM_INFINITY:
            wanted = min(wanted, most)
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))


def _memory_bytes() -> int:
    """Return the memory of this machine, or of its container."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            return min(physical, int(Path(name).read_text(encoding="ascii")))
    return physical


if __name__ == "__main__":
    main(int(sys.argv[1]))
