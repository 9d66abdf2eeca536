"""Starting and ending fast: imports in the background, no search for garbage among modules."""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

# New objects between two searches. Three thousand modules make more than a million that all stay:
# at Python's default of 700 the searches take a quarter of the time of `import evidently`.
_OBJECTS_BETWEEN_SEARCHES = 50_000
# What Evidently imports announces changes of its own dependencies; the filter stays, since
# `warnings.catch_warnings` must not be used while other threads run.
_TALKATIVE = r"(evidently|litestar)\b"

# OpenBLAS's threads wait for each other by turning round: for the matrices of a comparison that
# takes up to twice the time of one thread where other work runs beside it, as the imports do.
_BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

# Those of SIGINT and SIGTERM in `jobs.errors.ExitCode`, which is imported later.
_INTERRUPTED = {130, 143}

# What Python says where there is no memory for a thread's stack.
_NO_THREAD = "can't start new thread"

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_background: list[threading.Thread] = []


def multiply_in_one_thread() -> None:
    """Have numpy multiply matrices in one thread, unless the environment says otherwise.

    To be called before numpy is imported, which reads it then.
    """
    for name in _BLAS_THREADS:
        os.environ.setdefault(name, "1")


@contextmanager
def few_collections() -> Iterator[None]:
    """Seldom look for unreachable objects inside, where modules are imported; never in these again.

    Only for imports: an image in a cycle of objects would be kept for long.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES, *before[1:])
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*before)


def import_ahead(load: Callable[[], object]) -> None:
    """Call `load`, which imports something, in the background.

    Whoever imports the same later waits for it, and gets the error of an import that failed.
    To be called once the imports of the caller are done: two threads that import modules which
    import each other may see half of one.
    """
    warnings.filterwarnings("ignore", module=_TALKATIVE)
    thread = threading.Thread(target=_load, args=(load,), name="imports", daemon=True)
    _background.append(thread)
    thread.start()


def _load(load: Callable[[], object]) -> None:
    # The place of use imports it again, and tells what is wrong.
    with few_collections(), contextlib.suppress(Exception):
        load()


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an exception says that the system gave no more memory."""
    no_thread = isinstance(error, RuntimeError) and str(error) == _NO_THREAD
    no_process = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return isinstance(error, MemoryError) or no_thread or no_process


def is_out_of_room(error: Exception) -> bool:
    """Return whether an exception says that a disk is full, or that no temporary file can be."""
    if not isinstance(error, OSError):
        return False
    return error.errno in _NO_ROOM or "temporary directory" in str(error)


def leave(exit_code: int) -> NoReturn:
    """End the process with a code, without looking once more at every object that it made.

    A run that was interrupted does not wait for threads that wait for a store.
    """
    gc.freeze()
    if exit_code in _INTERRUPTED or any(thread.is_alive() for thread in _background):
        _leave_at_once(exit_code)
    sys.exit(exit_code)


def _leave_at_once(exit_code: int) -> NoReturn:
    # Python would end the thread within whatever foreign code it is importing.
    atexit._run_exitfuncs()  # noqa: SLF001
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(exit_code)
