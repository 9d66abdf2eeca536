"""Keeping the library that reads TIFF files from writing to stderr itself."""

from __future__ import annotations

import ctypes
from functools import cache

from PIL import _imaging

_HANDLERS = ("TIFFSetErrorHandler", "TIFFSetWarningHandler")


@cache
def silence_libtiff() -> None:
    """Let libtiff, as Pillow carries it, say nothing on stderr in this process.

    It prints a line for whatever it dislikes in a file, past `sys.stderr`: a broken image could
    put any number of lines into a log of JSON objects. What fails, Pillow raises all the same.
    Where libtiff is hidden inside of Pillow, as on Windows, nothing is changed.
    """
    # Through Pillow's own module, whatever the file of the library behind it is called.
    pillow = ctypes.CDLL(_imaging.__file__)
    for name in _HANDLERS:
        set_handler = getattr(pillow, name, None)
        if set_handler is not None:
            set_handler.argtypes = [ctypes.c_void_p]
            set_handler.restype = ctypes.c_void_p
            set_handler(None)
