"""Keeps libtiff, which reads TIFF files, from writing to stderr."""

from __future__ import annotations

import ctypes
from functools import cache

from PIL import _imaging

_HANDLERS = ("TIFFSetErrorHandler", "TIFFSetWarningHandler")


@cache
def silence_libtiff() -> None:
    """Stop Pillow's copy of libtiff from writing to stderr in this process.

    It prints a line for each flaw in a file, without passing through `sys.stderr`: a broken image
    could put any number of lines into a log of JSON objects. Pillow still raises an error if it
    cannot read the file. Nothing is changed where libtiff cannot be reached from outside of Pillow,
    as on Windows.
    """
    # Loaded through Pillow's own module, because the file name of the library varies.
    pillow = ctypes.CDLL(_imaging.__file__)
    for name in _HANDLERS:
        set_handler = getattr(pillow, name, None)
        if set_handler is not None:
            set_handler.argtypes = [ctypes.c_void_p]
            set_handler.restype = ctypes.c_void_p
            set_handler(None)
