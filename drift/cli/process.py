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

# The number of new objects between two garbage collections. Three thousand modules make more than a
# million objects that all stay. At Python's default of 700, collections take a quarter of the time
# of `import evidently`.
_OBJECTS_BETWEEN_SEARCHES = 50_000
# Packages that Evidently imports warn of changes in their own dependencies. The filter is never
# removed, since `warnings.catch_warnings` must not be used while other threads run.
_TALKATIVE = r"(evidently|litestar)\b"

# OpenBLAS's threads wait for each other in busy loops. While other work runs, such as the imports,
# a comparison's matrices take up to twice as long with several threads as with one.
_BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

# The codes for SIGINT and SIGTERM in `jobs.errors.ExitCode`, which is imported later.
_INTERRUPTED = {130, 143}

# Python's message if there is no memory for a thread's stack.
_NO_THREAD = "can't start new thread"

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_background: list[threading.Thread] = []


def multiply_in_one_thread() -> None:
    """Let numpy multiply matrices in one thread, unless the environment says otherwise.

    Call it before numpy is imported: numpy reads the setting at its import.
    """
    for name in _BLAS_THREADS:
        os.environ.setdefault(name, "1")


@contextmanager
def few_collections() -> Iterator[None]:
    """Collect garbage seldom in the context, and never again among the objects made there.

    Use it for imports only: an image in a reference cycle would stay in memory for long.
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

    Code that imports the same module later waits for it, and gets the error if the import failed.
    Call it after the caller's own imports: if two threads import modules that import each other,
    one of them may see a module that is half made.
    """
    warnings.filterwarnings("ignore", module=_TALKATIVE)
    thread = threading.Thread(target=_load, args=(load,), name="imports", daemon=True)
    _background.append(thread)
    thread.start()


def _load(load: Callable[[], object]) -> None:
    # The code that needs the module imports it again and reports the error.
    with few_collections(), contextlib.suppress(Exception):
        load()


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an exception means that the system has no more memory."""
    no_thread = isinstance(error, RuntimeError) and str(error) == _NO_THREAD
    no_process = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return isinstance(error, MemoryError) or no_thread or no_process


def is_out_of_room(error: Exception) -> bool:
    """Return whether an exception means a full disk, or no room for a temporary file."""
    if not isinstance(error, OSError):
        return False
    return error.errno in _NO_ROOM or "temporary directory" in str(error)


def leave(exit_code: int) -> NoReturn:
    """End the process with a code, without freeing every object that it made.

    An interrupted run does not wait for threads that are waiting for a store.
    """
    gc.freeze()
    if exit_code in _INTERRUPTED or any(thread.is_alive() for thread in _background):
        _leave_at_once(exit_code)
    sys.exit(exit_code)


def _leave_at_once(exit_code: int) -> NoReturn:
    # Python would end the thread inside of foreign code that it is importing.
    atexit._run_exitfuncs()  # noqa: SLF001
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(exit_code)
