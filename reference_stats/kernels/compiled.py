"""How the kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a function of arrays to machine code that runs without the interpreter's lock.

    The code is kept beside the source, or where ``NUMBA_CACHE_DIR`` says, or in the user's cache
    folder; where none of them can be written to, every process compiles anew. Whole numbers wrap
    round silently: a kernel says why its sums fit.
    """
    machine_code: Any
    try:
        machine_code = numba.njit(cache=True, nogil=True, error_model="numpy")(kernel)
    except RuntimeError:
        machine_code = numba.njit(nogil=True, error_model="numpy")(kernel)
    compiled_kernel: Kernel = machine_code
    return compiled_kernel
