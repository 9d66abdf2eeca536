"""Whose turn it is: at which of several files a decoding process is.

It stands in memory that the process shares with the run, where writing it costs next to nothing and
where it can be read when the process has ended.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
from collections.abc import Callable

_PLACE = struct.Struct("<q")
_NOWHERE = -1


class Turns:
    """The run's side: one file in memory, whose `descriptor` the process inherits."""

    def __init__(self) -> None:
        if hasattr(os, "memfd_create"):
            self.descriptor = os.memfd_create("drift-turns", os.MFD_CLOEXEC)
        else:
            with tempfile.TemporaryFile() as file:
                self.descriptor = os.dup(file.fileno())
        self.reset()

    def reset(self) -> None:
        """Forget the place, before new files are sent."""
        os.pwrite(self.descriptor, _PLACE.pack(_NOWHERE), 0)

    def place(self, count: int) -> int | None:
        """Return the place among `count` files that the process was last at; None for none."""
        # Read, not mapped: a process that was taken over could make the file shorter.
        said = os.pread(self.descriptor, _PLACE.size, 0)
        place = _PLACE.unpack(said)[0] if len(said) == _PLACE.size else _NOWHERE
        return place if 0 <= place < count else None

    def close(self) -> None:
        """Give the memory back."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def teller(descriptor: int) -> Callable[[int], None]:
    """Return, on the process's side, a function that tells at which place it is now."""
    shared = memoryview(mmap.mmap(descriptor, _PLACE.size)).cast("q")

    def tell(place: int) -> None:
        shared[0] = place

    return tell
