"""Rights to files for root too, who may write everywhere: containers run tests as root."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")
_VERSION_3 = 0x20080522
# CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of linux/capability.h.
_PASS_OVER_MODES = 1 << 1 | 1 << 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def where_modes_hold(call: Callable[[], Result]) -> Result:
    """Return what `call` does in a thread for which the modes of files hold, as root too.

    Linux keeps these rights for each thread. One that gave them up never gets them back.
    """
    with ThreadPoolExecutor(1, initializer=_give_up_rights) as thread:
        return thread.submit(call).result()


def _give_up_rights() -> None:
    library = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(version=_VERSION_3, pid=0), (_Sets * 2)()
    _call(library.capget, header, sets)
    sets[0].effective &= ~_PASS_OVER_MODES
    sets[0].permitted &= ~_PASS_OVER_MODES
    _call(library.capset, header, sets)


def _call(function: Callable[..., int], header: _Header, sets: ctypes.Array[_Sets]) -> None:
    if function(ctypes.byref(header), ctypes.byref(sets)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
